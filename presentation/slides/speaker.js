/** The speaker's window: it is told what is on by the deck that opened it, and may turn its pages. */
(function () {
  "use strict";

  const TOLERANCE_MINUTES = 1;
  const deck = window.opener;
  const BEGAN = "workshop-began";
  let shown = null;
  let began = remembered() || begin();

  /** @returns {number} when the clock was started, before this window was loaded again; 0 where it was not */
  function remembered() {
    try {
      return Number(sessionStorage.getItem(BEGAN)) || 0;
    } catch {
      return 0;
    }
  }

  /** @returns {number} now, which this window remembers for as long as it is open */
  function begin() {
    const now = Date.now();
    try {
      sessionStorage.setItem(BEGAN, now);
    } catch {
      // A browser that keeps nothing begins anew when the window is loaded again.
    }
    return now;
  }

  const LOOK_MS = 30000;
  const WARMTH = { warm: "compiled", warming: "compiling now", cold: "not compiled: its first run is slow" };
  let lesson = "";

  const byId = (id) => document.getElementById(id);
  const clock = (minutes) => `${Math.floor(minutes / 60)}:${String(Math.floor(minutes % 60)).padStart(2, "0")}`;

  function show(picture) {
    shown = picture;
    const slide = picture.slides[picture.at];
    const next = picture.slides[picture.at + 1];
    byId("note").innerHTML = slide.note;
    frame(byId("shown"), slide);
    if (next) frame(byId("next"), next);
    else byId("next").innerHTML = "<p class=quiet>That was the last one.</p>";
    showPart(picture, slide);
    byId("count").textContent = `${picture.at + 1} of ${picture.slides.length}`;
    document.title = `Speaker: ${picture.title}`;
    const here = (slide.lessons ?? []).filter((name) => window.workshopPace?.[name]);
    const words = here.map((name) => `${name}: ${window.workshopPace[name]}`);
    byId("here").textContent = words.length ? `On this machine ${words.join("; ")}` : "";
    tick();
  }

  /** @returns {string} the same words, with what is known of each lesson's compiled code */
  function withWarmth(words, lessons = []) {
    const known = lessons.filter((name) => WARMTH[window.workshopWarmth?.[name]]);
    const all = (told) => known.every((name) => window.workshopWarmth[name] === told);
    if (!known.length) return words;
    if (all("warm")) return `${words} (${WARMTH.warm})`;
    return `${words} (${known.map((name) => `${name}: ${WARMTH[window.workshopWarmth[name]]}`).join("; ")})`;
  }

  /** What the lessons take and whether they are compiled is asked for again: a machine may be at it. */
  function look() {
    const script = Object.assign(document.createElement("script"), { src: `pace.js?${Date.now()}` });
    script.addEventListener("load", () => { script.remove(); if (shown) show(shown); });
    document.head.append(script);
  }

  /** A slide as it stands on the wall, made as small as its place. */
  function frame(place, { html, kind }) {
    const slide = Object.assign(document.createElement("section"), { innerHTML: html, className: kind });
    slide.classList.remove("past", "present", "future");
    const page = Object.assign(document.createElement("div"), { className: "slides" });
    page.append(slide);
    place.replaceChildren(page);
    page.style.setProperty("--scale", Math.min(place.clientWidth / 1280, place.clientHeight / 720));
  }

  /** What is tried after this part's slides, how many of those are left, and what the next part is. */
  function showPart(picture, slide) {
    const after = picture.slides.slice(picture.at + 1);
    const left = after.findIndex(({ part }) => part !== slide.part);
    const next = left < 0 ? null : after[left];
    byId("left").textContent = slide.part ? String(left < 0 ? after.length : left) : "–";
    byId("then").textContent = withWarmth(slide.then || "nothing to try", slide.lessons);
    byId("after").textContent = next ? `${next.part}, ${clock(next.start)}${next.then ? `, then ${withWarmth(next.then, next.lessons)}` : ""}` : "none";
    lesson = slide.lessons?.[0] ?? next?.lessons?.[0] ?? "";
    byId("open").hidden = !lesson || !picture.jupyter;
    byId("lesson").textContent = lesson;
    byId("living").hidden = !picture.living;
    byId("living").textContent = picture.living === "moving" ? "It moves; back stops it." : "Next starts the demo.";
  }

  /** Where the clock and the schedule stand; late by more than a minute is said in red. */
  function tick() {
    byId("now").textContent = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    const minutes = (Date.now() - began) / 60000;
    byId("elapsed").textContent = clock(minutes);
    if (!shown) return;
    const { start, minutes: length } = shown.slides[shown.at];
    const end = start + length;
    byId("part").textContent = length ? `${clock(start)} – ${clock(end)}` : "–";
    const late = minutes - end;
    const early = start - minutes;
    const pace = byId("pace");
    pace.dataset.pace = length && late > TOLERANCE_MINUTES ? "late" : "good";
    pace.textContent = !length ? "" : late > TOLERANCE_MINUTES ? `${Math.round(late)} min over this part`
      : early > TOLERANCE_MINUTES ? `${Math.round(early)} min ahead`
        : `${Math.max(0, Math.round(end - minutes))} min left in this part`;
  }

  function openLesson() {
    if (lesson && shown.jupyter) window.open(`${shown.jupyter}/lab/tree/${lesson}.ipynb`, "_blank", "noopener");
  }

  function turn(word) {
    if (deck && !deck.closed) deck.postMessage(word, "*");
  }

  window.addEventListener("message", (event) => {
    if (event.source === deck && event.data && event.data.workshopDeck) show(event.data.workshopDeck);
  });
  window.addEventListener("keydown", (event) => {
    if (["ArrowRight", "PageDown", " "].includes(event.key)) turn("workshop-next");
    else if (["ArrowLeft", "PageUp"].includes(event.key)) turn("workshop-back");
    else if (event.key.toLowerCase() === "l" && !event.ctrlKey && !event.metaKey) openLesson();
    else return;
    event.preventDefault();
  });
  byId("forth").addEventListener("click", () => turn("workshop-next"));
  byId("back").addEventListener("click", () => turn("workshop-back"));
  byId("reset").addEventListener("click", () => { began = begin(); tick(); });
  setInterval(tick, 1000);
  if (location.protocol.startsWith("http")) setInterval(look, LOOK_MS);
  if (!deck) byId("note").textContent = "Open a deck and press S there: this window belongs to it.";
  else turn("workshop-ready");
})();
