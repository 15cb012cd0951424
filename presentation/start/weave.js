/**
 * The picture behind the title: a network at work. Signals run from left to right along its lines.
 * Whoever asked the system for less motion sees it stand still.
 */
(function () {
  "use strict";

  const LAYERS = [4, 7, 9, 7, 5, 3];
  /** Where the first layer stands: the text keeps the left. */
  const LEFT = 0.68;
  const RATE_MS = 50;
  const canvas = document.getElementById("weave");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  /** @returns {{x: number, y: number, layer: number}[][]} the neurons, in a field of 1 × 1 */
  function place() {
    return LAYERS.map((n, layer) =>
      Array.from({ length: n }, (_, i) => ({
        x: LEFT + ((0.98 - LEFT) * layer) / (LAYERS.length - 1),
        y: 0.5 + (0.82 * (i - (n - 1) / 2)) / Math.max(...LAYERS),
        layer,
      })));
  }

  /** @returns {number} how lit a line is, 0 … 1: a wave runs through the layers */
  function lit(layer, i, j, seconds) {
    const phase = seconds * 0.5 - layer / LAYERS.length - ((i * 7 + j * 13) % 11) / 23;
    return Math.max(0, Math.sin(2 * Math.PI * phase)) ** 3;
  }

  function draw(seconds) {
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth: w, clientHeight: h } = canvas;
    canvas.width = w * ratio;
    canvas.height = h * ratio;
    const c = canvas.getContext("2d");
    c.scale(ratio, ratio);
    const layers = place();
    for (let layer = 0; layer + 1 < layers.length; layer++) {
      layers[layer].forEach((from, i) => layers[layer + 1].forEach((to, j) => {
        const light = lit(layer, i, j, seconds);
        c.strokeStyle = `rgb(${170 + 85 * light} ${150 + 60 * light} ${230 - 110 * light} / ${0.1 + 0.4 * light})`;
        c.lineWidth = 1 + 1.4 * light;
        c.beginPath();
        c.moveTo(from.x * w, from.y * h);
        c.lineTo(to.x * w, to.y * h);
        c.stroke();
      }));
    }
    for (const node of layers.flat()) {
      const light = lit(node.layer, Math.round(node.y * 20), 3, seconds);
      c.fillStyle = `rgb(${200 + 55 * light} ${180 + 28 * light} ${255 - 133 * light} / ${0.35 + 0.55 * light})`;
      c.beginPath();
      c.arc(node.x * w, node.y * h, 4 + 3 * light, 0, 2 * Math.PI);
      c.fill();
    }
  }

  let last = -Infinity;
  function frame(now) {
    if (now - last >= RATE_MS) {
      last = now;
      draw(now / 1000);
    }
    if (!still.matches) requestAnimationFrame(frame);
  }

  requestAnimationFrame(frame);
  still.addEventListener("change", () => requestAnimationFrame(frame));
  window.addEventListener("resize", () => draw(last / 1000));
})();
