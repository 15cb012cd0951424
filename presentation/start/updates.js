/**
 * "Update my notebooks": a button where this machine has an organiser's address, a summary of what was done,
 * and, where set-up was told to allow that, a notice once for each new revision.
 */
(function () {
  "use strict";

  const LOOKING_MS = 3000;
  const DISMISSED = "workshop-news-dismissed";
  const TITLES = [
    ["updated", "Updated"],
    ["merged", "Merged: the new version and what you changed are both in"],
    ["beside", "The new version lies beside yours"],
    ["deferred", "Waiting until you close it"],
    ["restored", "Restored"],
    ["backed-up", "Moved to the backup"],
    ["kept", "Left as you have it"],
    ["refused", "Not delivered"],
  ];
  const part = document.getElementById("updates");
  const without = document.getElementById("no-updates");
  const told = document.getElementById("updates-told");
  const notice = document.getElementById("updates-news");
  const buttons = part.querySelectorAll("button[data-verb]");
  let token = "";

  /** @returns {HTMLElement} an element with a text */
  function element(name, text, attributes = {}) {
    return Object.assign(document.createElement(name), { textContent: text, ...attributes });
  }

  function listing(title, files) {
    const list = document.createElement("ul");
    list.append(...files.map((file) => element("li", `${file.path}: ${file.why}`)));
    return [element("h4", title), list];
  }

  /** Say what a sync did; every file that it names is named. */
  function show(report, verb) {
    told.replaceChildren(...report.notes.map((note) => element("p", note)));
    if (report.offline) return;
    if (verb === "update" && report.changed && report.news) {
      told.append(element("h4", "What is new"), element("pre", report.news));
    }
    for (const [action, title] of TITLES) {
      const files = report.files.filter((file) => file.action === action);
      if (files.length) told.append(...listing(title, files));
    }
    const undone = "Your notebooks are as they were before the last update.";
    const done = `Your notebooks are at revision ${report.revision}.`;
    const nothing = "Nothing to do: you have the newest notebooks.";
    told.append(element("p", verb === "undo" ? undone : report.changed ? done : nothing));
  }

  async function run(verb) {
    for (const button of buttons) button.disabled = true;
    told.replaceChildren(element("p", "One moment …"));
    try {
      const answer = await fetch("/api/updates", {
        method: "POST", body: verb, headers: { "X-Workshop-Token": token, "Content-Type": "text/plain" },
      });
      const text = await answer.text();
      if (answer.ok) show(JSON.parse(text), verb);
      else told.replaceChildren(element("p", answer.status === 409 ? JSON.parse(text).error : text));
      if (answer.ok) notice.hidden = true;
    } catch {
      told.replaceChildren(element("p", "The start page's server does not answer; try again in half a minute."));
    }
    for (const button of buttons) button.disabled = false;
  }

  /** Tell of a new revision, unless it was put away before. */
  function tell(news) {
    if (!news || localStorage.getItem(DISMISSED) === news.revision) return;
    notice.querySelector("span").textContent = news.news.split("\n").filter(Boolean).join(" · ") || news.revision;
    notice.querySelector("button").onclick = () => {
      localStorage.setItem(DISMISSED, news.revision);
      notice.hidden = true;
    };
    notice.hidden = false;
  }

  async function ask() {
    try {
      const state = await (await fetch("/api/updates", { cache: "no-store" })).json();
      part.hidden = !state.can;
      without.hidden = state.can || !state.command;
      document.getElementById("no-updates-command").textContent = state.command || "";
      if (!state.can) return;
      token = state.token;
      tell(state.news);
      if (state.looking) setTimeout(ask, LOOKING_MS);
    } catch {
      part.hidden = true;
      without.hidden = true;
    }
  }

  for (const button of buttons) button.addEventListener("click", () => run(button.dataset.verb));
  if (location.protocol.startsWith("http")) ask();
})();
