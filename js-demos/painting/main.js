/**
 * Puts the page together: pictures, form, studio, curve; and the keys.
 */
(function () {
  "use strict";

  const Painting = window.Painting;
  const $ = (id) => document.getElementById(id);

  /** Say something in the line above the pictures; an empty text takes it away. */
  function say(text) {
    $("fault").textContent = text;
    $("fault").hidden = !text;
  }

  /** 1234567 → "1.2 million" */
  function count(n) {
    if (n >= 1e6) return `${(n / 1e6).toFixed(1)} million`;
    return n.toLocaleString("en");
  }

  function main() {
    const pictures = new Map(Painting.pictures.map((picture) => [picture.name, picture]));
    const curve = new Workshop.Curve($("curve"));
    const studio = new Painting.Studio($("painting"), { onLoss, onRunaway, onRestart });
    let neuronsDrawn = 0;

    /** A name for screen readers and tests, and the state behind it. */
    window.workshopDemo = {
      name: "painting",
      get loss() { return studio.loss; },
      get iterations() { return studio.model.iterations; },
      get running() { return studio.running; },
      get settings() { return { ...studio.model.settings }; },
      get picture() { return studio.picture.name; },
    };

    function onLoss(loss) {
      $("loss").textContent = loss.toPrecision(2);
      $("off").textContent = `± ${Math.round(255 * Math.sqrt(loss))} of 255`;
      $("seen").textContent = count(studio.model.iterations);
      curve.add(studio.model.iterations, loss);
      curve.draw();
      drawNeurons(false);
    }

    function onRunaway() {
      showRunning();
      say("The learning rate was too high: every step increased the loss until the weights overflowed. " +
        "Lower it, then start again.");
    }

    function onRestart() {
      say("");
      curve.restart();
      const { widths, weights } = studio.model;
      $("shape").textContent = `${widths.join(" → ")}: ${weights.toLocaleString("en")} weights to learn`;
    }

    /** Twice a second is enough to watch the neurons, and leaves the time to learning. */
    function drawNeurons(now) {
      if (!now && performance.now() - neuronsDrawn < 500) return;
      neuronsDrawn = performance.now();
      Painting.drawNeurons($("neurons"), studio.painter.tiles);
    }

    function showRunning() {
      $("run").textContent = studio.running ? "Pause" : "Go on";
    }

    function toggle() {
      if (studio.lost) restart();
      else if (studio.running) studio.stop();
      else studio.start();
      showRunning();
    }

    function restart() {
      studio.restart(Painting.readSettings());
      showRunning();
    }

    /** @param {string} name of a picture; "own" is the participant's */
    function choose(name) {
      const picture = pictures.get(name);
      const radio = document.querySelector(`input[name="picture"][value="${name}"]`);
      radio.checked = true;
      $("target").width = $("target").height = Painting.SIZE;
      $("target").getContext("2d").drawImage(picture.canvas, 0, 0);
      studio.show(picture);
      showRunning();
    }

    async function takeOwn(file) {
      let picture;
      try {
        picture = await Painting.pictureFromFile(file);
      } catch {
        say(`This browser cannot read ${file.name || "that"} as a picture. Try a PNG, a JPEG or a WebP.`);
        return;
      }
      addOwn(picture);
      choose("own");
    }

    /** Put the participant's picture among the others, in place of an earlier one. */
    function addOwn(picture) {
      const before = document.querySelector('input[name="picture"][value="own"]');
      if (before) before.parentElement.remove();
      const own = { name: "own", title: "Your own", ...picture };
      pictures.set("own", own);
      Painting.showPictures([own], choose);
    }

    Painting.showPictures(Painting.pictures, choose);
    Painting.showSettings();
    function setUp({ picture, settings }) {
      Painting.writeSettings(settings);
      choose(picture);
      restart();
    }

    Painting.showExperiments((experiment) => {
      setUp(experiment);
      $("painting").scrollIntoView({ block: "center" });
    });
    Painting.watchOwnPictures(takeOwn);
    Painting.watchSettings({
      onRebuild: restart,
      onLearning: () => {
        const { rate, method } = Painting.readSettings();
        studio.model.setLearning(rate, method);
      },
    });
    $("run").addEventListener("click", toggle);
    $("reset").addEventListener("click", restart);
    const byNumber = Painting.pictures.map(({ name }, i) => [String(i + 1), () => choose(name)]);
    Workshop.watchKeys({ " ": toggle, r: restart, ...Object.fromEntries(byNumber) });
    document.addEventListener("workshop-theme", () => curve.draw());
    window.addEventListener("resize", () => curve.draw());

    choose("sunset");
    restart();
    studio.stop();
    showRunning();
    Workshop.stage({
      tries: Painting.experiments.map((experiment) => ({ ...experiment, set: () => setUp(experiment) })),
      start: () => { studio.start(); showRunning(); },
      stop: () => { studio.stop(); showRunning(); },
      running: () => studio.running,
    });
  }

  if (typeof convnetjs === "undefined") {
    say("This page needs the library ConvNetJS, which set-up could not download. Run set-up again with a network or " +
      "a stick. Everything else works without it.");
  } else {
    main();
  }
})();
