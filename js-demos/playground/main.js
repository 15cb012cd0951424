/** Puts the playground together: points, network, picture, curve; and the keys. */
(function () {
  "use strict";

  const Playground = window.Playground;
  const $ = (id) => document.getElementById(id);
  const TOTAL = 400;
  /** Milliseconds of learning between two pictures; the rest is for drawing and for the user. */
  const LEARN_MS = 20;
  const DRAW_EVERY_MS = 120;
  const LONG_TOUCH_MS = 450;
  const SMALLEST = 1e-6;

  function say(text) {
    $("fault").textContent = text;
    $("fault").hidden = !text;
  }

  function main() {
    const view = new Playground.View($("board"), $("lines"), $("field"));
    const curve = new Workshop.Curve($("curve"), { unit: "epochs", colours: ["--quiet", "--warm"], first: 0 });
    const own = [];
    let seed = 1;
    let train = [];
    let test = [];
    let model = null;
    let running = false;
    let drawnAt = 0;

    window.workshopDemo = {
      name: "playground",
      get loss() { return model.loss(train); },
      get testLoss() { return model.loss(test); },
      get epochs() { return epochs(); },
      get running() { return running; },
      get settings() { return Playground.readSettings(); },
      get points() { return { train: train.length, test: test.length }; },
    };

    const epochs = () => (train.length ? Math.floor(model.seen / train.length) : 0);

    function makePoints() {
      const { shape, noise, share } = Playground.readSettings();
      if (shape === "own") {
        // Every fourth point of one's own is kept back.
        train = own.filter((_, i) => i % 4 !== 3);
        test = own.filter((_, i) => i % 4 === 3);
      } else {
        const points = Playground.makePoints(shape, TOTAL, noise, Workshop.random(seed));
        train = points.slice(0, share);
        test = points.slice(share);
      }
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
      drawnAt = performance.now();
      view.sharp = $("sharp").checked;
      view.draw(model, train, $("show-test").checked ? test : []);
      const losses = [model.loss(train), model.loss(test)];
      if (losses.some((loss) => loss > 1e6) || !train.every((point) => Number.isFinite(point.x)) ||
        (train.length && !Number.isFinite(losses[0]))) {
        stop();
        say("The learning rate was too large: every step made the error bigger, until the numbers ran away. " +
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
      if (!running) return;
      model.trainFor(LEARN_MS, train);
      if (performance.now() - drawnAt > DRAW_EVERY_MS) show();
      setTimeout(beat, 0);
    }

    function start() {
      if (!train.length) {
        say("There are no points yet: click in the picture for orange, with Shift for blue.");
        return;
      }
      say("");
      running = true;
      showRunning();
      beat();
    }

    function stop() {
      running = false;
      showRunning();
    }

    function showRunning() {
      $("run").textContent = running ? "Pause" : "Train";
    }

    function toggle() {
      if (running) stop();
      else start();
    }

    function step() {
      stop();
      if (!train.length) return;
      model.trainFor(0, train);
      show();
    }

    function reset() {
      seed += 1;
      restart();
    }

    function addOwn(event, blue) {
      document.querySelector('input[name="shape"][value="own"]').checked = true;
      own.push({ ...view.placeOf(event), label: blue ? -1 : 1 });
      makePoints();
      say("");
      show();
    }

    function watchField() {
      let touchedAt = 0;
      $("field").addEventListener("pointerdown", () => { touchedAt = performance.now(); });
      $("field").addEventListener("click", (event) => {
        const long = performance.now() - touchedAt > LONG_TOUCH_MS;
        addOwn(event, event.shiftKey || long);
      });
      $("field").addEventListener("contextmenu", (event) => event.preventDefault());
    }

    function onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const inside = event.target.closest("button, input, a, summary, select");
      if (event.key === " " && !inside) toggle();
      else if (event.key === "s" && !event.target.closest("input")) step();
      else if (event.key === "r" && !event.target.closest("input")) reset();
      else return;
      event.preventDefault();
    }

    Playground.buildForm();
    Playground.watchSettings({
      onPoints: restart,
      onNetwork: restart,
      onLearning: () => model.setLearning(Playground.readSettings()),
      onView: show,
    });
    Playground.showExperiments((settings) => {
      stop();
      Playground.writeSettings(settings);
      restart();
      start();
      $("field").scrollIntoView({ block: "center" });
    });
    watchField();
    $("run").addEventListener("click", toggle);
    $("step").addEventListener("click", step);
    $("reset").addEventListener("click", reset);
    document.addEventListener("keydown", onKey);
    document.addEventListener("workshop-theme", () => show());
    window.addEventListener("resize", () => show());
    restart();
  }

  if (typeof convnetjs === "undefined") {
    say("This page needs ConvNetJS, a small library that set-up fetches. It was not to be had then (no network, no " +
      "thumb drive). Run the set-up again when one of them is there; everything else works without it.");
  } else {
    main();
  }
})();
