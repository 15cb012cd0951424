/**
 * Drives a deck: reveal.js turns the pages, KaTeX sets the formulas, S opens the speaker's window.
 * The speaker's window is told by messages what is on; it may also turn the pages.
 */
(function () {
  "use strict";

  const WIDTH = 1280;
  const HEIGHT = 720;
  const ports = (window.workshopConfig || { ports: { jupyter: 8080, tensorboard: 8081 } }).ports;

  let jupyter = "";

  /** Formulas stay readable TeX where KaTeX was not fetched. */
  function setFormulas() {
    if (!window.katex) return;
    for (const formula of document.querySelectorAll(".formula")) {
      window.katex.render(formula.textContent, formula, {
        displayMode: formula.classList.contains("block"), throwOnError: false, output: "html",
      });
    }
  }

  /** Links to Jupyter and TensorBoard follow this machine's ports, forwarded ones included. */
  function fillLinks() {
    const host = location.protocol.startsWith("http") ? location.hostname : "localhost";
    for (const link of document.querySelectorAll("a[data-port]")) {
      // Where slides are published there is neither Jupyter nor TensorBoard.
      if (window.workshopConfig?.published) link.remove();
      const seat = window.workshopConfig?.seat;
      const service = seat ? seat[link.dataset.port] : `http://${host}:${ports[link.dataset.port]}`;
      link.href = service + link.dataset.path;
    }
    if (!window.workshopConfig?.published) jupyter = `http://${host}:${ports.jupyter}`;
    for (const link of document.querySelectorAll(".reveal a.go")) link.target = "_blank";
  }

  let speaker = null;

  /** @returns {{slides: object[], at: number, title: string}} what the speaker's window shows */
  function picture(deck) {
    let part = {};
    const slides = deck.getSlides().map((slide) => {
      if (slide.classList.contains("part")) part = { part: slide.querySelector("h2").textContent, then: slide.dataset.then ?? "" };
      const body = slide.cloneNode(true);
      body.querySelector("aside.notes")?.remove();
      for (const frame of body.querySelectorAll("iframe")) frame.remove();
      for (const living of body.querySelectorAll(".living")) delete living.dataset.state;
      for (const image of body.querySelectorAll("img")) image.src = new URL(image.getAttribute("src"), location.href);
      return {
        ...part,
        kind: slide.className,
        html: body.innerHTML,
        note: slide.querySelector("aside.notes")?.innerHTML ?? "",
        start: Number(slide.dataset.start),
        minutes: Number(slide.dataset.minutes),
        lessons: (slide.dataset.lessons ?? "").split(" ").filter(Boolean),
      };
    });
    return { slides, at: deck.getSlidePastCount(), title: document.title, living: window.workshopLiving.state(), jupyter };
  }

  function tell(deck) {
    if (speaker && !speaker.closed) speaker.postMessage({ workshopDeck: picture(deck) }, "*");
  }

  function openSpeaker(deck) {
    if (speaker && !speaker.closed) speaker.focus();
    else speaker = window.open("../speaker.html", "workshop-speaker", "width=1100,height=700");
    tell(deck);
  }

  function listen(deck) {
    window.addEventListener("message", (event) => {
      if (!speaker || event.source !== speaker) return;
      if (event.data === "workshop-next") deck.next();
      else if (event.data === "workshop-back") deck.prev();
      else if (event.data === "workshop-ready") tell(deck);
    });
    deck.addKeyBinding({ keyCode: 83, key: "S", description: "Speaker's window" }, () => openSpeaker(deck));
    deck.on("slidechanged", () => tell(deck));
    document.addEventListener("workshop-living", () => tell(deck));
  }

  /** ?print lays every slide on a page of its own, ?print=notes each followed by its notes; nothing moves then. */
  function layOnPaper() {
    const wanted = new URLSearchParams(location.search).get("print");
    if (wanted === null) return false;
    document.body.classList.add("paper");
    document.body.classList.toggle("with-notes", wanted === "notes");
    document.documentElement.dataset.theme = "light";
    // Reveal's own rules for paper would set every slide as plain text.
    document.documentElement.classList.add("print-pdf");
    return true;
  }

  async function start() {
    setFormulas();
    fillLinks();
    if (layOnPaper() || !window.Reveal) return;
    document.body.classList.add("running");
    window.workshopLiving.prepare();
    window.workshopVotes.prepare();
    const deck = new window.Reveal(document.querySelector(".reveal"), {
      width: WIDTH, height: HEIGHT, margin: 0, center: false, display: "flex", controls: false, hash: true, slideNumber: "c/t",
      transition: "none", backgroundTransition: "none",
    });
    await deck.initialize();
    // First: what the speaker's window is told of the demo is that of the new slide.
    window.workshopLiving.watch(deck);
    listen(deck);
    window.workshopVotes.watch(deck);
    const keys = document.getElementById("keys");
    const showKeys = () => { keys.hidden = deck.getSlidePastCount() > 0; };
    deck.on("slidechanged", showKeys);
    showKeys();
    window.workshopDeck = deck;
  }

  start();
})();
