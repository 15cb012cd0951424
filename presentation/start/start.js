/**
 * The start page: links that follow the ports of this machine, lessons, demos, lights.
 * As a plain file, from a thumb drive, it does the same but for the lights.
 */
(function () {
  "use strict";

  const EVERY_MS = 5000;
  const WORDS = {
    up: "is running",
    down: "does not answer",
    unexpected: "another program uses its port",
    unknown: "is not known",
  };
  const DATA_WORDS = {
    up: "is here",
    down: "is not complete: workshop data fetch",
    unknown: "is not known",
  };
  const LAST = "workshop-lessons-opened";
  const config = window.workshopConfig || {
    ports: { jupyter: 8080, tensorboard: 8081, web: 8082 }, demos: [], lessons: [],
  };
  const courses = window.workshopCourses || [];
  const everyLesson = [...config.lessons, ...courses.flatMap((course) => course.lessons)];
  const served = location.protocol.startsWith("http");
  const states = {};

  /** @returns {string} the address of a service as this browser reaches it, forwarded ports included */
  function address(service, path) {
    // In a classroom all of a seat is behind one address.
    if (config.seat) return config.seat[service] + path;
    const host = served ? location.hostname : "localhost";
    return `http://${host}:${config.ports[service]}${path}`;
  }

  /** @returns {HTMLElement} an element with a text */
  function element(name, text, attributes = {}) {
    return Object.assign(document.createElement(name), { textContent: text, ...attributes });
  }

  function fillLinks() {
    for (const link of document.querySelectorAll("a[data-port]")) {
      link.href = address(link.dataset.port, link.dataset.path);
    }
    for (const part of document.querySelectorAll("[data-alone]")) part.hidden = Boolean(config.seat);
    if (!config.seat) return;
    document.getElementById("seat").hidden = false;
    document.querySelector("#seat a").href = config.seat.home;
  }

  /** @returns {string} how long a notebook takes; a tool has no exercises */
  function minutes(lesson) {
    if (lesson.kind === "tool") return `${lesson.minutes} min`;
    return `${lesson.minutes} min with all exercises${lesson.short ? ", or ten minutes ◆" : ""}`;
  }

  /** @returns {string[]} the lessons that were opened from this page, the last one first */
  function opened() {
    try {
      const paths = JSON.parse(localStorage.getItem(LAST)) || [];
      return paths.filter((path) => everyLesson.some((lesson) => lesson.path === path));
    } catch {
      return [];
    }
  }

  /** Remember which lesson is opened, for the large button and for the ticks. */
  function rememberLesson(event) {
    const link = event.target.closest("a[href]");
    const path = link && decodeURIComponent(link.href.split("/lab/tree/")[1] || "");
    if (!path) return;
    try {
      localStorage.setItem(LAST, JSON.stringify([path, ...opened().filter((each) => each !== path)]));
    } catch {
      // A browser that keeps nothing begins with the first lesson again.
    }
  }

  /** The large button: the plan's first lesson on the first visit, then the one that was opened last. */
  function fillNext(plan) {
    const names = plan ? plan.items.flatMap((item) => item.lessons.map((name) => `${name}.ipynb`)) : [];
    const planned = everyLesson.filter((each) => names.includes(each.path));
    const lessons = planned.length ? planned : everyLesson;
    const [last] = opened();
    const lesson = everyLesson.find((each) => each.path === (last || names[0])) || lessons[0];
    document.getElementById("next").hidden = !lesson;
    if (!lesson) return;
    const link = document.querySelector("#next a");
    link.href = lessonAddress(lesson);
    link.textContent = `${last ? "Continue" : "Begin"} · ${lesson.title}`;
    document.querySelector("#next span").textContent = last
      ? `${opened().filter((path) => lessons.some((each) => each.path === path)).length} of ${lessons.length} lessons ${
        planned.length ? "of the plan " : ""}opened on this computer`
      : lesson.minutes ? `${lesson.minutes} minutes` : "";
  }

  function lessonAddress(lesson) {
    return address("jupyter", `/lab/tree/${lesson.path.split("/").map(encodeURIComponent).join("/")}`);
  }

  /** Add a line for each lesson to a list. */
  function listLessons(list, lessons, chapter) {
    const done = new Set(opened());
    for (const [number, lesson] of lessons.entries()) {
      const link = element("a", "", { href: lessonAddress(lesson) });
      link.append(
        element("span", chapter(lesson, number), { className: "chapter" }),
        element("strong", lesson.title),
        element("span", [done.has(lesson.path) && "✓ opened", lesson.minutes && minutes(lesson), lesson.memory && `${lesson.memory} MB`]
          .filter(Boolean).join(" · "), { className: "quiet" }),
      );
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
  }

  function fillLessons() {
    document.getElementById("lessons-part").hidden = !config.lessons.length;
    document.getElementById("reading").hidden = !config.reading;
    if (config.reading) document.querySelector("#reading a").href = config.reading;
    listLessons(document.getElementById("lessons"), config.lessons, (lesson) => lesson.path.split("-")[0]);
  }

  /** The courses of others that were added to this machine: lessons, and for the speaker their plans. */
  function fillCourses() {
    if (courses.length && !config.lessons.length) {
      document.title = courses.map((course) => course.title).join(", ");
      document.querySelector("h1").textContent = document.title;
      document.getElementById("about").hidden = true;
    }
    for (const course of courses) {
      const part = document.createElement("section");
      const list = element("ol", "", { className: "lessons" });
      listLessons(list, course.lessons, (_lesson, number) => String(number + 1));
      part.append(element("h2", course.title), list);
      if (course.pages) part.append(element("a", "Pages of this course", { className: "button", href: course.pages }));
      document.getElementById("courses").append(part);
      for (const plan of course.plans) {
        const items = element("ol", "");
        for (const item of plan.items) items.append(element("li", `${item.title} · ${item.minutes} min`));
        const shown = document.createElement("section");
        shown.append(element("h2", `${plan.title} · ${plan.minutes} min`), items);
        document.getElementById("course-plans").append(shown);
      }
    }
  }

  /** @returns {HTMLElement} links to the pages that a demo was made after, those on this machine */
  function originals(demo) {
    const list = element("ul", "", { className: "originals" });
    for (const { title, credit, address: href } of demo.originals) {
      const item = document.createElement("li");
      item.append(element("a", title, { href, title: credit }));
      list.append(item);
    }
    const all = element("details", "", { className: "quiet" });
    const many = demo.originals.length > 1;
    all.append(element("summary", many ? `The ${demo.originals.length} originals` : "The original"), list);
    return all;
  }

  function fillDemos() {
    document.getElementById("demos-part").hidden = !config.demos.length;
    for (const demo of config.demos) {
      const item = element("li", "", { className: "card" });
      if (demo.preview) item.append(element("img", "", { src: `demos/${demo.name}/${demo.preview}`, alt: "" }));
      item.append(
        element("h3", demo.title),
        element("p", demo.summary),
        element("a", `Open · ${demo.minutes} min`, {
          className: "button", href: `demos/${demo.name}/index.html`,
        }),
      );
      if (demo.originals && demo.originals.length) item.append(originals(demo));
      document.getElementById("demos").append(item);
    }
  }

  /** Show the part for participants or for the speaker; the address remembers it. */
  function showWho(who) {
    for (const part of document.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== who;
    document.querySelector(`input[name="who"][value="${who}"]`).checked = true;
  }

  function watchWho() {
    const named = () => (location.hash === "#speaker" ? "speaker" : "participant");
    for (const radio of document.querySelectorAll('input[name="who"]')) {
      radio.addEventListener("change", () => {
        history.replaceState(null, "", radio.value === "speaker" ? "#speaker" : "#participant");
        showWho(radio.value);
      });
    }
    window.addEventListener("hashchange", () => showWho(named()));
    showWho(named());
  }

  /** @param {Record<string, {state: string}> | null} services, data among them; null when nobody answers */
  function showLights(services) {
    for (const light of document.querySelectorAll("[data-service]")) {
      const service = services && services[light.dataset.service];
      const state = service ? service.state : "unknown";
      states[light.dataset.service] = state;
      // A screen reader is told what changed, not the same thing every five seconds.
      if (light.dataset.state === state) continue;
      light.dataset.state = state;
      const words = light.dataset.service === "data" ? DATA_WORDS : WORDS;
      light.querySelector("em").textContent = words[state];
    }
    document.getElementById("lights").hidden = false;
  }

  /** Lead nobody to a port that another program has: its page could ask for the token. Its light says so instead. */
  function stayAway(event) {
    const link = event.target.closest("a[href]");
    const taken = ["jupyter", "tensorboard"].find((service) => states[service] === "unexpected"
      && link && link.href.startsWith(address(service, "/")));
    if (!taken) return;
    event.preventDefault();
    const light = document.querySelector(`[data-service="${taken}"]`);
    light.tabIndex = -1;
    light.focus();
  }

  async function askLights() {
    try {
      const answer = await fetch("api/status", { cache: "no-store" });
      const { services, data } = await answer.json();
      showLights({ ...services, data });
    } catch {
      showLights(null);
    }
    setTimeout(askLights, EVERY_MS);
  }

  document.getElementById("manual").hidden = !config.manual;
  fillLinks();
  fillNext();
  document.addEventListener("workshop-plan", ({ detail }) => fillNext(detail));
  fillLessons();
  fillCourses();
  fillDemos();
  watchWho();
  for (const kind of ["click", "auxclick"]) {
    document.addEventListener(kind, stayAway);
    document.addEventListener(kind, rememberLesson);
  }
  document.getElementById("where").textContent = served
    ? `This machine serves these pages at ${location.host}. They load nothing from the network.`
    : "This page was opened as a file, so the status lights are off. Everything else works.";
  document.getElementById("version").textContent = `Version ${config.version}`;
  if (served) askLights();
})();
