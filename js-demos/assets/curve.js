/**
 * Curves of a run, and of the one before in grey to compare with. Both axes are logarithmic: gradient
 * descent does as much between 0.1 and 0.01 as between 0.01 and 0.001. They fit what is plotted, from the
 * second point on.
 */
(function () {
  "use strict";

  const Workshop = (window.Workshop = window.Workshop || {});
  const KEEP = 600;
  /** At the usual type. */
  const PAD = { left: 80, right: 14, top: 12, bottom: 36 };
  /** The least that an axis spans, in powers of ten; less would make much of noise. */
  const LEAST = 0.6;
  /** Below so many powers of ten an axis has more than one number for each. */
  const FEW = 1.5;
  /** So many dots lie between two numbers of the steps' axis. */
  const APART = 110;

  /** 10000 → "10k" */
  function short(number) {
    if (number >= 1e6) return `${number / 1e6}M`;
    return number >= 1000 ? `${number / 1000}k` : String(number);
  }

  /** @returns {[number, number]} a little more than the range, and no less than the least that an axis spans */
  function widened(low, high) {
    const more = Math.max(0.05 * (high - low), (LEAST - (high - low)) / 2);
    return [low - more, high + more];
  }

  /** @returns {number[]} the numbers of an axis between two powers of ten: 1, 10, 100, or 1, 2, 5, 10 on a short one */
  function ticks(low, high) {
    const of = high - low < FEW ? [1, 2, 5] : [1];
    const all = [];
    for (let power = Math.floor(low); power <= high; power++) all.push(...of.map((digit) => digit * 10 ** power));
    return all.filter((tick) => Math.log10(tick) >= low - 1e-9 && Math.log10(tick) <= high + 1e-9);
  }

  class Curve {
    /**
     * @param {HTMLCanvasElement} canvas
     * @param {{unit?: string, colours?: string[], first?: number}} options what a step is called, the
     *   colour of each curve, and the power of ten at which the steps' axis begins
     */
    constructor(canvas, { unit = "dots", colours = ["--warm"], first = 4 } = {}) {
      this.canvas = canvas;
      this.unit = unit;
      this.colours = colours;
      this.begin = first;
      this.points = [];
      this.before = [];
      /** The type's size: in a slide it is read from the last row. */
      this.type = "slide" in document.documentElement.dataset ? 24 : 15;
      this.left = PAD.left * (this.type > 15 ? 1.4 : 1);
    }

    /** Begin a new run; the one so far becomes the grey one. */
    restart() {
      if (this.points.length > 2) this.before = this.points;
      this.points = [];
    }

    /** @param {number} step more than 0 @param {number[]} values one for each curve, each more than 0 */
    add(step, ...values) {
      this.points.push([step, ...values]);
      // A long run keeps every other point of its past: the logarithmic axis hides the difference.
      if (this.points.length > KEEP) this.points = this.points.filter((_, i) => i % 2 === 1 || i > KEEP / 2);
    }

    draw() {
      const ratio = window.devicePixelRatio || 1;
      const width = this.canvas.clientWidth;
      const height = this.canvas.clientHeight;
      if (!width || !height) return;
      this.canvas.width = width * ratio;
      this.canvas.height = height * ratio;
      const c = this.canvas.getContext("2d");
      c.scale(ratio, ratio);
      const style = getComputedStyle(this.canvas);
      const colour = (name) => style.getPropertyValue(name);
      const place = this._placing(width, height);
      this._grid(c, place, width, height, colour);
      this.colours.forEach((_, i) => this._line(c, place, this.before, i + 1, colour("--quiet"), 2, 0.55));
      this.colours.forEach((name, i) => this._line(c, place, this.points, i + 1, colour(name), 3.5, 1));
    }

    /** @returns {object} the ranges of both axes in powers of ten, and x(step), y(loss) in pixels */
    _placing(width, height) {
      const all = this.points.concat(this.before);
      const fits = all.length > 1;
      const steps = fits ? all.map((point) => Math.log10(point[0])) : [this.begin, this.begin + 1];
      const losses = fits ? all.flatMap((point) => point.slice(1).map(Math.log10)) : [-3, -1];
      const first = Math.min(...steps);
      const last = Math.max(first + LEAST, ...steps);
      const [low, high] = widened(Math.min(...losses), Math.max(...losses));
      const across = width - this.left - PAD.right;
      const down = height - PAD.top - PAD.bottom;
      return {
        first, last, low, high,
        x: (step) => this.left + (across * (Math.log10(step) - first)) / (last - first),
        y: (loss) => PAD.top + (down * (high - Math.log10(loss))) / (high - low),
      };
    }

    _grid(c, place, width, height, colour) {
      c.strokeStyle = colour("--line");
      c.fillStyle = colour("--quiet");
      c.font = `${this.type}px system-ui, sans-serif`;
      c.lineWidth = 1;
      c.textAlign = "right";
      c.textBaseline = "middle";
      for (const tick of ticks(place.low, place.high)) {
        const y = place.y(tick);
        c.beginPath();
        c.moveTo(this.left, y);
        c.lineTo(width - PAD.right, y);
        c.stroke();
        c.fillText(String(Number(tick.toPrecision(1))), this.left - 8, y);
      }
      c.textAlign = "center";
      c.textBaseline = "top";
      let free = -Infinity;
      for (const tick of ticks(place.first, place.last)) {
        const words = `${short(Number(tick.toPrecision(1)))} ${this.unit}`;
        const half = c.measureText(words).width / 2;
        const x = Math.min(Math.max(place.x(tick), this.left + half - 16), width - half);
        if (x < free) continue;
        c.fillText(words, x, height - PAD.bottom + 8);
        free = x + APART * (this.type / 15);
      }
    }

    _line(c, place, points, which, colour, width, alpha) {
      c.strokeStyle = colour;
      c.lineWidth = width;
      c.lineJoin = "round";
      c.globalAlpha = alpha;
      c.beginPath();
      for (const point of points) c.lineTo(place.x(point[0]), place.y(point[which]));
      c.stroke();
      c.globalAlpha = 1;
    }
  }

  Workshop.Curve = Curve;
})();
