/** A square to draw on, with mouse, pen, finger or arrow keys; the lessons' pad has the same keys. */
(function () {
  "use strict";

  const Digits = (window.Digits = window.Digits || {});
  const SIDE = 112;
  const PEN = 11;
  /** How far an arrow key goes. */
  const STEP = 6;
  const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

  class Pad {
    /**
     * @param {HTMLCanvasElement} canvas @param {HTMLElement} tip shows where the keyboard's pen is
     * @param {() => void} onStroke called while the pen moves
     */
    constructor(canvas, tip, onStroke) {
      canvas.width = canvas.height = SIDE;
      this.canvas = canvas;
      this.tip = tip;
      this.context = canvas.getContext("2d", { willReadFrequently: true });
      this.onStroke = onStroke;
      this.last = null;
      this.keys = [SIDE / 2, SIDE / 5];
      this.wipe();
      canvas.addEventListener("pointerdown", (event) => this._down(event));
      canvas.addEventListener("pointermove", (event) => this._move(event));
      for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { this.last = null; });
      canvas.addEventListener("keydown", (event) => this._key(event));
      canvas.addEventListener("blur", () => { this.tip.hidden = true; });
    }

    wipe() {
      this.context.fillStyle = "black";
      this.context.fillRect(0, 0, SIDE, SIDE);
    }

    /** Show a square picture in place of a drawing. @param {Uint8Array} dots 0 paper … 255 ink @param {number} side */
    put(dots, side) {
      const small = Object.assign(document.createElement("canvas"), { width: side, height: side });
      const image = small.getContext("2d").createImageData(side, side);
      dots.forEach((dot, i) => {
        image.data.fill(dot, 4 * i, 4 * i + 3);
        image.data[4 * i + 3] = 255;
      });
      small.getContext("2d").putImageData(image, 0, 0);
      this.context.drawImage(small, 0, 0, SIDE, SIDE);
    }

    /** @returns {Uint8Array} 0 paper … 255 ink */
    get ink() {
      const { data } = this.context.getImageData(0, 0, SIDE, SIDE);
      return Uint8Array.from({ length: SIDE * SIDE }, (_, i) => data[4 * i]);
    }

    _place(event) {
      const box = this.canvas.getBoundingClientRect();
      return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
    }

    _down(event) {
      this.canvas.setPointerCapture(event.pointerId);
      this._line(this._place(event));
    }

    /** A button may be held that was pressed beside the pad: no stroke has begun then. */
    _move(event) {
      if (this.last) this._line(this._place(event));
    }

    _key(event) {
      const step = ARROWS[event.key];
      if (event.key === "Delete" || event.key === "Backspace") {
        this.wipe();
        this.onStroke();
      } else if (step) {
        const to = this.keys.map((at, axis) => Math.min(SIDE - STEP, Math.max(STEP, at + step[axis])));
        this.last = this.keys;
        if (!event.shiftKey) this._line(to);
        this.last = null;
        this.keys = to;
      } else return;
      event.preventDefault();
      this._showTip();
    }

    _showTip() {
      const [left, top] = this.keys.map((at) => `${(100 * at) / SIDE}%`);
      Object.assign(this.tip.style, { left, top });
      this.tip.hidden = false;
    }

    /** From where the pen was to here; a dot where it has just come down. */
    _line(to) {
      const c = this.context;
      c.strokeStyle = "white";
      c.lineWidth = PEN;
      c.lineCap = "round";
      c.beginPath();
      c.moveTo(...(this.last ?? to));
      c.lineTo(to[0] + 0.01, to[1]);
      c.stroke();
      this.last = to;
      this.onStroke();
    }
  }

  Digits.Pad = Pad;
})();
