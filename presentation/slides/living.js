/**
 * Living slides: a demo in its place on the slide, in a frame. The clicker's next key starts it, the key after that
 * turns the page; its back key stops it. Only the slide on the wall has a frame, so what is not seen costs nothing.
 * Until the demo moves, or where it fails, its still stands there; so it does on paper.
 */
(function () {
  "use strict";

  const TURNS = { PageDown: "next", PageUp: "prev", Escape: "toggleOverview" };
  let frames = [];

  /** Each slide's first living picture is a step of its slide; the others move with it. */
  function makeSteps() {
    for (const slide of document.querySelectorAll(".reveal .slides section")) {
      slide.querySelector(".living")?.classList.add("fragment");
    }
  }

  function frameOf(place) {
    const frame = document.createElement("iframe");
    frame.title = place.querySelector("img").alt;
    frame.src = `../../demos/${place.dataset.demo}/index.html#try=${place.dataset.try}&slide`;
    return frame;
  }

  /** Take every frame away, and with it whatever it did. */
  function clear() {
    for (const { place, frame } of frames) {
      frame.remove();
      delete place.dataset.state;
    }
    frames = [];
  }

  function show(slide) {
    clear();
    for (const place of slide.querySelectorAll(".living")) {
      const frame = frameOf(place);
      place.append(frame);
      frames.push({ place, frame, ready: false, wanted: place.closest(".fragment.visible") !== null });
    }
  }

  /** @param {string} word "start" or "stop" */
  function tell(word) {
    for (const each of frames) {
      each.wanted = word === "start";
      if (each.ready) each.frame.contentWindow.postMessage({ workshopLiving: word }, "*");
    }
  }

  function hear(deck, event) {
    const of = frames.find(({ frame }) => frame.contentWindow === event.source);
    if (!of || !event.data) return;
    if (event.data.workshopKey in TURNS) deck[TURNS[event.data.workshopKey]]();
    if (event.data.workshopLiving === "ready") {
      of.ready = true;
      if (of.wanted) tell("start");
    } else if (event.data.workshopLiving) {
      // What it has painted stays when it is stopped; before the first start there is only the still.
      if (of.place.dataset.state || event.data.workshopLiving === "moving") of.place.dataset.state = event.data.workshopLiving;
      document.dispatchEvent(new CustomEvent("workshop-living"));
    }
  }

  window.workshopLiving = {
    /** @returns {string} "moving" or "still", or "" where the slide on the wall holds no demo */
    state: () => (frames.length ? frames[0].place.dataset.state ?? "still" : ""),
    prepare: makeSteps,
    /** @param {Reveal} deck that stands */
    watch(deck) {
      const living = ({ fragment }) => fragment.classList.contains("living");
      window.addEventListener("message", (event) => hear(deck, event));
      deck.on("slidechanged", () => show(deck.getCurrentSlide()));
      deck.on("fragmentshown", (event) => living(event) && tell("start"));
      deck.on("fragmenthidden", (event) => living(event) && tell("stop"));
      deck.on("overviewshown", clear);
      deck.on("overviewhidden", () => show(deck.getCurrentSlide()));
      document.addEventListener("visibilitychange", () => tell(document.hidden ? "stop" : wanted(deck)));
      for (const place of document.querySelectorAll(".living")) place.addEventListener("click", () => deck.nextFragment());
      show(deck.getCurrentSlide());
    },
  };

  function wanted(deck) {
    return deck.getCurrentSlide().querySelector(".living.visible") ? "start" : "stop";
  }
})();
