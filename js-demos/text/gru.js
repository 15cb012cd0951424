/**
 * A character network: gated recurrent units (Cho et al. 2014) between one letter and the next, trained
 * by backpropagation through a stretch of text with its state carried on, and Adam (Kingma and Ba 2015).
 */
(function () {
  "use strict";

  const Writing = (window.Writing = window.Writing || {});
  const CLIP = 5;
  const ADAM = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 };
  const sigmoid = (z) => 1 / (1 + Math.exp(-z));

  /** One array of weights with its slopes and Adam's two averages. */
  function weights(size, spread, random) {
    const value = new Float32Array(size);
    for (let i = 0; i < size; i++) value[i] = spread * (2 * random() - 1);
    return { value, slope: new Float32Array(size), mean: new Float32Array(size), square: new Float32Array(size) };
  }

  class Gru {
    /** @param {number} letters how many different ones there are @param {number} units of the state */
    constructor(letters, units, random) {
      Object.assign(this, { letters, units, updates: 0 });
      const spread = 1 / Math.sqrt(units);
      /** Rows: reset gates, update gates, new state. */
      this.input = weights(letters * 3 * units, spread, random);
      this.state = weights(3 * units * units, spread, random);
      this.bias = weights(3 * units, 0, random);
      this.output = weights(letters * units, spread, random);
      this.outputBias = weights(letters, 0, random);
      this.all = [this.input, this.state, this.bias, this.output, this.outputBias];
      this.carried = new Float32Array(units);
    }

    get size() {
      return this.all.reduce((sum, { value }) => sum + value.length, 0);
    }

    /** One step of the state. @returns {object} everything that the way back needs */
    step(letter, before) {
      const { units } = this;
      const inner = new Float32Array(3 * units);
      const from = this.state.value;
      for (let row = 0, at = 0; row < 3 * units; row++) {
        let sum = 0;
        for (let k = 0; k < units; k++) sum += from[at++] * before[k];
        inner[row] = sum;
      }
      const [reset, update, fresh, after] = [0, 1, 2, 3].map(() => new Float32Array(units));
      const told = this.input.value;
      const bias = this.bias.value;
      const column = letter * 3 * units;
      for (let j = 0; j < units; j++) {
        const [u, n] = [units + j, 2 * units + j];
        reset[j] = sigmoid(told[column + j] + inner[j] + bias[j]);
        update[j] = sigmoid(told[column + u] + inner[u] + bias[u]);
        fresh[j] = Math.tanh(told[column + n] + reset[j] * inner[n] + bias[n]);
        after[j] = (1 - update[j]) * fresh[j] + update[j] * before[j];
      }
      return { letter, before, inner, reset, update, fresh, after };
    }

    /** @returns {Float32Array} the probability of every letter to come next */
    chances(state, temperature = 1) {
      const { letters, units } = this;
      const chances = new Float32Array(letters);
      let highest = -Infinity;
      for (let k = 0, at = 0; k < letters; k++) {
        let sum = this.outputBias.value[k];
        for (let j = 0; j < units; j++) sum += this.output.value[at++] * state[j];
        chances[k] = sum / temperature;
        highest = Math.max(highest, chances[k]);
      }
      let total = 0;
      for (let k = 0; k < letters; k++) total += chances[k] = Math.exp(chances[k] - highest);
      for (let k = 0; k < letters; k++) chances[k] /= total;
      return chances;
    }

    /**
     * Learn from one stretch; the state is carried on to the next.
     * @param {Uint16Array} text letters by number; each is to be told from those before it
     * @returns {number} the mean loss in nats per letter
     */
    learn(text, rate) {
      const steps = [];
      const answers = [];
      let state = this.carried;
      let loss = 0;
      for (let t = 0; t + 1 < text.length; t++) {
        const step = this.step(text[t], state);
        state = step.after;
        const chances = this.chances(state);
        loss -= Math.log(Math.max(chances[text[t + 1]], 1e-12));
        chances[text[t + 1]] -= 1;
        steps.push(step);
        answers.push(chances);
      }
      this.carried = state;
      this._back(steps, answers);
      this._update(rate);
      return loss / steps.length;
    }

    /** Backpropagation through the steps, last first; slopes are of the mean loss. */
    _back(steps, answers) {
      for (const { slope } of this.all) slope.fill(0);
      let pull = new Float32Array(this.units);
      for (let t = steps.length - 1; t >= 0; t--) {
        this._backOutput(answers[t], steps[t].after, pull, 1 / steps.length);
        pull = this._backStep(steps[t], pull);
      }
    }

    _backOutput(answer, state, pull, share) {
      const { units } = this;
      for (let k = 0, at = 0; k < this.letters; k++) {
        const wrong = answer[k] * share;
        this.outputBias.slope[k] += wrong;
        for (let j = 0; j < units; j++, at++) {
          this.output.slope[at] += wrong * state[j];
          pull[j] += wrong * this.output.value[at];
        }
      }
    }

    /** @returns {Float32Array} the slope of the loss by the state before */
    _backStep({ letter, before, inner, reset, update, fresh }, pull) {
      const { units } = this;
      const gates = new Float32Array(3 * units);
      const through = new Float32Array(3 * units);
      const result = new Float32Array(units);
      for (let j = 0; j < units; j++) {
        const n = 2 * units + j;
        const toFresh = pull[j] * (1 - update[j]) * (1 - fresh[j] * fresh[j]);
        const toUpdate = pull[j] * (before[j] - fresh[j]) * update[j] * (1 - update[j]);
        const toReset = toFresh * inner[n] * reset[j] * (1 - reset[j]);
        gates[j] = through[j] = toReset;
        gates[units + j] = through[units + j] = toUpdate;
        gates[n] = toFresh;
        through[n] = toFresh * reset[j];
        result[j] = pull[j] * update[j];
      }
      const column = letter * 3 * units;
      for (let row = 0, at = 0; row < 3 * units; row++) {
        this.input.slope[column + row] += gates[row];
        this.bias.slope[row] += gates[row];
        const slope = through[row];
        for (let k = 0; k < units; k++, at++) {
          this.state.slope[at] += slope * before[k];
          result[k] += slope * this.state.value[at];
        }
      }
      return result;
    }

    /** Adam, with slopes that are too long together made shorter (Pascanu et al. 2013). */
    _update(rate) {
      this.updates++;
      let length = 0;
      for (const { slope } of this.all) for (let i = 0; i < slope.length; i++) length += slope[i] * slope[i];
      const scale = Math.min(1, CLIP / Math.max(Math.sqrt(length), 1e-12));
      const step = (rate * Math.sqrt(1 - ADAM.beta2 ** this.updates)) / (1 - ADAM.beta1 ** this.updates);
      for (const { value, slope, mean, square } of this.all) {
        for (let i = 0; i < value.length; i++) {
          const g = slope[i] * scale;
          mean[i] += (1 - ADAM.beta1) * (g - mean[i]);
          square[i] += (1 - ADAM.beta2) * (g * g - square[i]);
          value[i] -= (step * mean[i]) / (Math.sqrt(square[i]) + ADAM.epsilon);
        }
      }
    }
  }

  Writing.Gru = Gru;
})();
