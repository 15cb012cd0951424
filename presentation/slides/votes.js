/**
 * A question for the room. Opened by `workshop slides vote`, the slide shows how phones get there and how many have
 * voted; the clicker's next key shows the votes, which go on growing; the key after that turns the page. Otherwise, and
 * on paper, it asks for hands.
 */
(function () {
  "use strict";

  const KEPT = "workshop-votes";
  const ASK_MS = 1000;
  const SIGN_MS = 20000;
  const NOBODY_MS = 30000;
  let key = "";
  let deck = null;
  let told = null;
  let since = 0;
  let timer = 0;

  /** @returns {string} the key in the deck's address, which is taken out of it, or the one from before a reload */
  function takeKey() {
    const found = location.hash.match(/^#votes=([\w-]+)$/);
    try {
      if (found) sessionStorage.setItem(KEPT, found[1]);
      if (found) history.replaceState(null, "", location.pathname + location.search);
      return found ? found[1] : sessionStorage.getItem(KEPT) ?? "";
    } catch {
      return found ? found[1] : "";
    }
  }

  /** @returns {HTMLElement | null} what holds the question on the slide that is on */
  const place = () => deck?.getCurrentSlide()?.querySelector(".vote") ?? null;

  async function ask(leaving = false) {
    clearTimeout(timer);
    const at = place();
    try {
      const answer = await fetch("/api/votes", {
        method: "POST", keepalive: leaving, headers: { "X-Workshop-Votes": key, "Content-Type": "application/json" },
        body: JSON.stringify({ question: leaving ? null : at?.dataset.vote ?? null, leaving }),
      });
      if (answer.ok) told = await answer.json();
      else told = null;
    } catch {
      told = null;
    }
    if (leaving) return;
    if (at && at === place()) show(at);
    timer = setTimeout(ask, at ? ASK_MS : SIGN_MS);
  }

  /** Put the code, the address and the bars where hands are asked for. */
  function show(at) {
    const slide = at.closest("section");
    const room = at.querySelector(".room") ?? at.appendChild(Object.assign(document.createElement("span"), { className: "room" }));
    const open = told !== null && told.question === at.dataset.vote;
    slide.classList.toggle("voting", open);
    if (!open) {
      room.replaceChildren();
      return;
    }
    const all = told.votes.reduce((sum, count) => sum + count, 0);
    if (!room.querySelector("img")) {
      room.replaceChildren(
        Object.assign(document.createElement("img"), { src: told.code, alt: `QR code of ${told.address}` }),
        ...["address", "count", "hint"].map((kind) => Object.assign(document.createElement("span"), { className: kind })),
      );
    }
    write(room.querySelector(".address"), told.address);
    write(room.querySelector(".count"), all === 1 ? "1 vote" : `${all} votes`);
    write(room.querySelector(".hint"), hint(told));
    for (const [number, item] of slide.querySelectorAll("ol > li").entries()) bar(item, told.votes[number] ?? 0, all);
    document.dispatchEvent(new CustomEvent("workshop-living"));
  }

  /** @returns {string} what keeps phones away, as far as this computer can tell */
  function hint({ room, phones }) {
    if (!room) return "Only this computer can vote.";
    if (phones || Date.now() - since < NOBODY_MS) return "";
    return "No phone gets here. Raise hands: this Wi-Fi may keep guests apart.";
  }

  function bar(item, votes, all) {
    if (!item.querySelector(".bar")) {
      item.prepend(Object.assign(document.createElement("span"), { className: "bar" }));
      item.append(Object.assign(document.createElement("span"), { className: "votes" }));
    }
    item.querySelector(".bar").style.width = all ? `${(100 * votes) / all}%` : "0";
    write(item.querySelector(".votes"), String(votes));
  }

  function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  window.workshopVotes = {
    /** Before the deck stands: the choices' bars are the second step of a question's slide. */
    prepare() {
      key = takeKey();
      if (!key) return;
      for (const list of document.querySelectorAll(".reveal section.vote-slide ol")) list.classList.add("fragment");
    },
    /** @param {Reveal} standing the deck */
    watch(standing) {
      if (!key) return;
      deck = standing;
      deck.on("slidechanged", () => { since = Date.now(); ask(); });
      window.addEventListener("pagehide", () => ask(true));
      since = Date.now();
      ask();
    },
  };
})();
