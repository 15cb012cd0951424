/**
 * A dense network with tanh between its layers, for points in the plane: evaluated on a batch of points at once, with
 * the slopes of a loss by its weights and by its inputs, and trained by Adam (Kingma and Ba 2015). Numbers of a batch lie
 * point after point in one array. Arrays that a network returns are used again at its next call.
 */
(function () {
  "use strict";

  const Workshop = (window.Workshop = window.Workshop || {});
  const EPSILON = 1e-8;

  /** @returns {number} a number around zero with spread one (Box and Muller 1958) */
  function normal(random) {
    return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  }

  /** One array of weights with its slopes and Adam's two averages. */
  function weights(size, make) {
    return {
      value: Float64Array.from({ length: size }, make),
      slope: new Float64Array(size), mean: new Float64Array(size), square: new Float64Array(size),
    };
  }

  /** So many outputs at once: each input is read once for all of them, and their sums need not wait for each other. */
  const TOGETHER = 4;

  /** out = below · weights + biases; with biases left out, only the product. */
  function multiply(below, { value }, biases, ins, outs, count, out) {
    const whole = outs - (outs % TOGETHER);
    for (let p = 0, to = 0; p < count; p++) {
      const first = p * ins;
      const end = first + ins;
      for (let j = 0; j < whole; j += TOGETHER, to += TOGETHER) {
        const from = biases?.value;
        let [s0, s1, s2, s3] = from ? [from[j], from[j + 1], from[j + 2], from[j + 3]] : [0, 0, 0, 0];
        let a0 = j * ins;
        let [a1, a2, a3] = [a0 + ins, a0 + 2 * ins, a0 + 3 * ins];
        for (let i = first; i < end; i++) {
          const each = below[i];
          s0 += value[a0++] * each;
          s1 += value[a1++] * each;
          s2 += value[a2++] * each;
          s3 += value[a3++] * each;
        }
        out[to] = s0;
        out[to + 1] = s1;
        out[to + 2] = s2;
        out[to + 3] = s3;
      }
      for (let j = whole, at = whole * ins; j < outs; j++, to++) {
        let sum = biases ? biases.value[j] : 0;
        for (let i = first; i < end; i++) sum += value[at++] * below[i];
        out[to] = sum;
      }
    }
  }

  /** Write the slopes of what lies below a layer, and add to those of its weights. */
  function multiplyBack(pull, below, { value, slope }, ins, outs, count, pullBelow) {
    pullBelow.fill(0, 0, count * ins);
    const whole = outs - (outs % TOGETHER);
    for (let p = 0, from = 0; p < count; p++) {
      const first = p * ins;
      const end = first + ins;
      for (let j = 0; j < whole; j += TOGETHER, from += TOGETHER) {
        const [w0, w1, w2, w3] = [pull[from], pull[from + 1], pull[from + 2], pull[from + 3]];
        let a0 = j * ins;
        let [a1, a2, a3] = [a0 + ins, a0 + 2 * ins, a0 + 3 * ins];
        for (let i = first; i < end; i++, a0++, a1++, a2++, a3++) {
          const each = below[i];
          slope[a0] += w0 * each;
          slope[a1] += w1 * each;
          slope[a2] += w2 * each;
          slope[a3] += w3 * each;
          pullBelow[i] = pullBelow[i] + w0 * value[a0] + w1 * value[a1] + w2 * value[a2] + w3 * value[a3];
        }
      }
      for (let j = whole, at = whole * ins; j < outs; j++, from++) {
        const wrong = pull[from];
        for (let i = first; i < end; i++, at++) {
          slope[at] += wrong * below[i];
          pullBelow[i] += wrong * value[at];
        }
      }
    }
  }

  class Mlp {
    /** @param {number[]} widths inputs first, outputs last @param {() => number} random */
    constructor(widths, random) {
      this.widths = widths;
      this.updates = 0;
      this.room = 0;
      this.layers = widths.slice(1).map((outs, l) => {
        const spread = 1 / Math.sqrt(widths[l]);
        return {
          ins: widths[l], outs,
          matrix: weights(widths[l] * outs, () => spread * normal(random)),
          biases: weights(outs, () => 0),
        };
      });
      /** Everything that is learned. */
      this.all = this.layers.flatMap(({ matrix, biases }) => [matrix, biases]);
    }

    /** Make room for a batch: what each layer answers, how that changes, and the slopes of both. */
    _prepare(count) {
      if (count <= this.room) return;
      this.room = count;
      const arrays = () => this.widths.map((width) => new Float64Array(width * count));
      Object.assign(this, { answers: arrays(), changes: arrays(), pulls: arrays(), pullsOfChanges: arrays() });
    }

    /**
     * @param {Float64Array} inputs of `count` points, one after the other
     * @returns {Float64Array} the outputs
     */
    forward(inputs, count) {
      this._prepare(count);
      this.count = count;
      this.answers[0].set(inputs.subarray(0, count * this.widths[0]));
      this.layers.forEach(({ ins, outs, matrix, biases }, l) => {
        const out = this.answers[l + 1];
        multiply(this.answers[l], matrix, biases, ins, outs, count, out);
        if (l + 1 < this.layers.length) for (let i = 0; i < count * outs; i++) out[i] = Math.tanh(out[i]);
      });
      return this.answers[this.layers.length];
    }

    /** Set all slopes to zero; `backward` and `steepness` add to them. */
    clear() {
      for (const { slope } of this.all) slope.fill(0);
    }

    /**
     * Backpropagation, of the batch that `forward` had last.
     * @param {Float64Array} slopes of the loss by the outputs
     * @returns {Float64Array} slopes of the loss by the inputs
     */
    backward(slopes) {
      const { count, pulls } = this;
      const last = this.layers.length;
      pulls[last].set(slopes.subarray(0, count * this.widths[last]));
      for (let l = last - 1; l >= 0; l--) {
        const { ins, outs, matrix, biases } = this.layers[l];
        if (l + 1 < last) {
          const [out, pull] = [this.answers[l + 1], pulls[l + 1]];
          for (let i = 0; i < count * outs; i++) pull[i] *= 1 - out[i] * out[i];
        }
        this._backBiases(pulls[l + 1], biases, outs);
        multiplyBack(pulls[l + 1], this.answers[l], matrix, ins, outs, count, pulls[l]);
      }
      return pulls[0];
    }

    _backBiases(pull, { slope }, outs) {
      for (let p = 0, from = 0; p < this.count; p++) for (let j = 0; j < outs; j++) slope[j] += pull[from++];
    }

    /** As `backward`, without a trace in the slopes of the weights. */
    slopesOfInputs(slopes) {
      const kept = this.all.map(({ slope }) => slope.slice());
      const found = this.backward(slopes);
      this.all.forEach(({ slope }, n) => slope.set(kept[n]));
      return found.subarray(0, this.count * this.widths[0]);
    }

    /**
     * How steep a network with one output is, and the slopes of that by its weights: the penalty R1 (Mescheder and others
     * 2018), weight / 2 · Σ |slope of the output by the point|². Its slope is that of the output's change when each point
     * moves along its own slope, so the change is taken forward through the layers and then, with them, back.
     * @returns {number} the penalty
     */
    steepness(inputs, count, weight) {
      this.forward(inputs, count);
      const along = this.slopesOfInputs(new Float64Array(count).fill(1)).slice();
      let squares = 0;
      for (const slope of along) squares += slope * slope;
      this._change(along);
      this._backChange(weight);
      return (weight / 2) * squares;
    }

    /** How the answers change while the inputs move by `along`. */
    _change(along) {
      const { count, answers, changes } = this;
      changes[0].set(along);
      this.layers.forEach(({ ins, outs, matrix }, l) => {
        multiply(changes[l], matrix, null, ins, outs, count, changes[l + 1]);
        if (l + 1 === this.layers.length) return;
        const [out, change] = [answers[l + 1], changes[l + 1]];
        for (let i = 0; i < count * outs; i++) change[i] *= 1 - out[i] * out[i];
      });
    }

    /** Backpropagation of the sum of the outputs' changes, times a weight. */
    _backChange(weight) {
      const { count, answers, changes, pulls, pullsOfChanges } = this;
      const last = this.layers.length;
      pulls[last].fill(0);
      pullsOfChanges[last].fill(weight);
      for (let l = last - 1; l >= 0; l--) {
        const { ins, outs, matrix, biases } = this.layers[l];
        const [pull, pullOfChange] = [pulls[l + 1], pullsOfChanges[l + 1]];
        if (l + 1 < last) {
          const [out, change] = [answers[l + 1], changes[l + 1]];
          for (let i = 0; i < count * outs; i++) {
            // The change was z' (1 − h²), where h = tanh z: its slope by z is −2 h times itself.
            const bend = 1 - out[i] * out[i];
            pull[i] = pull[i] * bend - 2 * out[i] * change[i] * pullOfChange[i];
            pullOfChange[i] *= bend;
          }
        }
        this._backBiases(pull, biases, outs);
        multiplyBack(pull, answers[l], matrix, ins, outs, count, pulls[l]);
        multiplyBack(pullOfChange, changes[l], matrix, ins, outs, count, pullsOfChanges[l]);
      }
    }

    /** One step of Adam down the slopes. */
    update(rate, { first = 0.9, second = 0.99 } = {}) {
      this.updates++;
      const step = (rate * Math.sqrt(1 - second ** this.updates)) / (1 - first ** this.updates);
      for (const { value, slope, mean, square } of this.all) {
        for (let i = 0; i < value.length; i++) {
          mean[i] += (1 - first) * (slope[i] - mean[i]);
          square[i] += (1 - second) * (slope[i] * slope[i] - square[i]);
          value[i] -= (step * mean[i]) / (Math.sqrt(square[i]) + EPSILON);
        }
      }
    }

    /** @returns {Mlp} another network with the same weights */
    copy() {
      const made = new Mlp(this.widths, () => 0.5);
      made.follow(this, 1);
      return made;
    }

    /** Move each weight a share of the way to that of another network; 1 copies it. */
    follow(other, share) {
      this.all.forEach(({ value }, n) => {
        const towards = other.all[n].value;
        for (let i = 0; i < value.length; i++) value[i] += share * (towards[i] - value[i]);
      });
    }
  }

  Workshop.normal = normal;
  Workshop.Mlp = Mlp;
})();
