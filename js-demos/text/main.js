/** Puts the page together: text, network, what it writes, how surprised it is; and the keys. */
(function () {
  "use strict";

  const Writing = window.Writing;
  const $ = (id) => document.getElementById(id);
  const LEARN_MS = 30;
  const DRAW_EVERY_MS = 250;
  const WRITE_EVERY_MS = 2500;
  const WRITTEN_LETTERS = 220;
  const KEEP_SAMPLES = 6;
  const SHOWN_LETTERS = 420;
  const SHORTEST = 30;
  const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`).value;

  function say(text) {
    $("fault").textContent = text;
    $("fault").hidden = !text;
  }

  function main() {
    const curve = new Workshop.Curve($("curve"), { unit: "letters", colours: ["--warm"], first: 3 });
    let writer = null;
    const pulse = new Workshop.Pulse({ beat, show, every: () => DRAW_EVERY_MS });
    let wroteAt = 0;
    let seed = 1;

    window.workshopDemo = {
      name: "text",
      get bits() { return writer.bits; },
      get seen() { return writer.seen; },
      get running() { return pulse.running; },
      get letters() { return writer.letters.length; },
      write: (length, temperature) => writer.write("", length, temperature),
    };

    function chosenText() {
      return chosen("corpus") === "own" ? $("own").value : Writing.CORPORA[chosen("corpus")].text;
    }

    function restart() {
      stop();
      say("");
      const text = chosenText();
      if (text.length < SHORTEST) {
        say(`Enter at least ${SHORTEST} characters of text in the box on the right.`);
        return;
      }
      const settings = { units: Number($("units").value), rate: 10 ** Number($("rate").value) };
      writer = new Writing.Writer(text, settings, Workshop.random(seed++));
      const credit = chosen("corpus") === "own" ? "your own text" : Writing.CORPORA[chosen("corpus")].credit;
      $("about").textContent = `${credit}: ${writer.text.length.toLocaleString("en")} characters, ` +
        `${writer.letters.length} distinct; ${writer.net.size.toLocaleString("en")} weights to learn`;
      $("samples").replaceChildren();
      curve.restart();
      show();
      write();
    }

    function show() {
      $("bits").textContent = writer.bits.toFixed(2);
      $("guess").textContent = `${(2 ** writer.bits).toFixed(1)}`;
      $("seen").textContent = writer.seen.toLocaleString("en");
      if (writer.seen) curve.add(writer.seen, Math.max(writer.bits, 1e-3));
      curve.draw();
      $("surprises").replaceChildren(...writer.surprises(SHOWN_LETTERS).map(({ letter, bits }) => {
        const mark = Object.assign(document.createElement("span"), { textContent: letter });
        mark.style.setProperty("--share", `${Math.round(Math.min(1, bits / 6) * 75)}%`);
        return mark;
      }));
    }

    function write() {
      wroteAt = performance.now();
      const temperature = Number($("temperature").value);
      const item = document.createElement("li");
      item.append(
        Object.assign(document.createElement("small"), {
          textContent: `after ${writer.seen.toLocaleString("en")} characters, temperature ${temperature.toFixed(1)}`,
        }),
        Object.assign(document.createElement("pre"), {
          textContent: $("begin").value + writer.write($("begin").value, WRITTEN_LETTERS, temperature),
        }),
      );
      $("samples").prepend(item);
      while ($("samples").children.length > KEEP_SAMPLES) $("samples").lastChild.remove();
    }

    function beat() {
      writer.readFor(LEARN_MS);
      if (performance.now() - wroteAt > WRITE_EVERY_MS) write();
    }

    function start() {
      if (chosenText().length < SHORTEST) return restart();
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

    function showNumbers() {
      $("units-out").textContent = $("units").value;
      $("rate-out").textContent = (10 ** Number($("rate").value)).toPrecision(2);
      $("temperature-out").textContent = Number($("temperature").value).toFixed(1);
    }

    function onInput(event) {
      showNumbers();
      if (["corpus", "own", "units"].includes(event.target.name || event.target.id)) {
        if (event.target.id === "own") document.querySelector('input[name="corpus"][value="own"]').checked = true;
        restart();
      } else if (event.target.id === "rate") {
        writer.settings.rate = 10 ** Number($("rate").value);
      }
    }

    $("settings").addEventListener("input", onInput);
    $("settings").addEventListener("submit", (event) => event.preventDefault());
    $("run").addEventListener("click", toggle);
    $("write").addEventListener("click", write);
    $("reset").addEventListener("click", restart);
    Workshop.watchKeys({ " ": toggle, w: write, r: restart });
    document.addEventListener("workshop-theme", () => show());
    window.addEventListener("resize", () => show());
    showNumbers();

    /** Begin anew with a text, so many numbers in its memory, and a temperature. */
    function setUp(corpus, units, temperature, begin) {
      document.querySelector(`input[name="corpus"][value="${corpus}"]`).checked = true;
      Object.assign($("units"), { value: units });
      Object.assign($("temperature"), { value: temperature });
      Object.assign($("begin"), { value: begin });
      showNumbers();
      restart();
    }

    restart();
    Workshop.stage({ tries: Writing.tries(setUp), start, stop, running: () => pulse.running });
  }

  main();
})();
