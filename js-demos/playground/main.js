/** Puts the playground together: points, network, picture, curve; and the keys. */
(function () {
  "use strict";

  const Playground = window.Playground;
  const $ = (id) => document.getElementById(id);
  const TOTAL = 400;
  /** Milliseconds of learning between two pictures; the rest is for drawing and for the user. */
  const LEARN_MS = 20;
  const DRAW_EVERY_MS = 120;
  /** How far an arrow key moves the pen, of a plane that is 12 wide. */
  const PEN_STEP = 0.4;
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  /** Below this a loss is as good as nothing; more powers of ten would hide what the other one does. */
  const SMALLEST = 3e-3;

  function say(text) {
    $("fault").textContent = text;
    $("fault").hidden = !text;
  }

  function main() {
    const view = new Playground.View($("board"), $("lines"), $("field"));
    const curve = new Workshop.Curve($("curve"), { unit: "epochs", colours: ["--quiet", "--warm"], first: 0 });
    let own = [];
    let pen = { x: 0, y: 0 };
    let seed = 1;
    let train = [];
    let test = [];
    let model = null;
    const pulse = new Workshop.Pulse({ beat, show, every: () => DRAW_EVERY_MS });

    window.workshopDemo = {
      name: "playground",
      get loss() { return model.loss(train); },
      get testLoss() { return model.loss(test); },
      get epochs() { return epochs(); },
      get running() { return pulse.running; },
      get settings() { return Playground.readSettings(); },
      get labels() { return own.map(({ label }) => label); },
      get first() { return { ...train[0] }; },
      get points() { return { train: train.length, test: test.length }; },
    };

    const epochs = () => (train.length ? Math.floor(model.seen / train.length) : 0);

    function makePoints() {
      const { shape, noise, share } = Playground.readSettings();
      showTools(shape === "own");
      if (shape === "own") {
        // Every fourth point of one's own is kept back.
        train = own.filter((_, i) => i % 4 !== 3);
        test = own.filter((_, i) => i % 4 === 3);
      } else {
        const points = Playground.makePoints(shape, TOTAL, noise, Workshop.random(seed));
        train = points.slice(0, share);
        test = points.slice(share);
      }
      if (!train.length) stop();
    }

    /** What makes points goes with one's own, and the picture then takes keys. */
    function showTools(own) {
      $("made").hidden = own;
      $("own").hidden = !own;
      $("field").tabIndex = own ? 0 : -1;
      $("field").setAttribute("role", own ? "application" : "img");
      $("field").setAttribute("aria-label", own ? "Place points here: arrow keys move, Enter places one"
        : "The network's output over the plane, with the points");
    }

    function restart() {
      say("");
      makePoints();
      model = new Playground.Model(Playground.readSettings());
      view.build(model);
      curve.restart();
      show();
    }

    function show() {
      view.sharp = $("sharp").checked;
      view.draw(model, train, $("show-test").checked ? test : []);
      const losses = [model.loss(train), model.loss(test)];
      if (losses.some((loss) => loss > 1e6) || !train.every((point) => Number.isFinite(point.x)) ||
        (train.length && !Number.isFinite(losses[0]))) {
        stop();
        say("The learning rate was too high: every step increased the loss until the weights overflowed. " +
          "Lower it, then start again.");
        return;
      }
      const words = (loss) => (Number.isFinite(loss) ? loss.toFixed(3) : "–");
      $("epochs").textContent = epochs().toLocaleString("en");
      $("train-loss").textContent = words(losses[0]);
      $("test-loss").textContent = words(losses[1]);
      if (epochs() > 0 && losses.every(Number.isFinite)) {
        curve.add(epochs(), ...losses.map((loss) => Math.max(loss, SMALLEST)));
      }
      curve.draw();
    }

    function beat() {
      model.trainFor(LEARN_MS, train);
    }

    function start() {
      if (!train.length) {
        say("There are no points yet: choose a colour and click in the picture.");
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
      $("run").textContent = pulse.running ? "Pause" : "Train";
    }

    function toggle() {
      if (pulse.running) stop();
      else start();
    }

    function step() {
      stop();
      if (!train.length) return;
      model.trainFor(0, train);
      show();
    }

    /** Other points of the same shape; "Start again" keeps them, so that its curve compares like with like. */
    function makeAnew() {
      seed += 1;
      restart();
    }

    function clearOwn() {
      own = [];
      restart();
    }

    function addOwn(place, otherColour) {
      const blue = document.querySelector('input[name="brush"]:checked').value === "blue";
      own.push({ ...place, label: blue === otherColour ? 1 : -1 });
      makePoints();
      say("");
      show();
    }

    function movePen([right, up]) {
      const inside = (at) => Math.min(Playground.EDGE - PEN_STEP, Math.max(PEN_STEP - Playground.EDGE, at));
      pen = { x: inside(pen.x + right * PEN_STEP), y: inside(pen.y + up * PEN_STEP) };
      showPen(true);
    }

    function showPen(shown) {
      const { left, top } = view.shareOf(pen);
      Object.assign($("pen").style, { left: `${100 * left}%`, top: `${top * $("field").clientHeight}px` });
      $("pen").hidden = !shown;
    }

    function onFieldKey(event) {
      if (Playground.readSettings().shape !== "own") return;
      if (event.key in ARROWS) movePen(ARROWS[event.key]);
      else if (event.key === "Enter") addOwn(pen, event.shiftKey);
      else return;
      event.preventDefault();
    }

    /** A click puts a point only among one's own: elsewhere it would throw the data set away. */
    function watchField() {
      $("field").addEventListener("click", (event) => {
        if (Playground.readSettings().shape === "own") addOwn(view.placeOf(event), event.shiftKey);
      });
      $("field").addEventListener("keydown", onFieldKey);
      $("field").addEventListener("focus", () => showPen($("field").matches(":focus-visible")));
      $("field").addEventListener("blur", () => showPen(false));
    }

    Playground.buildForm();
    Playground.watchSettings({
      onPoints: restart,
      onNetwork: restart,
      onLearning: () => model.setLearning(Playground.readSettings()),
      onView: show,
    });
    function setUp(settings) {
      stop();
      Playground.writeSettings(settings);
      restart();
    }

    Playground.showExperiments((settings) => {
      setUp(settings);
      start();
      $("field").scrollIntoView({ block: "center" });
    });
    watchField();
    $("run").addEventListener("click", toggle);
    $("step").addEventListener("click", step);
    $("reset").addEventListener("click", restart);
    $("anew").addEventListener("click", makeAnew);
    $("clear").addEventListener("click", clearOwn);
    Workshop.watchKeys({ " ": toggle, s: step, r: restart });
    document.addEventListener("workshop-theme", () => show());
    window.addEventListener("resize", () => show());
    restart();
    Workshop.stage({
      tries: Playground.experiments.map((experiment) => ({ ...experiment, set: () => setUp(experiment.settings) })),
      start, stop, running: () => pulse.running,
    });
  }

  if (typeof convnetjs === "undefined") {
    say("This page needs the library ConvNetJS, which set-up could not download. Run set-up again with a network or " +
      "a stick. Everything else works without it.");
  } else {
    main();
  }
})();
