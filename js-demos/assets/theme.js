/**
 * Dark or light: as the system says, until the button on the page says otherwise.
 * Loaded in the head, before anything is drawn, so that the page never flashes.
 */
(function () {
  "use strict";

  const KEY = "workshop-theme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  /** @returns {string | null} the remembered theme; null where a browser keeps nothing for files */
  function remembered() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  }

  /** @param {string} theme "dark" or "light" */
  function remember(theme) {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // The theme then lasts until the page is closed.
    }
  }

  /** @param {string} theme "dark" or "light" */
  function apply(theme) {
    document.documentElement.dataset.theme = theme;
    document.dispatchEvent(new CustomEvent("workshop-theme"));
  }

  apply(remembered() || (system.matches ? "dark" : "light"));
  system.addEventListener("change", () => {
    if (!remembered()) apply(system.matches ? "dark" : "light");
  });

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    if (!button) return;
    button.addEventListener("click", () => {
      const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
      remember(next);
      apply(next);
    });
  });
})();
