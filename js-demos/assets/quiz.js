/**
 * The quiz of a plan: counts what the reader knew, and lists what to read again.
 */
(function () {
  "use strict";

  const config = window.workshopConfig || {};
  const items = [...document.querySelectorAll(".quiz > li")];
  const result = document.getElementById("result");

  function address(path) {
    const host = location.protocol.startsWith("http") ? location.hostname : "localhost";
    if (config.seat) return `${config.seat.jupyter}/lab/tree/${path}`;
    return config.ports && config.ports.jupyter ? `http://${host}:${config.ports.jupyter}/lab/tree/${path}` : "";
  }

  function entry({ lesson, path, section }) {
    const line = document.createElement("li");
    const to = address(path);
    const link = Object.assign(document.createElement(to ? "a" : "span"), { textContent: lesson });
    if (to) link.href = to;
    line.append(link, `, section “${section}” of the slides`);
    return line;
  }

  function show() {
    const known = items.filter((item) => item.dataset.knew === "yes").length;
    const missed = items.filter((item) => item.dataset.knew === "no");
    const open = items.length - known - missed.length;
    document.getElementById("count").textContent =
      `You knew ${known} of ${known + missed.length}.` +
      (open ? ` ${open} left.` : "") +
      (missed.length ? " Read again:" : open ? "" : " Nothing to read again.");
    const lessons = new Map(missed.map((item) => [item.dataset.path, item.dataset]));
    document.getElementById("again").replaceChildren(...[...lessons.values()].map(entry));
    result.hidden = false;
  }

  for (const item of items) {
    for (const button of item.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => {
        item.dataset.knew = button.value;
        for (const other of item.querySelectorAll("button")) {
          other.setAttribute("aria-pressed", String(other === button));
        }
        show();
      });
    }
  }
})();
