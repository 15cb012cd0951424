// The page's half of the pad: draws strokes, sends them, shows the answer as ten bars.
const SIDE = 112; // what is sent, in pixels; the same number as in digitpad.py
const SHOWN = 280; // what is seen

function element(name, style, parent) {
  const made = document.createElement(name);
  Object.assign(made.style, style);
  parent.appendChild(made);
  return made;
}

function bars(parent) {
  return Array.from({ length: 10 }, (_, digit) => {
    const row = element("div", { display: "flex", alignItems: "center", height: "24px" }, parent);
    element("b", { width: "1.5em", textAlign: "center" }, row).textContent = digit;
    const track = element("div", { width: "160px", background: "rgba(128,128,128,.2)" }, row);
    const bar = element("div", { width: "0", height: "16px", background: "#3a7bd5" }, track);
    const text = element("span", { marginLeft: ".5em", fontFamily: "monospace" }, row);
    return { bar, text };
  });
}

function render({ model, el }) {
  const box = element("div", { display: "flex", flexWrap: "wrap", gap: "24px" }, el);
  const left = element("div", {}, box);
  const canvas = element("canvas", {
    border: "2px solid gray", borderRadius: "8px", background: "white", cursor: "crosshair",
    touchAction: "none", width: SHOWN + "px", height: SHOWN + "px",
  }, left);
  canvas.width = canvas.height = SHOWN;
  canvas.setAttribute("aria-label", "Draw a digit here");
  const under = element("div", { marginTop: "6px" }, left);
  const clear = element("button", { padding: "4px 12px" }, under);
  clear.textContent = "Clear";
  const note = element("span", { marginLeft: "1em", fontFamily: "monospace" }, under);
  note.className = "digitpad-note";
  const right = element("div", {}, box);
  const rows = bars(right);
  const seen = element("canvas", { width: "84px", height: "84px", imageRendering: "pixelated" },
    element("div", {}, box));
  seen.width = seen.height = 28;
  seen.title = "what the network sees";

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

  // One question at a time: while the kernel thinks, strokes only mark the drawing as changed.
  function send() {
    if (!changed || (asked && performance.now() - asked < 2000)) return;
    changed = false;
    reader.drawImage(canvas, 0, 0, SIDE, SIDE);
    const pixels = reader.getImageData(0, 0, SIDE, SIDE).data;
    const ink = new Uint8Array(SIDE * SIDE);
    for (let i = 0; i < ink.length; i++) ink[i] = 255 - pixels[4 * i];
    asked = performance.now();
    // As text: two DataViews count as equal whatever is in them, so that no change would be sent.
    model.set("drawing", btoa(String.fromCharCode(...ink)));
    model.save_changes();
  }

  function show() {
    const { probabilities, picture, blank } = model.get("answer");
    if (!probabilities) return;
    const best = probabilities.indexOf(Math.max(...probabilities));
    probabilities.forEach((p, digit) => {
      rows[digit].bar.style.width = blank ? "0" : 160 * p + "px";
      rows[digit].bar.style.background = digit === best ? "#e2574c" : "#3a7bd5";
      rows[digit].text.textContent = blank ? "" : Math.round(100 * p) + " %";
    });
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

  function stroke(event) {
    if (!last) return;
    const now = place(event);
    Object.assign(pen, { lineWidth: 22, lineCap: "round", strokeStyle: "black" });
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...now);
    pen.stroke();
    last = now;
    changed = true;
    send();
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    stroke(event);
  });
  canvas.addEventListener("pointermove", stroke);
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });
  clear.addEventListener("click", wipe);
  model.on("change:answer", show);
  pen.fillStyle = "white";
  pen.fillRect(0, 0, SHOWN, SHOWN);
  show();
  return () => model.off("change:answer", show);
}

export default { render };
