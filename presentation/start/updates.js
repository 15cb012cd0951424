/**
 * "Newest notebooks": where this machine has an organiser's address, the way to the page of Jupyter that updates, and,
 * where set-up was told to allow that, a notice once for each new revision; and a line when nothing new came for long.
 */
(function () {
  "use strict";

  const LOOKING_MS = 3000;
  const DISMISSED = "workshop-news-dismissed";
  const part = document.getElementById("updates");
  const without = document.getElementById("no-updates");
  const notice = document.getElementById("updates-news");

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
      const state = await (await fetch("api/updates", { cache: "no-store" })).json();
      part.hidden = !state.can;
      without.hidden = state.can || !state.command;
      document.getElementById("no-updates-command").textContent = state.command || "";
      if (!state.can) return;
      tell(state.news);
      document.querySelector("#updates-silence span").textContent = state.silence || "";
      document.getElementById("updates-silence").hidden = !state.silence;
      if (state.looking) setTimeout(ask, LOOKING_MS);
    } catch {
      part.hidden = true;
      without.hidden = true;
    }
  }

  if (location.protocol.startsWith("http")) ask();
})();
