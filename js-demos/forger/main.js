/** Puts the page together: points, the two networks, the picture, the count, the losses; and the keys. */
(function () {
  "use strict";

  const Forger = window.Forger;
  const $ = (id) => document.getElementById(id);
  /** Milliseconds of learning between two beats; the rest is for drawing and for the user. */
  const LEARN_MS = 20;
  const DRAW_EVERY_MS = 100;
  const GROUND = 48;
  const GROUND_PLACES = Workshop.Plane.grid(GROUND);
  /** So many of the forged points show by an arrow where they are pulled. */
  const PULLED = 64;
  const PULL_LENGTH = 0.8;
  /** Half as sure as can be is full colour: near the end the detective is hardly surer than a coin. */
  const DEEPER = 2;
  const FEWEST_OWN = 3;
  const FIRST_ROUNDS = 20;

  function say(text) {
    $("fault").textContent = text;
    $("fault").hidden = !text;
  }

  const plane = new Workshop.Plane($("plane"));
  const curve = new Workshop.Curve($("curve"), { unit: "rounds", colours: ["--accent", "--warm"], first: 1 });
  let own = [];
  let seed = 1;
  let game = null;
  /** Settings to come after so many rounds, if any. */
  let next = null;
  const pulse = new Workshop.Pulse({ beat, show, every: () => DRAW_EVERY_MS });

  window.workshopDemo = {
    name: "forger",
    get rounds() { return game.rounds; },
    get running() { return pulse.running; },
    get settings() { return Forger.readSettings(); },
    get report() { return game.report(); },
    get losses() { return { ...game.losses }; },
    get own() { return own.map(([x, y]) => ({ x, y })); },
  };

  function restart() {
    say("");
    next = null;
    const settings = Forger.readSettings();
    game = new Forger.Game(new Workshop.Crowd(settings.shape, own), settings, seed);
    offerPen();
    curve.restart();
    if (game.crowd.empty) stop();
    show();
  }

  function offerPen() {
    const offered = Forger.readSettings().shape === "own";
    $("own").hidden = !offered;
    plane.offerPen(offered, offered ? "Place real points here: arrow keys move, Enter places one"
      : "Real and generated points, over the discriminator's output");
  }

  function put(x, y) {
    own.push([x, y]);
    const running = pulse.running;
    restart();
    if (running && own.length >= FEWEST_OWN) start();
  }

  function clearOwn() {
    own = [];
    restart();
  }

  function show() {
    const belief = $("belief").checked ? game.judge(GROUND_PLACES) : new Float64Array(GROUND * GROUND);
    plane.paint(GROUND, belief.map((sure) => DEEPER * sure));
    plane.begin();
    plane.points(game.real, "real", { alpha: 0.75 });
    if (game.crowd.empty) return;
    const forged = game.forged();
    if ($("arrows").checked) {
      const from = forged.subarray(0, 2 * PULLED);
      plane.arrows(from, game.pull(from).map((step) => PULL_LENGTH * step));
    }
    plane.points(forged, "made");
    const report = game.report();
    showCount(report);
    showLosses();
  }

  function showCount({ shares, covered, of, collapsed }) {
    $("covered").textContent = covered;
    $("of").textContent = of;
    Workshop.showShares($("shares"), game.crowd, shares);
    const [state, words] = verdict(covered, of, collapsed);
    if ($("said").textContent !== words) Object.assign($("said"), { textContent: words }).dataset.state = state;
  }

  /** @returns {[string, string]} good, bad or nothing; and words */
  function verdict(covered, of, collapsed) {
    if (game.rounds < FIRST_ROUNDS) return ["", "Not trained yet: all generated points are near the centre."];
    if (collapsed) return ["bad", `Collapsed: it covers ${covered || "none"} of ${of} clusters.`];
    if (covered === of) return ["good", "All clusters are covered."];
    return ["", "Some clusters are not covered."];
  }

  function showLosses() {
    $("rounds").textContent = game.rounds.toLocaleString("en");
    const { detective, forger } = game.losses;
    $("detective-loss").textContent = game.rounds ? detective.toFixed(2) : "–";
    $("forger-loss").textContent = game.rounds ? forger.toFixed(2) : "–";
    if (game.rounds) curve.add(game.rounds, Math.max(forger, 1e-3), Math.max(detective, 1e-3));
    curve.draw();
  }

  function beat() {
    game.learnFor(LEARN_MS);
    if (next && game.rounds >= next.after) {
      change(next.settings);
      next = null;
    }
  }

  function start() {
    if (Forger.readSettings().shape === "own" && own.length < FEWEST_OWN) {
      say(`Draw at least ${FEWEST_OWN} points in the picture first.`);
      return;
    }
    say("");
    pulse.start();
    showRunning();
  }

  function stop() {
    pulse.stop();
    showRunning();
  }

  function showRunning() {
    $("run").textContent = pulse.running ? "Pause" : "Play";
  }

  function toggle() {
    if (pulse.running) stop();
    else start();
  }

  function step() {
    stop();
    if (game.crowd.empty) return;
    game.learn();
    show();
  }

  /** Go on by other rules; what was learned stays. */
  function change(settings) {
    Forger.writeSettings(settings);
    game.settings = Forger.readSettings();
    show();
  }

  /** Put a beginner, who learns slowly, in the place of a detective that has learned to tell all places apart. */
  function collapse() {
    next = null;
    game.hire();
    change(Forger.COLLAPSE);
    start();
  }

  function mend() {
    next = null;
    change(Forger.REMEDY);
    start();
  }

  function setUp({ settings, then }) {
    stop();
    if (settings.shape === "own" && !own.length) own = Workshop.Crowd.HOUSE.slice();
    Forger.writeSettings(settings);
    restart();
    next = then || null;
  }

  Forger.watchSettings({ onShape: restart, onLearning: () => { game.settings = Forger.readSettings(); show(); }, onPicture: show });
  Workshop.showTries($("tries"), Forger.TRIES, (step) => {
    setUp(step);
    start();
    $("plane").scrollIntoView({ block: "center" });
  });
  plane.watchPen(put, () => Forger.readSettings().shape === "own");
  $("run").addEventListener("click", toggle);
  $("collapse").addEventListener("click", collapse);
  $("remedy").addEventListener("click", mend);
  $("reset").addEventListener("click", restartAnew);
  $("clear").addEventListener("click", clearOwn);
  Workshop.watchKeys({ " ": toggle, s: step, r: restartAnew, c: collapse, m: mend });
  document.addEventListener("workshop-theme", () => show());
  window.addEventListener("resize", () => show());

  /** Other weights and other noise, by the same rules. */
  function restartAnew() {
    seed += 1;
    restart();
  }

  Forger.showNumbers();
  restart();
  Workshop.stage({
    tries: Forger.TRIES.map((step) => ({ ...step, set: () => setUp(step) })),
    start, stop, running: () => pulse.running,
  });
})();
