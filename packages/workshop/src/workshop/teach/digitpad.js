// The page's half of the pad: draws strokes, sends them, shows the answer as ten bars.
const SIDE = 112; // what is sent, in pixels; the same number as in digitpad.py
const SHOWN = 280; // what is seen
const PATIENCE = 2000; // for an answer, in milliseconds
const STEP = 14; // how far an arrow key goes
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

function render({ model, el }) {
  const box = element("div", { display: "flex", flexWrap: "wrap", gap: "24px" }, el);
  const left = element("div", { position: "relative" }, box);
  const canvas = element("canvas", {
    border: "2px solid gray", borderRadius: "8px", background: "white", cursor: "crosshair",
    touchAction: "none", width: SHOWN + "px", height: SHOWN + "px",
  }, left);
  canvas.width = canvas.height = SHOWN;
  canvas.setAttribute("aria-label", "Draw a digit here: arrow keys draw, with Shift they only move, Delete clears");
  canvas.setAttribute("role", "application");
  canvas.tabIndex = 0;
  const tip = element("div", {
    position: "absolute", width: "10px", height: "10px", borderRadius: "50%", background: "#e2574c",
    pointerEvents: "none", display: "none",
  }, left);
  const under = element("div", { marginTop: "6px" }, left);
  const clear = element("button", { padding: "4px 12px" }, under);
  clear.textContent = "Clear";
  // Jupyter would take keys for its own; it looks at the element that has the focus before those around it.
  for (const own of [canvas, clear]) own.setAttribute("data-lm-suppress-shortcuts", "true");
  const note = element("span", { marginLeft: "1em", fontFamily: "monospace" }, under);
  note.className = "digitpad-note";
  const right = element("div", {}, box);
  right.setAttribute("aria-busy", "false");
  const rows = bars(right);
  const best = element("div", { fontWeight: "bold", minHeight: "1.5em" }, right);
  best.setAttribute("role", "status"); // read out by a screen reader
  const seen = element("canvas", { width: "84px", height: "84px", imageRendering: "pixelated" },
    element("div", {}, box));
  seen.width = seen.height = 28;
  seen.title = "the network's input";

  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const small = document.createElement("canvas");
  small.width = small.height = SIDE;
  const reader = small.getContext("2d", { willReadFrequently: true });
  let last = null, changed = false, asked = 0;

  function wipe() {
    pen.fillStyle = "white";
    pen.fillRect(0, 0, SHOWN, SHOWN);
    changed = true;
    send();
  }

  // One question at a time: while the kernel thinks, strokes only mark the drawing as changed. A kernel
  // that does not answer (its cell was run again, say) is asked anew.
  function send() {
    if (changed && !(asked && performance.now() - asked < PATIENCE)) ask();
    right.setAttribute("aria-busy", String(Boolean(changed || asked)));
  }

  function ask() {
    changed = false;
    reader.drawImage(canvas, 0, 0, SIDE, SIDE);
    const pixels = reader.getImageData(0, 0, SIDE, SIDE).data;
    const ink = new Uint8Array(SIDE * SIDE);
    for (let i = 0; i < ink.length; i++) ink[i] = 255 - pixels[4 * i];
    // As text: two DataViews count as equal whatever is in them, so that no change would be sent.
    const drawing = btoa(String.fromCharCode(...ink));
    if (drawing === model.get("drawing")) return; // it would not be answered again
    asked = performance.now();
    model.set("drawing", drawing);
    model.save_changes();
    setTimeout(send, PATIENCE);
  }

  function show() {
    const { probabilities, picture, blank } = model.get("answer");
    if (!probabilities) return;
    const answer = probabilities.indexOf(Math.max(...probabilities));
    best.textContent = blank ? "" : `${answer}: ${Math.round(100 * probabilities[answer])} %`;
    fill(rows, blank ? null : probabilities);
    const ink = new ImageData(28, 28);
    picture.forEach((v, i) => ink.data.set([255 - v, 255 - v, 255 - v, 255], 4 * i));
    seen.getContext("2d").putImageData(ink, 0, 0);
    if (asked) note.textContent = `answered in ${Math.round(performance.now() - asked)} ms`;
    asked = 0;
    send();
  }

  function place(event) {
    const frame = canvas.getBoundingClientRect();
    return [(event.clientX - frame.left) * SHOWN / frame.width,
            (event.clientY - frame.top) * SHOWN / frame.height];
  }

  function line(now) {
    Object.assign(pen, { lineWidth: 22, lineCap: "round", strokeStyle: "black" });
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...now);
    pen.stroke();
    last = now;
    changed = true;
    send();
  }

  function stroke(event) {
    if (last) line(place(event));
  }

  let keys = [SHOWN / 2, SHOWN / 5]; // where the keyboard's pen is

  function showTip(shown) {
    Object.assign(tip.style, {
      display: shown ? "" : "none", left: keys[0] - 3 + "px", top: keys[1] - 3 + "px",
    });
  }

  function key(event) {
    const step = ARROWS[event.key];
    if (event.key === "Delete" || event.key === "Backspace") wipe();
    else if (step) {
      const to = keys.map((at, axis) => Math.min(SHOWN - 14, Math.max(14, at + step[axis])));
      last = keys;
      if (!event.shiftKey) line(to);
      last = null;
      keys = to;
    } else return;
    event.preventDefault();
    showTip(true);
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    stroke(event);
  });
  canvas.addEventListener("pointermove", stroke);
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });
  canvas.addEventListener("keydown", key);
  canvas.addEventListener("blur", () => showTip(false));
  clear.addEventListener("click", wipe);
  model.on("change:answer", show);
  pen.fillStyle = "white";
  pen.fillRect(0, 0, SHOWN, SHOWN);
  show();
  return () => model.off("change:answer", show);
}

export default { render };
