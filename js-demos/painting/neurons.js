/**
 * Shows what every neuron answers over the whole picture: one column a layer, one tile a neuron.
 */
(function () {
  "use strict";

  const Painting = (window.Painting = window.Painting || {});
  const TILE = Painting.TILE;
  const GAP = 3;
  /** How many tiles stand above each other, and how much larger than their dots they are shown. */
  const ROWS_WIDE = 5;
  const ROWS_NARROW = 8;
  const ZOOM = 2.4;

  /** From low to high answers: dark blue, teal, sand, orange. */
  const RAMP = [[20, 24, 62], [34, 110, 140], [226, 214, 176], [240, 112, 52]];

  /** @returns {number[]} the colour at 0 … 1 along the ramp */
  function ramp(t) {
    const at = Math.min(Math.max(t, 0), 1) * (RAMP.length - 1);
    const i = Math.min(Math.floor(at), RAMP.length - 2);
    return RAMP[i].map((low, k) => low + (at - i) * (RAMP[i + 1][k] - low));
  }

  /** Write one neuron's tile into the image, stretched from its lowest to its highest answer. */
  function drawTile(image, tile, left, top) {
    let low = Infinity;
    let high = -Infinity;
    for (const value of tile) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const span = high - low || 1;
    for (let i = 0; i < tile.length; i++) {
      const at = 4 * ((top + Math.floor(i / TILE)) * image.width + left + (i % TILE));
      const colour = ramp((tile[i] - low) / span);
      image.data[at] = colour[0];
      image.data[at + 1] = colour[1];
      image.data[at + 2] = colour[2];
      image.data[at + 3] = 255;
    }
  }

  /**
   * Draw all neurons, layers from left to right; a wide layer takes several columns.
   * @param {HTMLCanvasElement} canvas is given the size that the network needs
   * @param {Float32Array[][]} layers layer → neuron → TILE × TILE numbers
   */
  Painting.drawNeurons = function (canvas, layers) {
    const rows = canvas.parentElement.clientWidth > 700 ? ROWS_WIDE : ROWS_NARROW;
    const columns = layers.map((layer) => Math.ceil(layer.length / rows));
    const total = columns.reduce((sum, n) => sum + n, 0);
    const width = total * (TILE + GAP) + (layers.length - 1) * 3 * GAP;
    const height = Math.min(rows, Math.max(...layers.map((layer) => layer.length))) * (TILE + GAP);
    if (canvas.width !== width || canvas.height !== height) {
      Object.assign(canvas, { width, height });
      canvas.style.width = `${ZOOM * width}px`;
    }
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    let left = 0;
    layers.forEach((layer, i) => {
      layer.forEach((tile, j) => {
        const column = Math.floor(j / rows);
        drawTile(image, tile, left + column * (TILE + GAP), (j % rows) * (TILE + GAP));
      });
      left += columns[i] * (TILE + GAP) + 3 * GAP;
    });
    context.putImageData(image, 0, 0);
  };
})();
