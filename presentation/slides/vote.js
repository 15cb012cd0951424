/** The page for phones: asks for the open question, sends one vote, and shows how the room has voted. */
(function () {
  "use strict";

  const ASK_MS = 2000;
  const AGAIN_MS = 1000;
  const PATIENCE_MS = 8000;
  const KEPT = "workshop-voter";
  const byId = (id) => document.getElementById(id);
  const voter = known() ?? made();
  let wish = null;
  let shown = "";
  let timer = 0;

  /** @returns {string | null} the number of this phone, where its browser keeps one */
  function known() {
    try {
      const kept = localStorage.getItem(KEPT);
      return /^[\w-]{16,32}$/.test(kept) ? kept : null;
    } catch {
      return null;
    }
  }

  /** @returns {string} a random number that says nothing about the phone, only that it is the same one */
  function made() {
    const bytes = crypto.getRandomValues(new Uint8Array(15));
    const name = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
    try {
      localStorage.setItem(KEPT, name);
    } catch {
      // A browser that keeps nothing has this number for as long as the page stands.
    }
    return name;
  }

  /** Ask how it stands, and send the vote again until it was answered: the same one counts once. */
  async function ask() {
    clearTimeout(timer);
    let wait = document.hidden ? 5 * ASK_MS : ASK_MS;
    try {
      const answer = await fetch("/", {
        method: "POST", headers: { "Content-Type": "application/json" }, signal: AbortSignal.timeout(PATIENCE_MS),
        body: JSON.stringify(wish ? { voter, ...wish } : { voter }),
      });
      if (!answer.ok) throw new Error(answer.statusText);
      wish = null;
      show(await answer.json());
    } catch {
      wait = AGAIN_MS;
      byId("state").textContent = wish ? "Your vote is on its way …" : "The speaker's computer does not answer; trying again …";
    }
    // Not all phones at the same moment.
    timer = setTimeout(ask, wait * (0.75 + 0.5 * Math.random()));
  }

  function show({ question, mine = null, votes = [], refused = "" }) {
    if (!question) {
      shown = "";
      byId("title").textContent = "Thank you for voting.";
      byId("choices").replaceChildren();
      byId("state").textContent = refused || "Wait for the next question; this page shows it by itself.";
      return;
    }
    if (question.name !== shown) {
      shown = question.name;
      byId("title").textContent = question.title;
      byId("choices").replaceChildren(...question.choices.map((words, number) => choice(question.name, words, number)));
    }
    const all = votes.reduce((sum, count) => sum + count, 0);
    for (const [number, button] of [...byId("choices").children].entries()) {
      const voted = mine !== null;
      button.disabled = voted;
      button.setAttribute("aria-pressed", String(mine === number));
      button.querySelector(".share").style.width = voted && all ? `${(100 * votes[number]) / all}%` : "0";
      button.querySelector(".count").textContent = voted ? votes[number] : "";
    }
    byId("state").textContent = refused || (mine === null ? "Choose one; you vote once." : `Your vote counts. ${all} in all.`);
  }

  function choice(question, words, number) {
    const button = document.createElement("button");
    for (const [kind, text] of [["share", ""], ["letter", String.fromCharCode(65 + number)], ["words", words], ["count", ""]]) {
      button.append(Object.assign(document.createElement("span"), { className: kind, textContent: text }));
    }
    button.addEventListener("click", () => {
      wish = { question, choice: number };
      button.setAttribute("aria-pressed", "true");
      ask();
    });
    return button;
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  ask();
})();
