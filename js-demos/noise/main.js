/** Puts the page together: points, network, the way there and back, the picture, the numbers; and the keys. */
(function () {
  "use strict";

  const Noise = window.Noise;
  const $ = (id) => document.getElementById(id);
  /** Milliseconds of learning between two beats; the rest is for drawing and for the user. */
  const LEARN_MS = 20;
  const STEP_EVERY_MS = 70;
  /** How long arrived points are looked at before they dissolve again. */
  const REST_MS = 1200;
  const FIELD = 15;
  const FIELD_PLACES = Workshop.Plane.grid(FIELD);
  const FIELD_LENGTH = 0.16;
  /** So many points show where they came from. */
  const TRAILED = 40;
  const FEWEST_OWN = 3;
  /** The distance is measured after so many updates, then each time that they grew by so much. */
  const FIRST_MEASURE = 5;
  const GROWTH = 1.2;
  const LOWEST = 1e-4;
  const PLAIN = new Float64Array(1);

  function say(text) {
    $("fault").textContent = text;
    $("fault").hidden = !text;
  }

  const plane = new Workshop.Plane($("plane"));
  const curve = new Workshop.Curve($("curve"), { unit: "updates", colours: ["--warm"], first: 1 });
  let own = [];
  let seed = 1;
  let model = null;
  let journey = null;
  let measureAt = FIRST_MEASURE;
  let movedAt = 0;
  const pulse = new Workshop.Pulse({ beat, show });

  /** @returns {{part: number, guidance: number}} where the points are led on their way back */
  function lead() {
    const { part, guidance } = Noise.readSettings();
    return { part: Math.min(part, model.crowd.parts.length) - 1, guidance };
  }

  /** @returns {object} how the points come out that the network now leads out of the noise */
  function outcome(how = lead()) {
    const way = model.wayBack(Noise.readSettings().steps, how);
    return model.report(way[way.length - 1]);
  }

  window.workshopDemo = {
    name: "noise",
    get updates() { return model.updates; },
    get running() { return pulse.running; },
    get settings() { return Noise.readSettings(); },
    get step() { return journey.step; },
    get back() { return journey.back; },
    get places() { return Array.from(journey.places); },
    get report() { return outcome(); },
    get own() { return own.map(([x, y]) => ({ x, y })); },
  };

  function restart() {
    say("");
    const { shape, rate } = Noise.readSettings();
    model = new Noise.Diffusion(new Workshop.Crowd(shape, own), { rate }, seed);
    Noise.offerParts(model.crowd.parts.length);
    offerPen();
    curve.restart();
    measureAt = FIRST_MEASURE;
    if (model.crowd.empty) stop();
    beginJourney();
  }

  function beginJourney() {
    const { steps } = Noise.readSettings();
    journey = new Noise.Journey(model, steps, lead());
    $("step").max = steps;
    show();
  }

  function offerPen() {
    const offered = Noise.readSettings().shape === "own";
    $("own").hidden = !offered;
    plane.offerPen(offered, offered ? "Place real points here: arrow keys move, Enter places one"
      : "Points between data and noise, and the learned field");
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
    movedAt = performance.now();
    plane.paint(1, PLAIN);
    plane.begin();
    showWay();
    if (model.crowd.empty) return;
    plane.points(model.real, "real", { alpha: journey.step ? 0.35 : 0.75 });
    if ($("arrows").checked) {
      const speeds = model.speeds(FIELD_PLACES, journey.share * Noise.QUARTER, lead());
      plane.arrows(FIELD_PLACES, speeds.map((speed) => -FIELD_LENGTH * speed), { alpha: 0.55 });
    }
    if ($("trails").checked) plane.trails(journey.trail, TRAILED);
    plane.points(journey.places, "made");
    showNumbers();
  }

  function showWay() {
    $("way").textContent = journey.back ? "Removing noise: step" : "Adding noise: step";
    $("step-out").textContent = `${journey.step} of ${journey.steps}`;
    $("step").value = journey.step;
  }

  function showNumbers() {
    $("updates").textContent = model.updates.toLocaleString("en");
    $("loss").textContent = model.updates ? model.loss.toFixed(3) : "–";
    curve.draw();
  }

  /** Say how those points came out that have just arrived. */
  function showOutcome({ apart, best, shares }) {
    $("apart").textContent = apart.toFixed(3);
    $("best").textContent = best.toFixed(3);
    const { part, guidance } = lead();
    Workshop.showShares($("shares"), model.crowd, shares);
    const arrived = Math.round(100 * shares.reduce((sum, share) => sum + share, 0));
    $("said").textContent = part < 0 ? `${arrived} % arrived in a cluster of real points.`
      : `Guidance ${guidance}: ${Math.round(100 * shares[part])} % arrived in class ${part + 1}.`;
  }

  function measure() {
    const { apart } = outcome({ part: Noise.NO_PART });
    curve.add(model.updates, Math.max(apart, LOWEST));
    measureAt = model.updates * GROWTH;
  }

  function beat() {
    model.learnFor(LEARN_MS);
    if (model.updates >= measureAt) measure();
    const wait = journey.arrived ? REST_MS : STEP_EVERY_MS;
    if (performance.now() - movedAt > wait) move();
  }

  function move() {
    if (journey.arrived) journey.begin();
    else if (journey.go()) showOutcome(model.report(journey.places));
    show();
  }

  function start() {
    if (Noise.readSettings().shape === "own" && own.length < FEWEST_OWN) {
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
    if (!model.crowd.empty) move();
  }

  /** Come back from noise, or begin again at the real points. */
  function turn() {
    if (model.crowd.empty) return;
    if (journey.back) journey.begin();
    else journey.turn();
    show();
  }

  /** Whoever moves the slider wants to look: learning waits. */
  function onStep() {
    stop();
    if (model.crowd.empty) return;
    journey.goTo(Number($("step").value));
    if (journey.arrived) showOutcome(model.report(journey.places));
    show();
  }

  /** Where they are led, or in how many steps, is asked of the points that come back. */
  function onWay() {
    const { back } = journey;
    beginJourney();
    if (back && !model.crowd.empty) turn();
  }

  function setUp({ settings }) {
    stop();
    if (settings.shape === "own" && !own.length) own = Workshop.Crowd.HOUSE.slice();
    Noise.writeSettings(settings);
    restart();
    // Now that it is known how many places there are, one of them can be chosen.
    Noise.writeSettings(settings);
    beginJourney();
  }

  /** Other weights, other points and other noise. */
  function restartAnew() {
    seed += 1;
    restart();
  }

  function onLearning() {
    model.settings.rate = Noise.readSettings().rate;
  }

  Noise.watchSettings({ onShape: restart, onLearning, onWay, onPicture: show });
  Workshop.showTries($("tries"), Noise.TRIES, (each) => {
    setUp(each);
    start();
    $("plane").scrollIntoView({ block: "center" });
  });
  plane.watchPen(put, () => Noise.readSettings().shape === "own");
  $("step").addEventListener("input", onStep);
  $("run").addEventListener("click", toggle);
  $("one").addEventListener("click", step);
  $("turn").addEventListener("click", turn);
  $("reset").addEventListener("click", restartAnew);
  $("clear").addEventListener("click", clearOwn);
  Workshop.watchKeys({ " ": toggle, s: step, t: turn, r: restartAnew });
  document.addEventListener("workshop-theme", () => show());
  window.addEventListener("resize", () => show());

  restart();
  Workshop.stage({
    tries: Noise.TRIES.map((each) => ({ ...each, set: () => setUp(each) })),
    start, stop, running: () => pulse.running,
  });
})();
