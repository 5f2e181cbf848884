// What the pages do beyond links and forms. Without it they work too, with a reload here and there.
"use strict";

const LIVE_MILLISECONDS = 2000;

document.documentElement.classList.add("scripted");

async function part(url, options = {}) {
  const answer = await fetch(url, { credentials: "same-origin", ...options });
  return { isGood: answer.ok, html: await answer.text() };
}

function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html").body;
}

// An element with data-live is asked for again until it comes without.
function watch(element) {
  if (!element?.dataset.live) return;
  setTimeout(async () => {
    let next = null;
    try {
      const { isGood, html } = await part(element.dataset.live);
      next = isGood ? parsed(html).querySelector(`#${element.id}`) : null;
    } catch {
      // The server is away for a moment: the next round asks again.
    }
    // Nothing is pulled away from under a finger.
    if (!next || element.querySelector("button:focus, input:focus")) return watch(element);
    for (const verdict of next.querySelectorAll(".verdict")) {
      const shown = document.getElementById(verdict.id);
      if (shown) verdict.replaceChildren(...shown.cloneNode(true).childNodes);
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

// A form with data-into puts the answer beside its button.
async function answerInline(event) {
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
    place.replaceChildren(body.querySelector(".notice") ?? "It did not answer; try again.");
  } catch {
    place.textContent = "Airflow did not answer; try again.";
  }
  button.disabled = false;
}

// A form with data-preview tells what it would do, as it is filled in; an answer that was overtaken is dropped.
let previews = 0;
async function preview(event) {
  const form = event.target.closest("form[data-preview]");
  if (!form) return;
  if (event.target.type === "date") form.elements.period.value = "dates";
  const fields = new FormData(form);
  fields.delete("csrf");
  const query = new URLSearchParams(fields);
  query.set("part", "outlook");
  const asked = ++previews;
  const { isGood, html } = await part(`${form.action}?${query}`);
  if (isGood && asked === previews) document.getElementById(form.dataset.preview).replaceChildren(...parsed(html).childNodes);
}

// A form with data-upload shows how much of its file has been sent, and then goes where its answer leads.
function upload(event) {
  const form = event.target.closest("form[data-upload]");
  if (!form) return;
  event.preventDefault();
  const place = document.getElementById(form.dataset.upload);
  const [sending, said] = [place.querySelector(".sending"), place.querySelector(".said")];
  const bar = sending.querySelector("progress");
  const button = form.querySelector("button");
  const request = new XMLHttpRequest();
  const stop = (words) => {
    button.disabled = false;
    sending.hidden = true;
    said.replaceChildren(words);
  };
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = (100 * loaded) / total;
    bar.textContent = `${Math.round(bar.value)} %`;
  });
  request.addEventListener("load", () => {
    if (request.responseURL !== form.action) return window.location.assign(request.responseURL);
    stop(parsed(request.responseText).querySelector(".notice") ?? "It was refused; try again.");
  });
  request.addEventListener("error", () => stop("The file was not taken: it may be too large, or Airflow did not answer."));
  request.open("POST", form.action);
  request.send(new FormData(form));
  button.disabled = true;
  bar.value = 0;
  said.replaceChildren();
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

// Airflow shows these pages in a frame that may not leave itself: a link into Airflow is followed by the page around it.
function followOutside(event, link) {
  if (window.parent === window || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const outside = window.parent.document.createElement("a");
  outside.href = link.href;
  outside.click();
}

document.addEventListener("submit", answerInline);
document.addEventListener("submit", upload);
document.addEventListener("change", preview);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
  const link = event.target.closest("a[data-airflow]");
  if (link) followOutside(event, link);
});
document.querySelectorAll("[data-live]").forEach(watch);
