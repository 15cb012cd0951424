/** What to try: a card for each state of the page that has a name; its button shows it. */
(function () {
  "use strict";

  const Workshop = (window.Workshop = window.Workshop || {});

  /** @param {HTMLElement} list @param {object[]} tries each with title and text @param {(step: object) => void} run */
  Workshop.showTries = function (list, tries, run) {
    list.append(...tries.map((step) => {
      const item = Object.assign(document.createElement("li"), { className: "card" });
      const button = Object.assign(document.createElement("button"), {
        type: "button", className: "button", textContent: "Try it",
      });
      button.setAttribute("aria-label", `Try it: ${step.title}`);
      button.addEventListener("click", () => run(step));
      item.append(
        Object.assign(document.createElement("h3"), { textContent: step.title }),
        Object.assign(document.createElement("p"), { textContent: step.text }),
        button,
      );
      return item;
    }));
  };
})();
