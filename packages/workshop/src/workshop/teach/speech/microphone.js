// The page's half of the microphone: sends sound in pieces as it comes, shows the answer as ten bars.
const COLOURS = [[0, 0, 4], [81, 18, 124], [183, 55, 121], [252, 137, 97], [252, 253, 191]]; // quiet to loud
const NEAR = "this page is neither on this machine (localhost) nor on HTTPS, so the browser keeps the microphone closed";
const OLD = "this browser offers none to pages";
const REASONS = {
  NotAllowedError: "the browser was not allowed to use the microphone",
  NotFoundError: "this machine has no microphone",
  NotReadableError: "another program holds the microphone",
  SecurityError: "this page, or the frame that it is shown in, is not allowed to ask for the microphone",
};
// Runs apart from the page, so that no sound is lost while the page is busy.
const COLLECTOR = `registerProcessor("collector", class extends AudioWorkletProcessor {
  constructor() { super(); this.pieces = []; }
  process([input]) {
    if (input[0]) this.pieces.push(input[0].slice());
    if (this.pieces.length >= 16) { this.port.postMessage(this.pieces); this.pieces = []; }
    return true;
  }
});`;

function colour(share) {
  const place = share * (COLOURS.length - 1);
  const lower = Math.min(Math.floor(place), COLOURS.length - 2);
  return COLOURS[lower].map((value, i) => value + (place - lower) * (COLOURS[lower + 1][i] - value));
}

function samples(pieces) {
  const whole = new Int16Array(pieces.reduce((count, piece) => count + piece.length, 0));
  let at = 0;
  for (const piece of pieces) for (const value of piece) whole[at++] = 32767 * Math.max(-1, Math.min(1, value));
  return whole.buffer;
}

function render({ model, el }) {
  const box = element("div", { display: "flex", flexWrap: "wrap", gap: "24px" }, el);
  const left = element("div", { maxWidth: "320px" }, box);
  const listen = element("button", { padding: "6px 16px", fontSize: "1.1em" }, left);
  listen.textContent = "Listen";
  const level = element("meter", { width: "100%", display: "block", margin: "8px 0" }, left);
  level.setAttribute("aria-label", "How loud it is");
  const label = element("label", { display: "block" }, left);
  label.textContent = "or a recording: ";
  const file = element("input", {}, label);
  file.type = "file";
  file.accept = "audio/*";
  const note = element("p", { minHeight: "3em" }, left);
  note.className = "microphone-note";
  note.setAttribute("role", "status");
  // Jupyter would take keys for its own; it looks at the element that has the focus before those around it.
  for (const own of [listen, file]) own.setAttribute("data-lm-suppress-shortcuts", "true");
  const right = element("div", {}, box);
  const rows = bars(right);
  const best = element("div", { fontWeight: "bold", minHeight: "1.5em" }, right);
  best.className = "microphone-answer";
  best.setAttribute("role", "status"); // read out by a screen reader
  const seen = element("canvas", { width: "256px", height: "160px", imageRendering: "pixelated" },
    element("div", {}, box));
  seen.setAttribute("role", "img");
  seen.setAttribute("aria-label", "The spectrogram that the network sees: time to the right, pitch upwards");
  let open = null; // the microphone while it listens

  function send(kind, more = {}, buffers = []) {
    model.send({ kind, ...more }, undefined, buffers);
  }

  function refuse(reason) {
    note.textContent = `No microphone: ${reason}. Choose a recording instead.`;
  }

  async function start() {
    if (!window.isSecureContext || !navigator.mediaDevices) {
      refuse(window.isSecureContext ? OLD : NEAR);
      return;
    }
    listen.disabled = true;
    try {
      const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: true };
      const stream = await navigator.mediaDevices.getUserMedia({ audio: plain });
      const context = new AudioContext();
      open = { stream, context };
      const code = URL.createObjectURL(new Blob([COLLECTOR], { type: "text/javascript" }));
      await context.audioWorklet.addModule(code);
      URL.revokeObjectURL(code);
      const collector = new AudioWorkletNode(context, "collector", { numberOfOutputs: 0 });
      send("begin", { rate: context.sampleRate });
      collector.port.onmessage = ({ data }) => {
        if (!open) return;
        level.value = Math.min(1, 4 * Math.max(...data.map((piece) => piece.reduce((a, b) => Math.max(a, b), 0))));
        send("sound", {}, [samples(data)]);
      };
      context.createMediaStreamSource(stream).connect(collector);
      await context.resume();
      listen.textContent = "Stop";
      note.textContent = "Say a digit, in English: zero to nine.";
    } catch (error) {
      stop();
      refuse(REASONS[error.name] || error.message);
    }
    listen.disabled = false;
  }

  function stop() {
    if (!open) return;
    for (const track of open.stream.getTracks()) track.stop();
    open.context.close();
    open = null;
    level.value = 0;
    listen.textContent = "Listen";
    note.textContent = "";
    send("end");
  }

  async function hear() {
    const [chosen] = file.files;
    if (!chosen) return;
    stop();
    try {
      const context = new OfflineAudioContext(1, 1, 16000); // decodes whatever the browser knows, at this rate
      const decoded = await context.decodeAudioData(await chosen.arrayBuffer());
      send("begin", { rate: decoded.sampleRate, recorded: true });
      send("sound", {}, [samples([decoded.getChannelData(0)])]);
      send("end");
      note.textContent = chosen.name;
    } catch {
      note.textContent = `${chosen.name} is not a recording that this browser can read; try a WAV file.`;
    }
    file.value = "";
  }

  function show() {
    const { probabilities, picture, frames, bands, waited, worked, number } = model.get("answer");
    if (!probabilities) return;
    const answer = probabilities.indexOf(Math.max(...probabilities));
    best.textContent = `${answer}: ${Math.round(100 * probabilities[answer])} %`;
    best.dataset.number = number;
    best.title = `known to be over after ${waited} ms of quiet, answered with ${worked} ms of work`;
    fill(rows, probabilities);
    seen.width = frames;
    seen.height = bands;
    const image = new ImageData(frames, bands);
    picture.forEach((value, i) => {
      const [frame, band] = [Math.floor(i / bands), i % bands];
      image.data.set([...colour(value / 255), 255], 4 * ((bands - 1 - band) * frames + frame));
    });
    seen.getContext("2d").putImageData(image, 0, 0);
  }

  listen.addEventListener("click", () => (open ? stop() : start()));
  file.addEventListener("change", hear);
  model.on("change:answer", show);
  show();
  return () => {
    model.off("change:answer", show);
    stop();
  };
}

export default { render };
