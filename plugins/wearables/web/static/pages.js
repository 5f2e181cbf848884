// Progressive enhancement: every page also works without JavaScript, with full page loads.
"use strict";

const LIVE_MILLISECONDS = 2000;

document.documentElement.classList.add("scripted");

async function part(url, options = {}) {
  const response = await fetch(url, { credentials: "same-origin", ...options });
  return { isOk: response.ok, html: await response.text() };
}

function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html").body;
}

// Reload an element with data-live until its new version has no data-live.
function watch(element) {
  if (!element?.dataset.live) return;
  setTimeout(async () => {
    let next = null;
    try {
      const { isOk, html } = await part(element.dataset.live);
      next = isOk ? parsed(html).querySelector(`#${element.id}`) : null;
    } catch {
      // The server may be restarting. Try again later.
    }
    // Do not replace a control that the user is about to use.
    if (!next || element.querySelector("button:focus, input:focus")) return watch(element);
    // Keep the results of validations, which the new version does not contain.
    for (const validation of next.querySelectorAll(".validation")) {
      const shown = document.getElementById(validation.id);
      if (shown) validation.replaceChildren(...shown.cloneNode(true).childNodes);
    }
    const focused = element.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const isChanged = next.innerHTML !== element.innerHTML;
    if (next.dataset.live) element.dataset.live = next.dataset.live;
    else delete element.dataset.live;
    if (isChanged) element.replaceChildren(...next.childNodes);
    if (isChanged && focused) element.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    watch(element);
  }, LIVE_MILLISECONDS);
}

// Submit a form with data-into in the background and show the result beside its button.
async function submitInline(event) {
  const form = event.target.closest("form[data-into]");
  if (!form) return;
  event.preventDefault();
  const place = document.getElementById(form.dataset.into);
  const button = form.querySelector("button");
  button.disabled = true;
  place.textContent = "Asking WHOOP…";
  try {
    const { html } = await part(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { "X-Part": "1" },
    });
    const body = parsed(html);
    place.replaceChildren(body.querySelector(".notice") ?? "No result was returned. Try again.");
  } catch {
    place.textContent = "Airflow did not respond. Try again.";
  }
  button.disabled = false;
}

// Show a preview of what a form with data-preview would do while it is filled in. Ignore responses that arrive late.
let previews = 0;
async function preview(event) {
  const form = event.target.closest("form[data-preview]");
  if (!form) return;
  if (event.target.type === "date") form.elements.period.value = "dates";
  const fields = new FormData(form);
  fields.delete("csrf");
  const query = new URLSearchParams(fields);
  query.set("part", "preview");
  const request = ++previews;
  const { isOk, html } = await part(`${form.action}?${query}`);
  if (isOk && request === previews) document.getElementById(form.dataset.preview).replaceChildren(...parsed(html).childNodes);
}

// Show the progress of a form with data-upload, then follow its redirect.
function upload(event) {
  const form = event.target.closest("form[data-upload]");
  if (!form) return;
  event.preventDefault();
  const place = document.getElementById(form.dataset.upload);
  const [sending, result] = [place.querySelector(".sending"), place.querySelector(".result")];
  const bar = sending.querySelector("progress");
  const button = form.querySelector("button");
  const request = new XMLHttpRequest();
  const stop = (message) => {
    button.disabled = false;
    sending.hidden = true;
    result.replaceChildren(message);
  };
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = (100 * loaded) / total;
    bar.textContent = `${Math.round(bar.value)} %`;
  });
  request.addEventListener("load", () => {
    if (request.responseURL !== form.action) return window.location.assign(request.responseURL);
    stop(parsed(request.responseText).querySelector(".notice") ?? "The file was rejected. Try again.");
  });
  request.addEventListener("error", () => stop("The upload failed. The file may be too large, or Airflow did not respond."));
  request.open("POST", form.action);
  request.send(new FormData(form));
  button.disabled = true;
  bar.value = 0;
  result.replaceChildren();
  sending.hidden = false;
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl+C";
  }
}

// Airflow shows these pages in a sandboxed frame that cannot navigate its parent. Open links to Airflow from the parent page.
function followInParent(event, link) {
  if (window.parent === window || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const anchor = window.parent.document.createElement("a");
  anchor.href = link.href;
  anchor.click();
}

document.addEventListener("submit", submitInline);
document.addEventListener("submit", upload);
document.addEventListener("change", preview);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
  const link = event.target.closest("a[data-airflow]");
  if (link) followInParent(event, link);
});
document.querySelectorAll("[data-live]").forEach(watch);
