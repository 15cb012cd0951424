/**
 * A square picture of the plane: ground coloured by a network's answers, points and arrows above it, and a pen that puts
 * points of one's own, by pointer or by keys. Colours follow the theme.
 */
(function () {
  "use strict";

  const Workshop = (window.Workshop = window.Workshop || {});
  const EDGE = Workshop.Crowd.EDGE;
  /** Blue for −1, the paper's colour for 0, orange for +1; soft, for points lie above. */
  const GROUND = {
    light: { low: [121, 166, 222], middle: [244, 240, 233], high: [245, 170, 112] },
    dark: { low: [38, 78, 128], middle: [34, 31, 48], high: [140, 72, 30] },
  };
  const INK = {
    light: { real: "#a8400c", made: "#123f86", arrow: "#1b1a24", ring: "#ffffff" },
    dark: { real: "#ffb27d", made: "#9cc8ff", arrow: "#f3f0ea", ring: "#13121b" },
  };
  /** How far an arrow key moves the pen. */
  const PEN_STEP = 0.2;
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  /** A pointer that is drawn along puts a point after so much of the plane. */
  const APART = 0.18;

  /** A part that holds so many times its fair share fills the picture of the shares. */
  const HIGHEST = 3;

  const theme = () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");

  class Plane {
    /**
     * @param {HTMLElement} frame is square and holds two canvases, the ground and what is above it; and the pen, if
     *   points can be put here
     */
    constructor(frame) {
      [this.ground, this.above] = frame.querySelectorAll("canvas");
      this.pen = { mark: frame.querySelector(".pen"), x: 0, y: 0 };
    }

    /** @returns {Float64Array} the middles of the dots of a square grid, row by row from the upper left */
    static grid(size) {
      const places = new Float64Array(2 * size * size);
      for (let row = 0, at = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
          places[at++] = (2 * EDGE * (column + 0.5)) / size - EDGE;
          places[at++] = EDGE - (2 * EDGE * (row + 0.5)) / size;
        }
      }
      return places;
    }

    /** Colour the ground. @param {number} size dots a side @param {ArrayLike<number>} values −1 … 1, one a dot */
    paint(size, values) {
      const { low, middle, high } = GROUND[theme()];
      this.ground.width = this.ground.height = size;
      const c = this.ground.getContext("2d");
      const image = c.createImageData(size, size);
      for (let n = 0; n < size * size; n++) {
        const t = Math.max(-1, Math.min(1, values[n]));
        const end = t < 0 ? low : high;
        for (let k = 0; k < 3; k++) image.data[4 * n + k] = middle[k] + Math.abs(t) * (end[k] - middle[k]);
        image.data[4 * n + 3] = 255;
      }
      c.putImageData(image, 0, 0);
    }

    /** Begin anew above the ground, as sharp as the screen can show. */
    begin() {
      const ratio = window.devicePixelRatio || 1;
      this.size = this.above.clientWidth;
      this.above.width = this.above.height = this.size * ratio;
      this.c = this.above.getContext("2d");
      this.c.scale(ratio, ratio);
    }

    across(x) {
      return ((x + EDGE) / (2 * EDGE)) * this.size;
    }

    down(y) {
      return ((EDGE - y) / (2 * EDGE)) * this.size;
    }

    /** @param {ArrayLike<number>} points x and y in turn @param {string} kind real or made */
    points(points, kind, { radius = 3.2, alpha = 1 } = {}) {
      const { c } = this;
      const ink = INK[theme()];
      const larger = Math.max(0.7, Math.min(1.6, this.size / 420));
      Object.assign(c, { fillStyle: ink[kind], strokeStyle: ink.ring, lineWidth: 1, globalAlpha: alpha });
      for (let i = 0; i < points.length; i += 2) {
        c.beginPath();
        c.arc(this.across(points[i]), this.down(points[i + 1]), radius * larger, 0, 2 * Math.PI);
        c.fill();
        c.stroke();
      }
      c.globalAlpha = 1;
    }

    /**
     * @param {ArrayLike<number>} from x and y in turn @param {ArrayLike<number>} steps likewise
     * @param {{longest?: number, alpha?: number}} how the longest that is drawn, in units of the plane
     */
    arrows(from, steps, { longest = 0.3, alpha = 0.8 } = {}) {
      const { c } = this;
      Object.assign(c, { strokeStyle: INK[theme()].arrow, lineWidth: 1.3, globalAlpha: alpha, lineCap: "round" });
      c.beginPath();
      for (let i = 0; i < from.length; i += 2) {
        const length = Math.hypot(steps[i], steps[i + 1]);
        if (length < 0.01) continue;
        const share = Math.min(1, longest / length);
        const [x, y] = [this.across(from[i]), this.down(from[i + 1])];
        const tip = [this.across(from[i] + share * steps[i]), this.down(from[i + 1] + share * steps[i + 1])];
        const angle = Math.atan2(tip[1] - y, tip[0] - x);
        const head = Math.min(6, 0.45 * Math.hypot(tip[0] - x, tip[1] - y));
        c.moveTo(x, y);
        c.lineTo(...tip);
        for (const side of [-2.6, 2.6]) {
          c.moveTo(...tip);
          c.lineTo(tip[0] + head * Math.cos(angle + side), tip[1] + head * Math.sin(angle + side));
        }
      }
      c.stroke();
      c.globalAlpha = 1;
    }

    /** Draw where points came from. @param {ArrayLike<number>[]} trail crowds of points, the oldest first */
    trails(trail, count) {
      const { c } = this;
      Object.assign(c, { strokeStyle: INK[theme()].made, lineWidth: 1.2, globalAlpha: 0.4, lineJoin: "round" });
      c.beginPath();
      for (let i = 0; i < 2 * count; i += 2) {
        trail.forEach((points, n) => {
          const place = [this.across(points[i]), this.down(points[i + 1])];
          if (n) c.lineTo(...place);
          else c.moveTo(...place);
        });
      }
      c.stroke();
      c.globalAlpha = 1;
    }

    /**
     * Let points be put while that is wished.
     * @param {(x: number, y: number) => void} put @param {() => boolean} wished
     */
    watchPen(put, wished) {
      let last = null;
      const place = (event) => {
        const box = this.ground.getBoundingClientRect();
        return [((event.clientX - box.left) / box.width) * 2 * EDGE - EDGE,
          EDGE - ((event.clientY - box.top) / box.height) * 2 * EDGE];
      };
      this.ground.addEventListener("pointerdown", (event) => {
        if (!wished()) return;
        this.ground.setPointerCapture(event.pointerId);
        last = place(event);
        put(...last);
      });
      this.ground.addEventListener("pointermove", (event) => {
        if (!last) return;
        const [x, y] = place(event);
        if (Math.hypot(x - last[0], y - last[1]) < APART || Math.max(Math.abs(x), Math.abs(y)) > EDGE) return;
        last = [x, y];
        put(x, y);
      });
      for (const end of ["pointerup", "pointercancel"]) this.ground.addEventListener(end, () => { last = null; });
      this.ground.addEventListener("keydown", (event) => {
        if (!wished()) return;
        if (event.key in ARROWS) this._move(...ARROWS[event.key]);
        else if (event.key === "Enter") put(this.pen.x, this.pen.y);
        else return;
        event.preventDefault();
      });
      this.ground.addEventListener("focus", () => this._show(wished() && this.ground.matches(":focus-visible")));
      this.ground.addEventListener("blur", () => this._show(false));
    }

    /** Say whether points can be put; the picture then takes keys. */
    offerPen(offered, words) {
      this.ground.tabIndex = offered ? 0 : -1;
      this.ground.setAttribute("role", offered ? "application" : "img");
      this.ground.setAttribute("aria-label", words);
      this.ground.style.touchAction = offered ? "none" : "auto";
      this.ground.style.cursor = offered ? "crosshair" : "";
      if (!offered) this._show(false);
    }

    _move(right, up) {
      const inside = (at) => Math.min(EDGE - PEN_STEP, Math.max(PEN_STEP - EDGE, at));
      Object.assign(this.pen, { x: inside(this.pen.x + right * PEN_STEP), y: inside(this.pen.y + up * PEN_STEP) });
      this._show(true);
    }

    _show(shown) {
      const { mark, x, y } = this.pen;
      Object.assign(mark.style, { left: `${(50 * (x + EDGE)) / EDGE}%`, top: `${(50 * (EDGE - y)) / EDGE}%` });
      mark.hidden = !shown;
    }
  }

  /** Show as bars which share of some points lies in each part. @param {HTMLElement} place @param {Workshop.Crowd} crowd */
  Workshop.showShares = function (place, crowd, shares) {
    place.replaceChildren(...shares.map((share, part) => {
      const bar = document.createElement("i");
      bar.style.height = `${Math.min(100, (100 * share) / crowd.fair[part] / HIGHEST)}%`;
      bar.className = crowd.isCovered(part, share) ? "covered" : "";
      return bar;
    }));
  };

  Workshop.Plane = Plane;
})();
