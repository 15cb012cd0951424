/**
 * Deep Q-learning (Mnih et al. 2015): a small network says what each action is worth in what is seen;
 * it learns from remembered moments, and its targets come from an older copy of itself.
 */
(function () {
  "use strict";

  const Agents = (window.Agents = window.Agents || {});
  const REMEMBER = 20000;
  const WARM_UP = 500;
  const BATCH = 16;
  const COPY_EVERY = 500;

  class Learner {
    /** @param {{inputs: number, actions: number, hidden: number, rate: number, discount: number}} settings */
    constructor(settings, random) {
      this.settings = settings;
      this.random = random;
      const widths = [settings.inputs, settings.hidden, settings.hidden, settings.actions];
      this.net = Workshop.dense(widths, "relu");
      this.trainer = new convnetjs.Trainer(this.net, {
        learning_rate: settings.rate, method: "sgd", momentum: 0.9, batch_size: BATCH, l2_decay: 0,
      });
      this.point = new convnetjs.Vol(1, 1, settings.inputs, 0);
      this.memory = [];
      this.steps = 0;
      this._copy();
    }

    /** Keep the network as it is: the older copy for targets, and the quick reader for choices. */
    _copy() {
      this.older = Workshop.readOut(this.net, "relu");
    }

    /** @returns {Float64Array} what the network says of every action */
    worths(seen) {
      this.point.w.set(seen);
      return this.net.forward(this.point).w;
    }

    /** @returns {number} an action: any, with probability `explore`, else the one that is worth most */
    choose(seen, explore) {
      if (this.random() < explore) return Math.floor(this.random() * this.settings.actions);
      const worths = this.worths(seen);
      return worths.indexOf(Math.max(...worths));
    }

    /** Remember a moment and learn from a few remembered ones. */
    learn(seen, action, reward, then) {
      this.memory[this.steps % REMEMBER] = [seen, action, reward, then];
      this.steps++;
      if (this.steps < WARM_UP) return;
      for (let n = 0; n < BATCH; n++) {
        const [before, did, got, after] = this.memory[Math.floor(this.random() * this.memory.length)];
        const layers = this.older(after);
        const ahead = Math.max(...layers[layers.length - 1]);
        this.point.w.set(before);
        this.trainer.train(this.point, { dim: did, val: got + this.settings.discount * ahead });
      }
      if (this.steps % COPY_EVERY === 0) this._copy();
    }
  }

  Agents.Learner = Learner;
})();
