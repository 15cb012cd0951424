/** Puts the page together: learning, the pad, what is inside, what it gets wrong; and the keys. */
(function () {
  "use strict";

  const Digits = window.Digits;
  const $ = (id) => document.getElementById(id);
  const LEARN_MS = 40;
  const DRAW_EVERY_MS = 400;
  const TEST_EVERY_MS = 4000;
  const SHOWN_WRONG = 14;
  const SETTINGS = { rate: 0.006 };

  function say(text) {
    $("fault").textContent = text;
    $("fault").hidden = !text;
  }

  /** Draw numbers as a grey picture, from their lowest to their highest. */
  function picture(values, side, label) {
    const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label);
    const image = canvas.getContext("2d").createImageData(side, side);
    const low = Math.min(...values);
    const span = Math.max(...values) - low || 1;
    values.forEach((value, i) => {
      image.data.fill(255 * ((value - low) / span), 4 * i, 4 * i + 3);
      image.data[4 * i + 3] = 255;
    });
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  }

  async function main() {
    const data = await Digits.unpack(window.workshopDigits);
    const curve = new Workshop.Curve($("curve"), { unit: "digits", colours: ["--warm"], first: 2 });
    const pad = new Digits.Pad($("pad"), $("tip"), answer);
    let model = null;
    const pulse = new Workshop.Pulse({ beat, show, every: () => DRAW_EVERY_MS });
    let testedAt = 0;
    let score = null;
    let seed = 1;

    window.workshopDemo = {
      name: "digits",
      get seen() { return model.seen; },
      get loss() { return model.loss; },
      get running() { return pulse.running; },
      get heldOut() { return score ? score.right / score.of : null; },
      get answer() { return $("answer").textContent; },
      get ink() { return pad.ink.filter((dot) => dot > 127).length; },
      testNow: () => { test(); return score.right / score.of; },
      picture: (index) => Array.from(data.test.pictures.subarray(index * data.side ** 2, (index + 1) * data.side ** 2)),
      labels: Array.from(data.test.labels.subarray(0, 100)),
    };

    function restart() {
      stop();
      const settings = { ...SETTINGS, filters: Number($("filters").value), deep: 2 * Number($("filters").value) };
      model = new Digits.Model(data, settings, Workshop.random(seed++));
      score = null;
      curve.restart();
      $("shape").textContent = `${model.weights.toLocaleString("en")} weights; ${data.train.count.toLocaleString("en")} ` +
        `training digits, ${data.test.count.toLocaleString("en")} held out`;
      show();
    }

    function test() {
      testedAt = performance.now();
      score = model.test(0, data.test.count);
      $("held-out").textContent = `${((100 * score.right) / score.of).toFixed(1)} %`;
      const worst = score.wrong.sort((one, other) => other.chance - one.chance).slice(0, SHOWN_WRONG);
      $("wrong").replaceChildren(...worst.map(({ index, said, is }) => {
        const figure = document.createElement("figure");
        const dots = data.test.pictures.subarray(index * data.side ** 2, (index + 1) * data.side ** 2);
        figure.append(
          picture(dots, data.side, `A ${is}, classified as ${said}`),
          Object.assign(document.createElement("figcaption"), { textContent: `${is}, read as ${said}` }),
        );
        return figure;
      }));
    }

    function show() {
      $("seen").textContent = model.seen.toLocaleString("en");
      $("loss").textContent = model.loss.toFixed(2);
      if (!score) $("held-out").textContent = "–";
      if (model.seen) curve.add(model.seen, Math.max(model.loss, 1e-4));
      curve.draw();
      $("filters-shown").replaceChildren(...model.filters().map(({ side, values }, i) =>
        picture(values, side, `Filter ${i + 1}`)));
      answer();
    }

    /** What it says of the drawing, at once. */
    function answer() {
      const digit = Digits.asDigit(pad.ink, data.side);
      if (!digit) {
        $("answer").textContent = "?";
        $("bars").replaceChildren();
        $("maps").replaceChildren();
        return;
      }
      const chances = model.ask(digit);
      $("answer").textContent = String(chances.indexOf(Math.max(...chances)));
      $("bars").replaceChildren(...chances.map((chance, k) => {
        const row = document.createElement("li");
        const bar = document.createElement("i");
        bar.style.width = `${Math.round(100 * chance)}%`;
        row.append(Object.assign(document.createElement("span"), { textContent: k }), bar);
        return row;
      }));
      $("maps").replaceChildren(
        picture(digit, data.side, "The drawing as the network sees it"),
        ...model.maps().map(({ side, values }, i) => picture(values, side, `Output of filter ${i + 1}`)),
      );
    }

    function beat() {
      model.trainFor(LEARN_MS);
      if (performance.now() - testedAt > TEST_EVERY_MS) test();
    }

    function start() {
      testedAt = performance.now();
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

    function wipe() {
      pad.wipe();
      answer();
    }

    $("run").addEventListener("click", toggle);
    $("reset").addEventListener("click", restart);
    $("wipe").addEventListener("click", wipe);
    $("test").addEventListener("click", test);
    $("filters").addEventListener("input", () => {
      $("filters-out").textContent = $("filters").value;
      restart();
    });
    Workshop.watchKeys({ " ": toggle, c: wipe, t: test, r: restart });
    document.addEventListener("workshop-theme", () => curve.draw());
    window.addEventListener("resize", () => curve.draw());
    $("filters-out").textContent = $("filters").value;
    /** Begin anew with so many filters, and a digit that was kept back on the pad. */
    function setUp(filters, digit) {
      $("filters").value = filters;
      $("filters-out").textContent = filters;
      const index = data.test.labels.indexOf(digit);
      pad.put(data.test.pictures.subarray(index * data.side ** 2, (index + 1) * data.side ** 2), data.side);
      restart();
    }

    restart();
    Workshop.stage({ tries: Digits.tries(setUp), start, stop, running: () => pulse.running });
  }

  if (!window.workshopDigits) {
    say("This page needs the handwritten digits of MNIST, which set-up could not download. Run set-up again with a " +
      "network or a stick. Everything else works without them.");
  } else {
    main().catch(() => say("This browser cannot unpack the digits. Use a newer Chromium, Firefox or Safari."));
  }
})();
