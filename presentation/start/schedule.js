/**
 * Today's schedule: what is on now, what comes next. Set-up may say which workshop is held and when it
 * begins; this browser remembers what its user chose instead.
 */
(function () {
  "use strict";

  const EVERY_MS = 10000;
  const REMEMBERED = "workshop-schedule";
  const config = window.workshopConfig || {};
  const workshops = config.workshops || [];
  const byId = (id) => document.getElementById(id);

  function remembered() {
    try {
      return JSON.parse(localStorage.getItem(REMEMBERED)) || {};
    } catch {
      return {};
    }
  }

  function remember(choice) {
    try {
      localStorage.setItem(REMEMBERED, JSON.stringify(choice));
    } catch {
      // A browser that keeps nothing shows the schedule all the same.
    }
  }

  /** @returns {{workshop: string, start: string}} "" as start: not begun */
  function chosen() {
    const known = workshops.map((workshop) => workshop.name);
    const own = remembered();
    const first = known[0];
    if (known.includes(own.workshop)) return { workshop: own.workshop, start: own.start || "" };
    return config.today || { workshop: first, start: "" };
  }

  /** @returns {number | null} minutes since the start; after midnight they go on */
  function elapsed(start) {
    if (!/^\d\d:\d\d$/.test(start)) return null;
    const [hours, minutes] = start.split(":").map(Number);
    const now = new Date();
    const since = now.getHours() * 60 + now.getMinutes() - (hours * 60 + minutes);
    return since < -12 * 60 ? since + 24 * 60 : since;
  }

  function clock(start, minutes) {
    if (!start) return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
    const [hours, first] = start.split(":").map(Number);
    const at = (hours * 60 + first + minutes) % (24 * 60);
    return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
  }

  function links(item) {
    const demos = item.demos.map((name) => {
      const demo = config.demos.find((each) => each.name === name);
      return { text: demo ? demo.title : name, href: `demos/${name}/index.html` };
    });
    const host = location.protocol.startsWith("http") ? location.hostname : "localhost";
    const jupyter = config.seat ? config.seat.jupyter : `http://${host}:${config.ports.jupyter}`;
    const lessons = item.lessons.map((name) => {
      const lesson = config.lessons.find((each) => each.path === `${name}.ipynb`);
      return {
        text: lesson ? lesson.title : name,
        href: `${jupyter}/lab/tree/${name}.ipynb`,
      };
    });
    return [...demos, ...lessons];
  }

  function row(item, number, { evenings }, start) {
    const since = evenings ? null : elapsed(start);
    const line = document.createElement("li");
    const time = Object.assign(document.createElement("time"), {
      textContent: evenings ? `evening ${number + 1}` : clock(start, item.start),
    });
    const words = Object.assign(document.createElement("strong"), { textContent: item.title });
    const places = document.createElement("span");
    places.className = "places";
    for (const link of links(item)) {
      places.append(Object.assign(document.createElement("a"), { textContent: link.text, href: link.href }), " ");
    }
    const length = Object.assign(document.createElement("span"), {
      textContent: `${item.minutes} min`, className: "quiet",
    });
    line.append(time, words, places, length);
    if (since !== null && since >= item.start && since < item.start + item.minutes) {
      line.setAttribute("aria-current", "step");
    }
    return line;
  }

  function show() {
    const { workshop: name, start } = chosen();
    const workshop = workshops.find((each) => each.name === name) || workshops[0];
    byId("which").value = workshop.name;
    document.dispatchEvent(new CustomEvent("workshop-plan", { detail: workshop }));
    if (document.activeElement !== byId("began")) byId("began").value = start;
    byId("quiz").hidden = !workshop.quiz;
    byId("quiz").href = workshop.quiz || "";
    byId("slides").href = `slides/${workshop.name}/index.html`;
    byId("schedule").replaceChildren(...workshop.items.map((item, number) => row(item, number, workshop, start)));
    for (const key of ["assumes", "afterwards"]) {
      byId(key).textContent = workshop[key];
      byId(key).parentElement.hidden = !workshop[key];
    }
    byId("short-paths").hidden = workshop.items.every((item) => item.whole || !item.lessons.length);
  }

  function choose(change) {
    remember({ ...chosen(), ...change });
    show();
  }

  if (!workshops.length) return;
  byId("which").append(...workshops.map((workshop) => new Option(workshop.title, workshop.name)));
  byId("which").addEventListener("change", (event) => choose({ workshop: event.target.value }));
  byId("began").addEventListener("change", (event) => choose({ start: event.target.value }));
  byId("begin-now").addEventListener("click", () => {
    const now = new Date();
    const two = (number) => String(number).padStart(2, "0");
    choose({ start: `${two(now.getHours())}:${two(now.getMinutes())}` });
  });
  byId("schedule-part").hidden = false;
  show();
  setInterval(show, EVERY_MS);
})();
