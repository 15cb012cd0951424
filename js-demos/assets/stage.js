/**
 * What a demo has in common with the world around it. An address says what to show (#try=NAME); a tour leads through
 * three such addresses; and a deck may show the demo in a slide (#try=NAME&slide), which starts and stops it by messages.
 */
(function () {
  "use strict";

  const Workshop = (window.Workshop = window.Workshop || {});
  const TOUR = 3;
  /** Keys of a clicker; the deck turns its pages by them while the demo has the focus. */
  const TURNS = new Set(["PageDown", "PageUp", "Escape"]);

  /** @returns {{name: string | null, slide: boolean}} what the page's address asks for */
  function asked() {
    const words = new URLSearchParams(location.hash.slice(1));
    return { name: words.get("try"), slide: words.has("slide") };
  }

  const inSlide = asked().slide;
  if (inSlide) document.documentElement.dataset.slide = "";
  /** Whether a page may move before anybody touched it: not where less motion is wished, nor in a slide. */
  const mayBegin = !inSlide && !window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  /** @returns {HTMLButtonElement} */
  function button(text, onClick, className = "button small") {
    const made = Object.assign(document.createElement("button"), { type: "button", className, textContent: text });
    made.addEventListener("click", onClick);
    return made;
  }

  class Tour {
    /** @param {object[]} steps each with name, title, text @param {(step: object) => void} show sets the page up */
    constructor(steps, show) {
      Object.assign(this, { steps, show, at: -1 });
      this.line = Object.assign(document.createElement("p"), { className: "notice tour", hidden: true });
      this.line.setAttribute("role", "status");
      document.querySelector("main").prepend(this.line);
      this.opener = button("Tour", () => this.go(0));
      document.getElementById("theme").before(this.opener);
    }

    /** Show a step: the page is set up for it, and its address can be passed on. */
    go(at) {
      this.show(this.steps[at]);
      this.tell(at);
      this.forth.focus();
    }

    /** Say what a step is about, without setting anything. */
    tell(at) {
      this.at = at;
      const { name, title, text } = this.steps[at];
      const last = at === this.steps.length - 1;
      const words = document.createElement("span");
      words.append(Object.assign(document.createElement("strong"), { textContent: `${at + 1} of ${this.steps.length}: ${title}. ` }), text);
      this.forth = last ? button("End", () => this.end(), "button small main")
        : button("Next", () => this.go(at + 1), "button small main");
      this.line.replaceChildren(words, ...(at ? [button("Back", () => this.go(at - 1))] : []), this.forth);
      this.line.hidden = false;
      history.replaceState(null, "", `#try=${name}`);
    }

    end() {
      this.line.hidden = true;
      history.replaceState(null, "", location.pathname + location.search);
      this.opener.focus();
    }
  }

  /** Let the deck start and stop the demo, and turn its pages by the keys that the demo gets. */
  function obeyDeck({ start, stop, running }) {
    const tell = (word) => window.parent.postMessage({ workshopLiving: word }, "*");
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent || !event.data || !event.data.workshopLiving) return;
      const word = event.data.workshopLiving;
      if (word === "start" && !running()) start();
      if (word === "stop" && running()) stop();
      tell(running() ? "moving" : "still");
    });
    window.addEventListener("keydown", (event) => {
      if (!TURNS.has(event.key)) return;
      window.parent.postMessage({ workshopKey: event.key }, "*");
      event.preventDefault();
    });
    tell("ready");
  }

  /**
   * Call it when the page stands.
   * @param {object} demo
   * @param {{name: string, title: string, text: string, set: () => void}[]} demo.tries states of the page with a name;
   *   the first three are its tour. `set` leaves the page as a visitor would find it, moving or not.
   * @param {() => void} demo.start @param {() => void} demo.stop @param {() => boolean} demo.running
   */
  Workshop.stage = function ({ tries, start = () => {}, stop = () => {}, running = () => false }) {
    const find = (name) => tries.findIndex((step) => step.name === name);

    function show(step) {
      step.set();
      if (!inSlide && !running()) start();
    }

    const tour = inSlide ? null : new Tour(tries.slice(0, TOUR), show);

    function follow() {
      const at = find(asked().name);
      if (at < 0) return false;
      show(tries[at]);
      if (inSlide) stop();
      else if (at < TOUR) tour.tell(at);
      return true;
    }

    window.addEventListener("hashchange", follow);
    if (!follow()) {
      if (mayBegin && !running()) start();
      else if (inSlide) stop();
    }
    if (inSlide) obeyDeck({ start, stop, running });
  };
})();
