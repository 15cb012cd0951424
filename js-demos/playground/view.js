/** Draws the network: a tile for every feature and neuron, a line for every weight, and the big picture. */
(function () {
  "use strict";

  const Playground = (window.Playground = window.Playground || {});
  const EDGE = 6;
  const TILE = 30;
  const FIELD = 90;

  /** Blue for −1, paper for 0, orange for +1. */
  const ENDS = { low: [47, 109, 181], middle: [238, 234, 226], high: [235, 122, 36] };

  function colour(value, data, at) {
    const t = Math.max(-1, Math.min(1, value));
    const end = t < 0 ? ENDS.low : ENDS.high;
    for (let k = 0; k < 3; k++) data[at + k] = ENDS.middle[k] + Math.abs(t) * (end[k] - ENDS.middle[k]);
    data[at + 3] = 255;
  }

  /** @returns {[number, number]} the place of dot (column, row) of a square of `size` dots */
  function place(column, row, size) {
    return [(2 * EDGE * (column + 0.5)) / size - EDGE, EDGE - (2 * EDGE * (row + 0.5)) / size];
  }

  /** Fill square canvases from one reading of the network per dot. */
  function paint(canvases, size, read) {
    const images = canvases.map((canvas) => {
      canvas.width = canvas.height = size;
      return canvas.getContext("2d").createImageData(size, size);
    });
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const values = read(...place(column, row, size));
        images.forEach((image, i) => colour(values[i], image.data, 4 * (row * size + column)));
      }
    }
    canvases.forEach((canvas, i) => canvas.getContext("2d").putImageData(images[i], 0, 0));
  }

  class View {
    /**
     * @param {HTMLElement} board holds the tiles @param {SVGElement} lines lies behind them
     * @param {HTMLCanvasElement} field is the big picture
     */
    constructor(board, lines, field) {
      Object.assign(this, { board, lines, field, sharp: false });
    }

    /** Put the tiles of a new network up: a column a layer. */
    build(model) {
      const columns = [model.settings.features.length, ...model.settings.widths];
      const names = model.settings.features.map((name) => Playground.FEATURES[name].title);
      this.board.replaceChildren(...columns.map((count, layer) => this._column(count, layer, names)));
      this.tiles = [...this.board.children].map((column) => [...column.querySelectorAll("canvas")]);
    }

    _column(count, layer, names) {
      const column = document.createElement("div");
      column.className = "column";
      for (let i = 0; i < count; i++) {
        const tile = document.createElement("figure");
        const canvas = document.createElement("canvas");
        canvas.setAttribute("role", "img");
        canvas.setAttribute("aria-label", layer ? `Neuron ${i + 1} of layer ${layer}` : `Feature ${names[i]}`);
        tile.append(canvas);
        if (!layer) tile.append(Object.assign(document.createElement("figcaption"), { textContent: names[i] }));
        column.append(tile);
      }
      return column;
    }

    /** Draw what the network is now. */
    draw(model, train, test) {
      const read = model.snapshot();
      const features = model.settings.features.map((name) => Playground.FEATURES[name].of);
      paint(this.tiles[0], TILE, (x, y) => features.map((feature) => feature(x, y)));
      const hidden = this.tiles.slice(1);
      paint(hidden.flat(), TILE, (x, y) => {
        const layers = read(x, y);
        return hidden.flatMap((_, i) => Array.from(layers[i]));
      });
      paint([this.field], FIELD, (x, y) => {
        const layers = read(x, y);
        const answer = layers[layers.length - 1][0];
        return [this.sharp ? Math.sign(answer) : answer];
      });
      this._points(train, test);
      this._lines(model.weights());
    }

    /** Points lie above the picture, as large on a phone as on a wall. */
    _points(train, test) {
      const overlay = this.field.nextElementSibling;
      const size = this.field.clientWidth;
      const ratio = window.devicePixelRatio || 1;
      overlay.width = overlay.height = size * ratio;
      const c = overlay.getContext("2d");
      c.scale(ratio, ratio);
      for (const [points, ring] of [[test, "#1b1a24"], [train, "#ffffff"]]) {
        for (const { x, y, label } of points) {
          c.beginPath();
          c.arc(((x + EDGE) / (2 * EDGE)) * size, ((EDGE - y) / (2 * EDGE)) * size, 4, 0, 2 * Math.PI);
          c.fillStyle = label > 0 ? "rgb(235 122 36)" : "rgb(47 109 181)";
          c.strokeStyle = ring;
          c.lineWidth = 1.5;
          c.fill();
          c.stroke();
        }
      }
    }

    _lines(weights) {
      const frame = this.board.getBoundingClientRect();
      const middle = (canvas) => {
        const box = canvas.getBoundingClientRect();
        return [box.left + box.width / 2 - frame.left, box.top + box.height / 2 - frame.top];
      };
      const end = [frame.width, frame.height / 2];
      const places = [...this.tiles.map((column) => column.map(middle)), [end]];
      const paths = [];
      weights.forEach((layer, l) => layer.forEach((neuron, j) => neuron.forEach((weight, i) => {
        const [[x0, y0], [x1, y1]] = [places[l][i], places[l + 1][j]];
        const bend = (x1 - x0) / 2;
        const width = Math.min(6, 0.3 + Math.abs(weight) * 1.6);
        const kind = weight < 0 ? "low" : "high";
        paths.push(`<path class="${kind}" d="M${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}" ` +
          `stroke-width="${width.toFixed(2)}"/>`);
      })));
      this.lines.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
      this.lines.innerHTML = paths.join("");
    }

    /** @returns {{left: number, top: number}} where a place in the plane is, in shares of the picture */
    shareOf({ x, y }) {
      return { left: (x + EDGE) / (2 * EDGE), top: (EDGE - y) / (2 * EDGE) };
    }

    /** @returns {{x: number, y: number}} the place in the plane under a pointer */
    placeOf(event) {
      const box = this.field.getBoundingClientRect();
      return {
        x: ((event.clientX - box.left) / box.width) * 2 * EDGE - EDGE,
        y: EDGE - ((event.clientY - box.top) / box.height) * 2 * EDGE,
      };
    }
  }

  Playground.EDGE = EDGE;
  Playground.View = View;
})();
