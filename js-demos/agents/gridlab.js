/** The grid: value iteration sweep by sweep, or Q-learning step by step, on a map that one may change. */
(function () {
  "use strict";

  const Agents = (window.Agents = window.Agents || {});
  const $ = (id) => document.getElementById(id);
  const SETTLED = 1e-6;
  const SWEEP_EVERY_MS = 180;
  const DRAW_EVERY_MS = 60;
  /** Q-learning's steps a second, by the slider's place. */
  const SPEEDS = [4, 30, 300, 5000];

  class GridLab {
    constructor(onChange) {
      this.onChange = onChange;
      this.view = new Agents.GridView($("grid"), (square) => this.edit(square));
      this.pulse = new Workshop.Pulse({
        beat: () => this._beat(), show: () => this.show(), every: () => 0,
        wait: () => (this.walking ? DRAW_EVERY_MS : SWEEP_EVERY_MS),
      });
      this.load("rooms");
    }

    load(name) {
      this.map = name;
      this.grid = new Agents.Grid(Agents.MAPS[name]);
      this.view.build(this.grid);
      this.restart();
    }

    restart() {
      this.stop();
      const knows = document.querySelector('input[name="method"]:checked').value === "values";
      this.mind = knows ? new Agents.ValueIteration(this.grid) : new Agents.QLearning(this.grid, Workshop.random(Date.now()));
      this.settled = false;
      this.show();
    }

    get running() {
      return this.pulse.running;
    }

    /** @returns {boolean} whether it learns by walking; else it knows the map */
    get walking() {
      return this.mind instanceof Agents.QLearning;
    }

    get settings() {
      return {
        discount: Number($("discount").value), explore: Number($("explore").value), rate: Number($("q-rate").value),
      };
    }

    /** A square in turn: nothing, +1, −1, wall. */
    edit(square) {
      const { grid } = this;
      if (square === grid.goal || square === grid.start) return;
      if (grid.walls[square]) [grid.walls[square], grid.pay[square]] = [false, 0];
      else if (grid.pay[square] === 0) grid.pay[square] = 1;
      else if (grid.pay[square] === 1) grid.pay[square] = -1;
      else [grid.walls[square], grid.pay[square]] = [true, 0];
      this.settled = false;
      if (this.walking && grid.walls[this.mind.square]) this.mind.square = grid.start;
      this.show();
    }

    step() {
      const { discount } = this.settings;
      if (this.walking) this.mind.step(this.settings);
      else this.settled = this.mind.sweep(discount) < SETTLED;
    }

    start() {
      this.due = 0;
      this.last = performance.now();
      this.pulse.start();
      this.onChange();
    }

    stop() {
      this.pulse.stop();
      this.onChange();
    }

    _beat() {
      const now = performance.now();
      if (this.walking) this._walk(now);
      else this.step();
      this.last = now;
      if (this.settled) this.stop();
    }

    /** As many steps as the speed asks for since the last picture. */
    _walk(now) {
      this.due += (SPEEDS[Number($("speed").value)] * (now - this.last)) / 1000;
      const most = now + DRAW_EVERY_MS;
      while (this.due >= 1 && performance.now() < most) {
        this.step();
        this.due -= 1;
      }
      this.due = Math.min(this.due, 1);
    }

    /** @returns {number[] | null} the way by the best moves known now */
    path() {
      const { discount } = this.settings;
      return Agents.walk(this.grid, (square) => this.mind.best(square, discount));
    }

    /** @returns {{value: number, best: number[]}[]} of every square, what it is worth and its best moves */
    policy() {
      const { discount } = this.settings;
      return this.grid.pay.map((_, square) => ({
        value: this.mind.value(square), best: this.mind.best(square, discount),
      }));
    }

    show() {
      const { discount } = this.settings;
      const { walking } = this;
      const mind = { value: (s) => this.mind.value(s), best: (s) => this.mind.best(s, discount) };
      this.view.draw(mind, walking ? this.mind.square : null);
      const path = this.path();
      const way = path ? `${path.length - 1} steps to the goal` : "no path to the goal yet";
      const lengths = walking ? this.mind.lengths.slice(-20) : [];
      const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
      $("grid-said").textContent = walking
        ? `${this.mind.steps.toLocaleString("en")} steps, goal reached ${this.mind.episodes} times` +
          `${lengths.length ? `, recently in ${mean.toFixed(0)} steps` : ""}; greedy path: ${way}.`
        : `${this.mind.sweeps} sweeps${this.settled ? ", converged" : ""}; greedy path: ${way}.`;
    }
  }

  Agents.GridLab = GridLab;
})();
