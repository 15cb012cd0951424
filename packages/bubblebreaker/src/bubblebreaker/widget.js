/**
 * The page's half of the widget: shows what Python says and tells Python what somebody wants. Python keeps
 * the game; nothing here is decided. An agent that is watched moves once for each time the page asks.
 */
import { BoardView } from "./board.js";

const SLOWEST = 1500; // milliseconds from move to move
const PATIENCE = 5000; // milliseconds after which a move that was asked for is asked for again

function element(name, parent, style = {}, text = "") {
  const made = parent.appendChild(document.createElement(name));
  Object.assign(made.style, style);
  made.textContent = text;
  return made;
}

function button(parent, text, title, onClick) {
  const made = element("button", parent, { padding: "4px 12px" }, text);
  made.type = "button";
  made.title = title;
  made.setAttribute("data-lm-suppress-shortcuts", "true"); // keys are for the game, not for Jupyter
  made.addEventListener("click", onClick);
  return made;
}

function render({ model, el }) {
  const box = element("div", el, { display: "inline-block", minWidth: "280px", maxWidth: "100%" });
  box.className = "bubbles";
  const head = element("div", box, { display: "flex", gap: "1.5em", font: "bold 16px sans-serif", minHeight: "1.6em" });
  const score = element("span", head);
  const moves = element("span", head);
  const said = element("div", box, { minHeight: "1.6em", font: "14px sans-serif" });
  said.setAttribute("role", "status");
  const view = new BoardView(element("div", box), {
    onBurst: (row, column) => { pause(); ask("play", { row, column }); },
    onPoint: (text) => { said.textContent = text || verdict(); },
    room: () => el.clientWidth,
  });
  view.canvas.setAttribute("data-lm-suppress-shortcuts", "true");
  const row = { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "6px", marginTop: "6px" };
  const under = element("div", box, row);
  const undo = button(under, "Undo", "Undo the last move (U)", () => { pause(); ask("undo"); });
  button(under, "New game", "Start a new game (N)", () => { pause(); ask("new"); });
  const watching = element("div", box, row);
  const watch = button(watching, "Watch", "Let the agent play", () => (timer ? pause() : start()));
  const step = button(watching, "Step", "Let the agent make one move", () => { pause(); ask("step"); });
  const label = element("label", watching, { display: "flex", alignItems: "center", gap: "6px" }, "speed ");
  const speed = element("input", label, { width: "110px" });
  Object.assign(speed, { type: "range", min: 0, max: 100, value: 60 });
  speed.setAttribute("data-lm-suppress-shortcuts", "true");
  const name = element("span", watching, { font: "14px sans-serif" });

  let timer = 0; // an agent is watched while it is not 0
  let shown = 0; // the number of the state that is on the screen
  let asked = { number: 0, at: 0 }; // for which state a watched move was last asked for, and when
  let thinks = false; // whether the page says so of the agent

  /** Milliseconds from move to move: from 1,500 down to 15, by factors. */
  function interval() {
    return SLOWEST * 0.01 ** (speed.value / 100);
  }

  function ask(kind, more = {}) {
    model.send({ kind, number: model.get("state").number, ...more });
  }

  function verdict() {
    const { over, score: points } = model.get("state");
    return over ? `No move is left: ${points} points.` : "";
  }

  function start() {
    timer = setTimeout(tick, 0);
    watch.textContent = "Pause";
  }

  function pause() {
    clearTimeout(timer);
    timer = 0;
    watch.textContent = "Watch";
  }

  /** Ask for a move when the last one has been seen; once, however long the agent thinks about it. */
  function tick() {
    const { number, over, agent } = model.get("state");
    if (over) return pause();
    const waited = asked.number === number ? performance.now() - asked.at : Infinity;
    if (waited > PATIENCE && shown === number && document.contains(box)) {
      asked = { number, at: performance.now() };
      ask("step");
    } else if (waited > SLOWEST && waited < Infinity && !thinks) {
      thinks = true;
      said.textContent = `${agent} thinks …`;
    }
    timer = setTimeout(tick, interval());
  }

  function show() {
    const state = model.get("state");
    const next = state.number === shown + 1 && timer !== 0;
    shown = state.number;
    view.show(state.board, model.get("rules"), { burst: next ? state.burst : [], wait: next ? interval() / 2 : 0 });
    score.textContent = `Score ${state.score}`;
    moves.textContent = `${state.moves} ${state.moves === 1 ? "move" : "moves"}`;
    box.dataset.score = state.score;
    box.dataset.moves = state.moves;
    undo.disabled = state.moves === 0;
    step.disabled = watch.disabled = state.over;
    watching.style.display = state.agent ? "flex" : "none";
    name.textContent = state.agent;
    if (state.over || thinks) said.textContent = verdict();
    thinks = false;
  }

  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const kind = { u: "undo", n: "new" }[event.key.toLowerCase()];
    if (!kind) return;
    event.preventDefault();
    event.stopPropagation();
    pause();
    ask(kind);
  }

  box.addEventListener("keydown", key);
  model.on("change:state", show);
  show();
  return () => {
    pause();
    view.stop();
    model.off("change:state", show);
  };
}

export default { render };
