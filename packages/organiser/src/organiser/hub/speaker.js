/**
 * The speaker's view: asks the hub every few seconds, and shows what it says; two buttons for each seat.
 *
 * The code is exchanged for a token, which stays in this tab's storage and goes with each request as a header.
 */
(function () {
  "use strict";

  const EVERY_MS = 5000;
  const TOKEN = "workshop-speaker";
  const STATES = { off: "not started", starting: "is starting", ready: "runs" };
  const byId = (id) => document.getElementById(id);
  const megabytes = (bytes) => (bytes === null ? "–" : `${Math.round(bytes / 1e6)} MB`);
  const gigabytes = (bytes) => (bytes / 1e9).toFixed(1);

  function fault(text) {
    byId("fault").textContent = text;
  }

  /** Show the form for the code, or the view. */
  function open(isIn) {
    byId("enter").hidden = isIn;
    byId("view").hidden = !isIn;
  }

  /** Ask the hub, with the token; throw its words where it refuses. */
  async function ask(path, words) {
    const headers = { "X-Workshop-Speaker": sessionStorage.getItem(TOKEN) || "" };
    const body = words && JSON.stringify(words);
    if (body) headers["Content-Type"] = "application/json";
    const answer = await fetch(path, { method: body ? "POST" : "GET", headers, body, cache: "no-store" });
    const told = await answer.json().catch(() => ({}));
    if (answer.status === 401) {
      sessionStorage.removeItem(TOKEN);
      open(false);
    }
    if (!answer.ok) throw new Error(told.message || `The hub answered ${answer.status}.`);
    return told;
  }

  /** Do something that a button asked for, and say why where it fails. */
  async function tried(action) {
    fault("");
    try {
      await action();
    } catch (error) {
      fault(error instanceof TypeError ? "The hub does not answer." : error.message);
    }
  }

  const act = (words) => tried(async () => {
    await ask("act", words);
    show(await ask("state"));
  });

  function button(text, question, words) {
    const made = Object.assign(document.createElement("button"), { textContent: text, type: "button" });
    made.addEventListener("click", () => {
      if (window.confirm(question)) act(words);
    });
    return made;
  }

  function cell(...content) {
    const made = document.createElement("td");
    made.append(...content);
    return made;
  }

  function row(each) {
    const made = document.createElement("tr");
    made.dataset.state = each.state;
    made.append(
      cell(String(each.seat)),
      cell(each.taken ? "is in" : "free"),
      cell(STATES[each.state] + (each.node ? ` on ${each.node}` : "") + (each.why ? `. ${each.why}` : "")),
      cell(each.lesson || "–"),
      cell(each.solved === null ? "–" : String(each.solved)),
      cell(megabytes(each.memory)),
      cell(
        button("Restart", `Restart seat ${each.seat}? Its kernels end; its files stay.`, { what: "restart", seat: each.seat }),
        " ",
        button("Free", `Free seat ${each.seat} for another browser? The present one is out.`, { what: "free", seat: each.seat }),
      ),
    );
    return made;
  }

  function show({ machine, message, seats, solved, plan }) {
    const taken = seats.filter((each) => each.taken).length;
    const here = machine === null
      ? `${seats.filter((each) => each.state === "ready").length} servers run, ` +
        `${seats.filter((each) => each.state === "starting").length} are starting, on ` +
        `${new Set(seats.map((each) => each.node).filter(Boolean)).size} nodes.`
      : `${gigabytes(machine.available)} of ${gigabytes(machine.memory)} GB of memory are free. ` +
        `${machine.load} processes wait for ${machine.processors} processors.`;
    byId("glance").textContent = `${taken} of ${seats.length} seats are taken. ${here}`;
    byId("message").textContent = message || "nothing";
    byId("seats").replaceChildren(...seats.map(row));
    const counts = {};
    for (const { lesson } of seats) if (lesson) counts[lesson] = (counts[lesson] || 0) + 1;
    byId("plan").textContent = plan.title;
    list("lessons", counts, "at", plan.lessons);
    list("solved", solved, "solved", []);
  }

  /** Fill a list with how many there are of each: first those of the plan, in its order, then the others, the most first. */
  function list(id, counts, verb, plan) {
    const place = (name) => (plan.includes(name) ? plan.indexOf(name) : plan.length);
    const lines = Object.entries(counts).sort((a, b) => place(a[0]) - place(b[0]) || b[1] - a[1] || a[0].localeCompare(b[0]));
    byId(id).replaceChildren(...lines.map(([name, count]) =>
      Object.assign(document.createElement("li"), { textContent: `${count} ${verb} ${name}` })));
  }

  let isAway = false;

  async function look() {
    if (!sessionStorage.getItem(TOKEN)) {
      open(false);
      return;
    }
    try {
      show(await ask("state"));
      open(true);
      if (isAway) fault("");
      isAway = false;
    } catch {
      isAway = Boolean(sessionStorage.getItem(TOKEN));
      if (isAway) fault("The hub does not answer; it is asked again.");
    }
  }

  byId("enter").addEventListener("submit", (event) => {
    event.preventDefault();
    tried(async () => {
      const { token } = await ask("enter", { code: byId("code").value });
      sessionStorage.setItem(TOKEN, token);
      byId("enter").reset();
      show(await ask("state"));
      open(true);
    });
  });
  byId("say").addEventListener("submit", (event) => {
    event.preventDefault();
    act({ what: "say", text: byId("text").value });
    byId("text").value = "";
  });
  look();
  setInterval(() => {
    if (!document.hidden && !document.activeElement?.closest("table")) look();
  }, EVERY_MS);
})();
