// Use the light or dark theme of the Airflow page around this one. Without one, use the stored or system theme.
// This runs before the first paint, so that the page does not flash.
"use strict";
(() => {
  const airflow = window.parent !== window ? window.parent.document.documentElement : null;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    const theme = window.localStorage.getItem("theme");
    return theme === "light" || theme === "dark" ? theme === "dark" : system.matches;
  };
  const apply = () => {
    const isDark = airflow ? airflow.classList.contains("dark") : stored();
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
  };
  apply();
  system.addEventListener("change", apply);
  if (airflow) new MutationObserver(apply).observe(airflow, { attributeFilter: ["class"] });
})();
