/**
 * Paints what the network has learned, a few rows at a time, so that the page never waits for it.
 */
(function () {
  "use strict";

  const Painting = (window.Painting = window.Painting || {});
  const SIZE = Painting.SIZE;

  /** Every neuron is looked at on a coarser grid: one dot in STEP, both ways. */
  const STEP = 5;
  const TILE = SIZE / STEP;

  class Painter {
    /** @param {HTMLCanvasElement} canvas is given SIZE × SIZE dots */
    constructor(canvas) {
      canvas.width = canvas.height = SIZE;
      this.context = canvas.getContext("2d");
      this.image = this.context.createImageData(SIZE, SIZE);
      this.image.data.fill(255);
    }

    /** Begin anew with this network and this picture. */
    start(model, colours) {
      this.model = model;
      this.colours = colours;
      /** What every hidden neuron says: layer → neuron → TILE × TILE numbers. */
      this.tiles = model.widths.slice(1, -1).map((n) =>
        Array.from({ length: n }, () => new Float32Array(TILE * TILE)));
      this._begin();
    }

    /** The network as it is now is painted to the end, whatever it learns meanwhile. */
    _begin() {
      this.read = this.model.snapshot();
      this.row = 0;
      this.error = 0;
    }

    /**
     * Paint for some milliseconds; what is painted is seen when it is complete.
     * @returns {number | null} then, the mean squared error over the whole picture
     */
    paintFor(milliseconds) {
      const end = performance.now() + milliseconds;
      while (this.row < SIZE && performance.now() < end) this._row(this.row++);
      if (this.row < SIZE) return null;
      const loss = this.error / (SIZE * SIZE * 3);
      this.context.putImageData(this.image, 0, 0);
      this._begin();
      return loss;
    }

    _row(row) {
      for (let dot = row * SIZE; dot < (row + 1) * SIZE; dot++) {
        const outputs = this.read(dot);
        this._colour(dot, outputs[outputs.length - 1]);
        if (row % STEP === 0 && dot % STEP === 0) this._look(dot, outputs);
      }
    }

    _colour(dot, colour) {
      for (let k = 0; k < 3; k++) {
        this.image.data[4 * dot + k] = 255 * colour[k];
        this.error += (colour[k] - this.colours[3 * dot + k]) ** 2;
      }
    }

    _look(dot, outputs) {
      const at = (Math.floor(dot / SIZE) / STEP) * TILE + (dot % SIZE) / STEP;
      this.tiles.forEach((layer, i) => layer.forEach((tile, j) => {
        tile[at] = outputs[i][j];
      }));
    }
  }

  Painting.Painter = Painter;
  Painting.TILE = TILE;
})();
