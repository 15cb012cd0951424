/**
 * A board to look at, to point at and to play on: mouse, finger and keyboard. It knows the rules only as far
 * as to show which group would burst; what a move does is told by whoever made the view.
 */
import { group, pointsOf } from "./rules.js";

/** The colours of draw.py; each has a mark of its own, too. */
const COLOURS = ["#d55e00", "#0072b2", "#f0e442", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#3c3c3c"];
const MARKS = "●▲■◆✚★▼⬟";
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const GREY_BUBBLE = "#969696";

/** The colour of bubbles of this number, from 1 on. */
export function colourOf(number) {
  return COLOURS[(number - 1) % COLOURS.length];
}

export class BoardView {
  /**
   * @param {HTMLElement} parent gets a canvas
   * @param {(row: number, column: number) => void} onBurst somebody wants to burst the group there
   * @param {(text: string) => void} onPoint what is pointed at, in words; "" for nothing
   * @param {() => number} room how wide the board may be, in pixels; 0 while nobody knows
   */
  constructor(parent, { onBurst, onPoint, room = () => parent.clientWidth }) {
    this.room = room;
    this.onBurst = onBurst;
    this.onPoint = onPoint;
    this.canvas = parent.appendChild(document.createElement("canvas"));
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-label",
      "The board: arrow keys point at a bubble, Enter bursts its group, U undoes a move, N starts a new game");
    Object.assign(this.canvas.style, { display: "block", borderRadius: "8px", cursor: "pointer", touchAction: "manipulation" });
    this.board = null;
    this.pointed = null; // [row, column] under the mouse or the keyboard's cursor
    this.byKeys = false;
    this.marked = []; // cells that are about to burst
    this.canvas.addEventListener("pointermove", (event) => this._point(this._cell(event), false));
    this.canvas.addEventListener("pointerleave", () => this._point(null, false));
    this.canvas.addEventListener("click", (event) => this._click(event));
    this.canvas.addEventListener("keydown", (event) => this._key(event));
    this.canvas.addEventListener("blur", () => this._point(null, false));
  }

  /**
   * Show a board; `burst` are the cells of the shown one that a move took, marked for `wait` milliseconds.
   * @param {number[][]} board
   * @param {object} rules
   */
  show(board, rules, { burst = [], wait = 0 } = {}) {
    clearTimeout(this._later);
    this.rules = rules;
    if (this.board && burst.length && wait > 0) {
      this.marked = burst;
      this._draw();
      this._later = setTimeout(() => this._put(board), wait);
    } else this._put(board);
  }

  /** End what is still going on. */
  stop() {
    clearTimeout(this._later);
  }

  _put(board) {
    this.board = board;
    this.marked = [];
    this._size();
    this._tell();
    this._draw();
  }

  /** Make the canvas fit: bubbles of at most 30 pixels. */
  _size() {
    const columns = this.board[0].length;
    const room = this.room() || 30 * columns;
    this.cell = Math.max(14, Math.min(30, Math.floor(room / columns)));
    this.scale = window.devicePixelRatio || 1;
    const [width, height] = [columns * this.cell, this.board.length * this.cell];
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    this.canvas.width = width * this.scale;
    this.canvas.height = height * this.scale;
  }

  _cell(event) {
    const frame = this.canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - frame.top) * this.board.length) / frame.height);
    const column = Math.floor(((event.clientX - frame.left) * this.board[0].length) / frame.width);
    return this.board[row]?.[column] === undefined ? null : [row, column];
  }

  _click(event) {
    const at = this._cell(event);
    this._point(at, false);
    if (at) this._burst();
  }

  _burst() {
    if (this.pointed && !this.marked.length && this._group().length > 1) this.onBurst(...this.pointed);
  }

  _key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = ARROWS[event.key];
    if (step) {
      const [rows, columns] = [this.board.length, this.board[0].length];
      const [row, column] = this.pointed ?? [rows - 1 - step[0], -step[1]];
      this._point([Math.min(rows - 1, Math.max(0, row + step[0])), Math.min(columns - 1, Math.max(0, column + step[1]))], true);
    } else if (event.key === "Enter" || event.key === " ") this._burst();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  _point(at, byKeys) {
    if (String(at) === String(this.pointed) && byKeys === this.byKeys) return;
    this.pointed = at;
    this.byKeys = byKeys;
    this._tell();
    this._draw();
  }

  _group() {
    return this.pointed && this.board ? group(this.board, ...this.pointed) : [];
  }

  _tell() {
    const { length } = this._group();
    const points = this.rules ? pointsOf(this.rules, length) : 0;
    this.onPoint(length > 1 ? `${length} bubbles: ${points} points` : length ? "one bubble alone does not burst" : "");
  }

  _draw() {
    if (!this.board) return;
    const pen = this.canvas.getContext("2d");
    pen.setTransform(this.scale * this.cell, 0, 0, this.scale * this.cell, 0, 0);
    pen.fillStyle = "#1d1b2a";
    pen.fillRect(0, 0, this.board[0].length, this.board.length);
    const shown = this.marked.length ? this.marked : this._group();
    const bright = new Set(shown.length > 1 ? shown.map(String) : []);
    this.board.forEach((line, row) => line.forEach((number, column) => {
      if (number !== 0) drawBubble(pen, row, column, number, bright.size ? bright.has(`${row},${column}`) : null);
    }));
    if (this.byKeys && this.pointed) drawCursor(pen, ...this.pointed);
  }
}

/** @param {boolean | null} bright whether it is in the group that is pointed at; null: there is none */
function drawBubble(pen, row, column, number, bright) {
  pen.globalAlpha = bright === false ? 0.55 : 1;
  pen.fillStyle = number > 0 ? colourOf(number) : GREY_BUBBLE;
  pen.beginPath();
  pen.arc(column + 0.5, row + 0.5, 0.46, 0, 2 * Math.PI);
  pen.fill();
  if (bright) {
    Object.assign(pen, { lineWidth: 0.09, strokeStyle: "white" });
    pen.stroke();
  }
  if (number > 0) {
    Object.assign(pen, { fillStyle: "rgb(0 0 0 / 45%)", font: "0.45px sans-serif", textAlign: "center", textBaseline: "middle" });
    pen.fillText(MARKS[(number - 1) % MARKS.length], column + 0.5, row + 0.53);
  }
  pen.globalAlpha = 1;
}

function drawCursor(pen, row, column) {
  Object.assign(pen, { lineWidth: 0.1, strokeStyle: "white" });
  pen.strokeRect(column + 0.05, row + 0.05, 0.9, 0.9);
}
