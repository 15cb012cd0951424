/**
 * The rules of Bubble Breaker and SameGame in JavaScript: the same as rules.py and reference.py, move by
 * move and throw by throw. No page, no dependencies.
 *
 * A board is an array of rows, the first at the top: 0 empty, 1 … colours a bubble, -1 grey. Rules are the
 * fields of Python's `Rules`: rows, columns, colours, scoring ("bubblebreaker" or "samegame"),
 * cleared_bonus, deduction, refill ("none", "random" or "grey"), grey_value.
 */

export const EMPTY = 0;
export const GREY = -1;

/** As the original of 2016 plays it. */
export const BUBBLE_BREAKER = Object.freeze({
  rows: 14, columns: 10, colours: 5, scoring: "bubblebreaker", cleared_bonus: 0, deduction: false,
  refill: "random", grey_value: 0,
});

/** The rules of the published records on the standard boards. */
export const SAMEGAME = Object.freeze({
  rows: 15, columns: 15, colours: 5, scoring: "samegame", cleared_bonus: 1000, deduction: false,
  refill: "none", grey_value: 0,
});

/** What a group of `size` bubbles gives; 0 for what is too small to burst. */
export function pointsOf(rules, size) {
  if (size < 2) return 0;
  if (rules.scoring === "samegame") return (size - 2) ** 2;
  return size === 2 ? 4 : size * (size - 1);
}

/** Random colours by xorshift32; `state` is a whole number from 1 to 2 ** 32 - 1. */
export class Dice {
  constructor(state) {
    this.state = state;
  }

  /** @param {number} seed from 0 to 2 ** 32 - 1 */
  static seeded(seed) {
    return new Dice(firstState(seed));
  }

  /** Throw a colour from 1 to `colours`. */
  colour(colours) {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return 1 + Math.floor((this.state * colours) / 2 ** 32);
  }
}

/** The state of the dice for a seed: MurmurHash3's finaliser. */
export function firstState(seed) {
  let x = (seed + 0x9e3779b9) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b) >>> 0;
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0;
  return (x ^ (x >>> 16)) >>> 0 || 1;
}

/** A full board, thrown column by column from the left, each from the top down. */
export function newBoard(rules, dice) {
  const columns = Array.from({ length: rules.columns }, () => randomColumn(rules, dice));
  return asRows(columns, rules.rows);
}

/** The cells [row, column] that touch this one in its colour, itself first; none for empty and grey. */
export function group(board, row, column) {
  return take(board.map((line) => [...line]), row, column);
}

/** Whether the bubble at this cell has a neighbour of its colour. */
function bursts(board, row, column) {
  const colour = board[row][column];
  return colour > EMPTY && (board[row + 1]?.[column] === colour || board[row - 1]?.[column] === colour ||
    board[row][column + 1] === colour || board[row][column - 1] === colour);
}

/** The groups that can burst, in the order of Python's `groups`: by column, each from the bottom up. */
export function groups(board) {
  const left = board.map((line) => [...line]);
  const found = [];
  for (let column = 0; column < board[0].length; column++) {
    for (let row = board.length - 1; row >= 0; row--) {
      const cells = take(left, row, column);
      if (cells.length > 1) found.push(cells);
    }
  }
  return found;
}

/** Empty the group at this cell in `left` and return where it was. */
function take(left, row, column) {
  const colour = left[row][column];
  if (colour <= EMPTY) return [];
  left[row][column] = EMPTY;
  const found = [[row, column]];
  for (const [r, c] of found) { // it grows while it is read
    for (const [y, x] of [[r - 1, c], [r + 1, c], [r, c - 1], [r, c + 1]]) {
      if (left[y]?.[x] !== colour) continue;
      left[y][x] = EMPTY;
      found.push([y, x]);
    }
  }
  return found;
}

/** Whether no move is left. */
export function isOver(board) {
  return !board.some((line, row) => line.some((_, column) => bursts(board, row, column)));
}

/**
 * Burst the group at this cell; the board itself stays as it is.
 * @returns {{board: number[][], points: number, size: number, entered: number} | null} null: nothing bursts
 */
export function burst(rules, board, row, column, dice) {
  const cells = board[row]?.[column] > EMPTY ? group(board, row, column) : [];
  if (cells.length < 2) return null;
  const holed = board.map((line) => [...line]);
  for (const [r, c] of cells) holed[r][c] = EMPTY;
  const columns = settle(holed);
  const emptied = board[0].filter((_, c) => board.some((line) => line[c] !== EMPTY)).length - columns.length;
  const entered = rules.refill === "none" ? 0 : emptied;
  const gap = Array(rules.columns - columns.length - entered).fill([]);
  const fresh = Array.from({ length: entered }, () =>
    rules.refill === "grey" ? Array(rules.rows).fill(GREY) : randomColumn(rules, dice));
  const after = asRows([...columns, ...gap, ...fresh], rules.rows);
  let points = pointsOf(rules, cells.length) + atTheEnd(rules, after);
  if (rules.refill === "grey") points += rules.grey_value * entered;
  return { board: after, points, size: cells.length, entered };
}

/** The columns that are left when bubbles have fallen, each from the top down, without empty ones. */
function settle(board) {
  return board[0]
    .map((_, column) => board.map((line) => line[column]).filter((colour) => colour !== EMPTY))
    .filter((column) => column.length);
}

/** Rows of columns that are shorter than `rows` and stand on the ground. */
function asRows(columns, rows) {
  return Array.from({ length: rows }, (_, row) =>
    columns.map((column) => column[row - rows + column.length] ?? EMPTY));
}

/** The points that this board brings when it ends the game, else 0. */
function atTheEnd(rules, board) {
  if (board.every((line) => line.every((colour) => colour === EMPTY))) return rules.cleared_bonus;
  if (!rules.deduction || !isOver(board)) return 0;
  const left = Array(rules.colours + 1).fill(0);
  for (const colour of board.flat()) if (colour > EMPTY) left[colour]++;
  return -left.reduce((sum, count) => sum + (count && (count - 2) ** 2), 0);
}

function randomColumn(rules, dice) {
  return Array.from({ length: rules.rows }, () => dice.colour(rules.colours));
}
