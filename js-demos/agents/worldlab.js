/** The moving agent: acts, remembers, learns; slowly to be watched, or as quickly as the machine can. */
(function () {
  "use strict";

  const Agents = (window.Agents = window.Agents || {});
  const $ = (id) => document.getElementById(id);
  const BEAT_MS = 16;
  const LEARN_MS = 28;
  const DRAW_EVERY_MS = 60;
  const WINDOW = 1000;
  const EXPLORE_STEPS = 8000;
  const LEAST_EXPLORE = 0.05;
  const SETTINGS = { inputs: Agents.SENSES, actions: Agents.ACTIONS.length, hidden: 40, rate: 0.002, discount: 0.9 };

  class WorldLab {
    constructor(onChange) {
      this.onChange = onChange;
      this.pulse = new Workshop.Pulse({
        beat: () => this._beat(), show: () => this.show(), every: () => (this.fast ? DRAW_EVERY_MS : 0),
        wait: () => (this.fast ? 0 : BEAT_MS),
      });
      this.seed = 3;
      this.restart();
    }

    restart() {
      this.stop();
      const random = Workshop.random(this.seed++);
      this.world = new Agents.World(random);
      this.learner = new Agents.Learner(SETTINGS, random);
      this.rewards = [];
      this.history = [];
      this.show();
    }

    get running() {
      return this.pulse.running;
    }

    /** Whether it shall learn as quickly as the machine can, or be watched. */
    get fast() {
      return document.querySelector('input[name="pace"]:checked').value === "fast";
    }

    get learning() {
      return $("learning").checked;
    }

    /** Much at first, little in the end; none when it only shows what it can. */
    get explore() {
      return this.learning ? Math.max(LEAST_EXPLORE, 1 - this.learner.steps / EXPLORE_STEPS) : 0.02;
    }

    step() {
      const seen = this.world.seen;
      const action = this.learner.choose(seen, this.explore);
      const reward = this.world.act(action);
      if (this.learning) this.learner.learn(seen, action, reward, this.world.seen);
      this.rewards.push(reward);
      if (this.rewards.length === WINDOW) {
        this.history.push(this.rewards.reduce((sum, each) => sum + each, 0));
        this.rewards = [];
      }
    }

    start() {
      this.pulse.start();
      this.onChange();
    }

    stop() {
      this.pulse.stop();
      this.onChange();
    }

    _beat() {
      const end = performance.now() + (this.fast ? LEARN_MS : 0);
      do this.step(); while (performance.now() < end);
    }

    show() {
      Agents.drawWorld($("world"), this.world);
      this._bars();
      const { good, bad } = this.world.eaten;
      $("world-said").textContent = `${this.learner.steps.toLocaleString("en")} steps; ${good} apples, ${bad} poison; ` +
        `${Math.round(100 * this.explore)} % of its moves are random.`;
    }

    /** A bar for the reward of every thousand steps. */
    _bars() {
      const shown = this.history.slice(-40);
      const highest = Math.max(10, ...shown.map(Math.abs));
      $("rewards").replaceChildren(...shown.map((sum) => {
        const bar = document.createElement("i");
        bar.className = sum < 0 ? "loss" : "gain";
        bar.style.height = `${Math.max(2, (46 * Math.abs(sum)) / highest)}%`;
        bar.title = `${sum.toFixed(0)} in 1,000 steps`;
        return bar;
      }));
      const last = shown[shown.length - 1];
      $("reward-now").textContent = last === undefined ? "–" : last.toFixed(0);
    }
  }

  Agents.WorldLab = WorldLab;
})();
