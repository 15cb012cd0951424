/** Puts the page together: the model, the text that it writes, the bars, the settings, and the keys. */
(function () {
  "use strict";

  const Tokens = window.Tokens;
  const $ = (id) => document.getElementById(id);
  const KS = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2048];
  /** Tokens a second; the last one is as fast as it can. */
  const PACES = [1, 2, 4, 8, 16, Infinity];
  const BEAT_MS = 30;
  const DRAW_EVERY_MS = 100;
  const TYPING_MS = 300;
  const LONGEST = 1000;

  function say(text) {
    $("fault").textContent = text;
    $("fault").hidden = !text;
  }

  function main(unpacked) {
    const pairs = new Tokens.BytePairs(unpacked.merges);
    const writer = new Tokens.Writer(new Tokens.Model(unpacked), pairs, Math.random);
    const text = new Tokens.TextView($("text"), choose);
    const bars = new Tokens.BarView($("bars"), take);
    const pulse = new Workshop.Pulse({ beat, show, every: () => DRAW_EVERY_MS, wait });
    let wroteAt = 0;
    let written = 0;
    /** Milliseconds a token takes, as of late. */
    let cost = 0;
    let typing = 0;

    window.workshopDemo = {
      name: "language-model",
      writer,
      get running() { return pulse.running; },
      get written() { return written; },
      get chosen() { return text.chosen; },
      get text() { return pairs.decode(writer.tokens); },
      /** How many tokens a second it reads, with a context that is half full on average. */
      speed() {
        const model = new Tokens.Model(unpacked);
        const began = performance.now();
        for (let i = 0; i < model.context; i++) model.step(i);
        return (1000 * model.context) / (performance.now() - began);
      },
    };

    const settings = () => ({ temperature: Number($("temperature").value), k: KS[$("k").value] });
    const pace = () => PACES[$("pace").value];

    function wait() {
      return writer.ready ? Math.max(0, wroteAt + 1000 / pace() - performance.now()) : 0;
    }

    function read() {
      const began = performance.now();
      writer.read();
      const took = performance.now() - began;
      cost = cost ? cost + 0.05 * (took - cost) : took;
    }

    /** Read what is there, then draw a token; the last one drawn is read at once, so its bars can be shown. */
    function beat() {
      const end = performance.now() + BEAT_MS;
      do {
        if (writer.ready) {
          if (writer.tokens.length >= LONGEST) return stop();
          writer.write(settings().temperature, settings().k);
          wroteAt = performance.now();
          written++;
        }
        read();
      } while (performance.now() < end && (!writer.ready || pace() === Infinity));
      if (pace() !== Infinity) show();
    }

    function show() {
      text.show(writer);
      $("speed").textContent = cost ? Math.round(1000 / cost).toLocaleString("en") : "–";
      $("count").textContent = writer.tokens.length.toLocaleString("en");
      $("seen").textContent = `${writer.model.length} of ${writer.model.context}`;
      const at = text.chosen === null ? writer.tokens.length - 1 : text.chosen;
      const record = writer.records[at];
      if (!record || (text.chosen === null && !writer.ready)) return bars.wait();
      bars.show(pairs, record.logits, settings(), writer.tokens[at + 1]);
      const before = pairs.decode(writer.tokens.slice(Math.max(0, at - 3), at + 1));
      $("after").textContent = Tokens.named(`${at > 3 ? "…" : ""}${before}`);
      showAttention();
    }

    function showAttention() {
      const at = text.chosen;
      const [layer, head] = [Number($("layer").value), Number($("head").value)];
      if (at === null) {
        $("told").textContent = "Click on a token to see what it attended to.";
        return;
      }
      const shares = writer.attention(at, layer, head);
      text.mark(at, writer.first, shares);
      $("told").textContent = Tokens.told(writer, at, shares);
    }

    /** Look at a token that the model can see; null looks at the end again. */
    function choose(at) {
      if (at !== null && !writer.records[at]) return;
      stop();
      text.mark(at);
      show();
    }

    /** Write this token after the one that is looked at. */
    function take(token) {
      stop();
      if (text.chosen !== null) {
        writer.cut(text.chosen);
        text.mark(null);
      }
      writer.write(0, 1, token);
      written++;
      read();
      show();
    }

    /** Read all there is, and draw one token. */
    function one() {
      stop();
      text.mark(null);
      finish();
      if (writer.tokens.length >= LONGEST) return;
      writer.write(settings().temperature, settings().k);
      written++;
      finish();
      show();
    }

    function finish() {
      while (!writer.ready) read();
    }

    function restart() {
      stop();
      text.mark(null);
      writer.begin($("begin").value);
      finish();
      show();
    }

    function start() {
      text.mark(null);
      if (writer.tokens.length >= LONGEST) restart();
      pulse.start();
      showRunning();
    }

    function stop() {
      pulse.stop();
      showRunning();
    }

    function toggle() {
      if (pulse.running) stop();
      else start();
    }

    function showRunning() {
      $("run").textContent = pulse.running ? "Pause" : "Write";
    }

    function showNumbers() {
      const { temperature, k } = settings();
      $("temperature-out").textContent = temperature ? temperature.toFixed(1) : "0: always the most probable";
      $("k-out").textContent = k === KS[KS.length - 1] ? "all" : k.toLocaleString("en");
      $("pace-out").textContent = pace() === Infinity ? "as fast as it can" : `${pace()} a second`;
      for (const name of ["layer", "head"]) $(`${name}-out`).textContent = Number($(name).value) ? $(name).value : "mean of all";
    }

    function onInput(event) {
      showNumbers();
      clearTimeout(typing);
      if (event.target.id === "begin") typing = setTimeout(restart, TYPING_MS);
      else show();
    }

    /** Set the page up as one of Tokens.TRIES says. */
    function setUp({ begin, temperature, k }) {
      $("begin").value = begin;
      $("temperature").value = temperature;
      $("k").value = KS.indexOf(k);
      showNumbers();
      restart();
    }

    $("settings").addEventListener("input", onInput);
    $("settings").addEventListener("submit", (event) => event.preventDefault());
    $("run").addEventListener("click", toggle);
    $("one").addEventListener("click", one);
    $("reset").addEventListener("click", restart);
    Workshop.watchKeys({ " ": toggle, n: one, r: restart });
    const tries = Tokens.TRIES.map((each) => ({ ...each, set: () => setUp(each) }));
    Workshop.showTries($("tries"), tries, (each) => {
      each.set();
      start();
      scrollTo({ top: 0 });
    });
    for (const name of ["layer", "head"]) $(name).max = writer.model[`${name}s`];
    for (const button of document.querySelectorAll(".controls button")) button.disabled = false;
    setUp(tries[0]);
    Workshop.stage({ tries, start, stop, running: () => pulse.running });
  }

  Tokens.load("model-data.js").then(main, ({ message }) => {
    say(`The language model cannot be shown: ${message}. Run “workshop web build”, then reload the page.`);
  });
})();
