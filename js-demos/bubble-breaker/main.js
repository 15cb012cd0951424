/**
 * Puts the page together: one game on the board, whoever plays it, and the table of scores.
 */
(function () {
  "use strict";

  const { BoardView, BUBBLE_BREAKER, SAMEGAME } = window.workshopModules;
  const { agents, Game, playOut, Scores } = window.Bubbles;
  const $ = (id) => document.getElementById(id);

  const RULES = { bubblebreaker: BUBBLE_BREAKER, samegame: SAMEGAME };
  const SLOWEST = 1500; // milliseconds from move to move
  const SLICE = 25; // milliseconds of whole games before the page may breathe
  const SERIES = 100;

  let game = null;
  let choose = null; // how the agent that is watched plays this game
  let timer = 0;
  let series = 0; // games of each agent that are still to be played

  const view = new BoardView($("board"), { onBurst: playByHand, onPoint: say });
  const scores = new Scores($("scores"), [{ name: "you", title: "You" }, ...agents]);

  /** For tests and the curious. */
  window.workshopDemo = {
    name: "bubble-breaker",
    get board() { return game.board; },
    get score() { return game.score; },
    get moves() { return game.moves; },
    get over() { return game.over; },
    get by() { return game.by; },
    get watching() { return timer !== 0; },
    get scores() { return Object.fromEntries(scores.scores); },
  };

  function chosen(name) {
    return document.querySelector(`input[name="${name}"]:checked`).value;
  }

  function agent() {
    return agents.find(({ name }) => name === chosen("agent"));
  }

  function interval() {
    return SLOWEST * 0.01 ** ($("speed").value / 100);
  }

  function say(text) {
    $("said").textContent = text || (game?.over ? `No move is left: ${game.score} points.` : "");
  }

  function begin() {
    pause();
    game = new Game(RULES[chosen("rules")]);
    choose = null;
    show();
  }

  function show(burst = [], wait = 0) {
    view.show(game.board, game.rules, { burst, wait });
    $("score").textContent = game.score;
    $("moves").textContent = game.moves;
    $("undo").disabled = game.moves === 0;
    $("watch").disabled = $("step").disabled = game.over;
    if (game.over) say("");
  }

  /** Note the score of a game that somebody played alone. */
  function note() {
    if (!game.over) return;
    scores.add(game.by, game.score);
    scores.show();
  }

  function playByHand(row, column) {
    pause();
    if (!game.play(row, column, "you")) return;
    show();
    note();
  }

  function playByAgent(wait) {
    if (game.over) return;
    choose ??= agent().make(game.board);
    const cells = choose(game.board);
    game.play(...cells[0], agent().name);
    show(cells, wait);
    note();
  }

  function tick() {
    playByAgent(interval() / 2);
    if (game.over) pause();
    else timer = setTimeout(tick, interval());
  }

  function watch() {
    timer = setTimeout(tick, 0);
    $("watch").textContent = "Pause";
  }

  function pause() {
    clearTimeout(timer);
    timer = 0;
    $("watch").textContent = "Watch";
  }

  function undo() {
    pause();
    game.undo();
    show();
  }

  /** Play whole games for a moment, one of each agent in turn, then let the page breathe. */
  function playSeries() {
    const end = performance.now() + SLICE;
    while (series > 0 && performance.now() < end) {
      for (const one of agents) scores.add(one.name, playOut(game.rules, one));
      series -= 1;
    }
    scores.show();
    $("series").disabled = series > 0;
    if (series > 0) setTimeout(playSeries, 0);
  }

  function showAgents() {
    for (const { name, title, about } of agents) {
      const label = $("agents").appendChild(document.createElement("label"));
      const radio = label.appendChild(document.createElement("input"));
      Object.assign(radio, { type: "radio", name: "agent", value: name, checked: name === "tabu" });
      label.appendChild(document.createElement("span")).textContent = title;
      radio.addEventListener("change", () => { choose = null; $("about").textContent = about; });
      if (radio.checked) $("about").textContent = about;
    }
  }

  showAgents();
  $("new").addEventListener("click", begin);
  $("undo").addEventListener("click", undo);
  $("watch").addEventListener("click", () => (timer ? pause() : watch()));
  $("step").addEventListener("click", () => { pause(); playByAgent(0); });
  $("series").addEventListener("click", () => { series = SERIES; playSeries(); });
  for (const radio of document.querySelectorAll('input[name="rules"]')) {
    // Points of one game say nothing about the other.
    radio.addEventListener("change", () => { series = 0; scores.clear(); begin(); });
  }
  Workshop.watchKeys({ u: undo, n: begin, w: () => (timer ? pause() : game.over || watch()) });
  window.addEventListener("resize", () => show());

  /** Begin a game that one of the players plays while one looks on. */
  function setUp(player, pace) {
    const radio = document.querySelector(`input[name="agent"][value="${player}"]`);
    radio.checked = true;
    radio.dispatchEvent(new Event("change"));
    $("speed").value = pace;
    begin();
  }

  begin();
  Workshop.stage({
    tries: [
      {
        name: "uniform", title: "A random group", set: () => setUp("uniform", 60),
        text: "It bursts a random group each time. How many points will it score? Write down your guess.",
      },
      {
        name: "greedy", title: "The largest group", set: () => setUp("greedy", 60),
        text: "It always takes the largest group. Is that better than a random one?",
      },
      {
        name: "tabu", title: "Keep one colour", set: () => setUp("tabu", 60),
        text: "It avoids one colour as long as it can and ignores points. Why does it score so many?",
      },
    ],
    start: () => { if (game.over) begin(); watch(); },
    stop: pause,
    running: () => timer !== 0,
  });
})();
