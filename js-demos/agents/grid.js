/**
 * A grid world: an agent walks on squares, some are walls, some pay or cost, and a goal takes it back to
 * the start. Value iteration knows the rules; Q-learning only walks. (Sutton and Barto 2018, 4.4 and 6.5.)
 */
(function () {
  "use strict";

  const Agents = (window.Agents = window.Agents || {});
  const MOVES = [[-1, 0], [0, 1], [1, 0], [0, -1]];
  /** What is named by a sign in a map. */
  const SIGNS = { ".": 0, "+": 1, "-": -1 };
  const WALL = "#";

  class Grid {
    /** @param {string[]} map a line a row; S start, G goal (pays 1 and ends), + and − pay, # is a wall */
    constructor(map) {
      this.rows = map.length;
      this.columns = map[0].length;
      this.size = this.rows * this.columns;
      const signs = map.join("");
      this.start = signs.indexOf("S");
      this.goal = signs.indexOf("G");
      this.walls = [...signs].map((sign) => sign === WALL);
      this.pay = [...signs].map((sign) => (sign === "G" ? 1 : SIGNS[sign] || 0));
    }

    /** @returns {number} the square that a move leads to; a wall or the rim keeps the agent where it is */
    next(square, move) {
      const row = Math.floor(square / this.columns) + MOVES[move][0];
      const column = (square % this.columns) + MOVES[move][1];
      if (row < 0 || row >= this.rows || column < 0 || column >= this.columns) return square;
      const to = row * this.columns + column;
      return this.walls[to] ? square : to;
    }

    /** @returns {number[]} the squares on which one can stand and from which one moves on */
    get open() {
      return this.walls.flatMap((wall, square) => (wall || square === this.goal ? [] : [square]));
    }
  }

  /** What a move is worth: its pay, and what the square there is worth, a step later. */
  function worth(grid, values, square, move, discount) {
    const to = grid.next(square, move);
    return grid.pay[to] + (to === grid.goal ? 0 : discount * values[to]);
  }

  class ValueIteration {
    constructor(grid) {
      this.grid = grid;
      this.values = new Float64Array(grid.size);
      this.sweeps = 0;
    }

    /** Give each square the worth of its best move, once. @returns {number} the largest change */
    sweep(discount) {
      const before = this.values.slice();
      let change = 0;
      for (const square of this.grid.open) {
        this.values[square] = Math.max(...MOVES.map((_, move) => worth(this.grid, before, square, move, discount)));
        change = Math.max(change, Math.abs(this.values[square] - before[square]));
      }
      this.sweeps++;
      return change;
    }

    /** @returns {number[]} the best moves of a square, more than one where they are equally good */
    best(square, discount) {
      const worths = MOVES.map((_, move) => worth(this.grid, this.values, square, move, discount));
      return bestOf(worths);
    }

    value(square) {
      return this.values[square];
    }
  }

  class QLearning {
    constructor(grid, random) {
      this.grid = grid;
      this.random = random;
      this.q = Array.from({ length: grid.size }, () => new Float64Array(MOVES.length));
      this.square = grid.start;
      this.steps = 0;
      this.episodes = 0;
      /** How many steps each finished walk took. */
      this.lengths = [];
      this.began = 0;
    }

    /** One step: mostly the best known move, sometimes any; learn from what it brought. */
    step({ explore, rate, discount }) {
      const from = this.square;
      const move = this._choose(from, explore);
      const to = this.grid.next(from, move);
      const ahead = to === this.grid.goal ? 0 : Math.max(...this.q[to]);
      const target = this.grid.pay[to] + discount * ahead;
      this.q[from][move] += rate * (target - this.q[from][move]);
      this.steps++;
      this.square = to;
      if (to === this.grid.goal) this._finish();
    }

    _choose(square, explore) {
      if (this.random() < explore) return Math.floor(this.random() * MOVES.length);
      const best = bestOf(this.q[square]);
      return best[Math.floor(this.random() * best.length)];
    }

    _finish() {
      this.lengths.push(this.steps - this.began);
      this.began = this.steps;
      this.episodes++;
      this.square = this.grid.start;
    }

    best(square) {
      return this.q[square].every((worthOfMove) => worthOfMove === 0) ? [] : bestOf(this.q[square]);
    }

    value(square) {
      return Math.max(...this.q[square]);
    }
  }

  function bestOf(worths) {
    const highest = Math.max(...worths);
    return [...worths].flatMap((value, move) => (value > highest - 1e-9 ? [move] : []));
  }

  /**
   * Walk from the start by the best moves.
   * @returns {number[] | null} the squares, goal included; null when the walk does not arrive
   */
  Agents.walk = function (grid, best) {
    const path = [grid.start];
    while (path[path.length - 1] !== grid.goal) {
      const moves = best(path[path.length - 1]);
      if (!moves.length || path.length > grid.size) return null;
      path.push(grid.next(path[path.length - 1], moves[0]));
    }
    return path;
  };

  /** Classic in its shape: two rooms, a gap, costs on the short way. */
  Agents.MAPS = {
    rooms: [
      "S.........",
      "..........",
      "..........",
      ".####.###.",
      "....#.-...",
      "..-.#.....",
      "....#.G-..",
      "....#.--..",
      "....#.....",
      "..........",
    ],
    cliff: [
      "............",
      "............",
      "............",
      "S----------G",
    ],
    maze: [
      "S.#.......",
      "#.#.#####.",
      "..#.#...#.",
      ".##.#.#.#.",
      "....#.#.#.",
      ".####.#.#.",
      ".#....#.#.",
      ".#.####.#.",
      ".#......#.",
      "...####..G",
    ],
  };
  Agents.MOVES = MOVES;
  Agents.Grid = Grid;
  Agents.ValueIteration = ValueIteration;
  Agents.QLearning = QLearning;
})();
