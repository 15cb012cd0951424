/** A square to draw on, with mouse, pen or finger. */
(function () {
  "use strict";

  const Digits = (window.Digits = window.Digits || {});
  const SIDE = 112;
  const PEN = 11;

  class Pad {
    /** @param {HTMLCanvasElement} canvas @param {() => void} onStroke called while the pen moves */
    constructor(canvas, onStroke) {
      canvas.width = canvas.height = SIDE;
      this.canvas = canvas;
      this.context = canvas.getContext("2d", { willReadFrequently: true });
      this.onStroke = onStroke;
      this.wipe();
      canvas.addEventListener("pointerdown", (event) => this._down(event));
      canvas.addEventListener("pointermove", (event) => this._move(event));
    }

    wipe() {
      this.context.fillStyle = "black";
      this.context.fillRect(0, 0, SIDE, SIDE);
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
      this.last = this._place(event);
      this._line(this.last);
    }

    _move(event) {
      if (event.buttons) this._line(this._place(event));
    }

    _line(to) {
      const c = this.context;
      c.strokeStyle = "white";
      c.lineWidth = PEN;
      c.lineCap = "round";
      c.beginPath();
      c.moveTo(...this.last);
      c.lineTo(to[0] + 0.01, to[1]);
      c.stroke();
      this.last = to;
      this.onStroke();
    }
  }

  Digits.Pad = Pad;
})();
