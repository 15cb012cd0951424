/** A small convolutional network on digits: convolve, pool, convolve, pool, decide. */
(function () {
  "use strict";

  const Digits = (window.Digits = window.Digits || {});
  const CLASSES = 10;
  const BATCH = 16;
  /** Digits are learned where they are and up to this many dots beside. */
  const SHIFT = 2;
  const SMOOTH = 0.005;
  /** After so many digits the steps are half as large: then the score no longer jumps. */
  const EASE = 8000;

  class Model {
    /** @param {{filters: number, deep: number, rate: number}} settings filters of both convolutions */
    constructor(data, settings, random) {
      Object.assign(this, { data, random, settings });
      /** How many digits it has been shown. */
      this.seen = 0;
      this.loss = Math.log(CLASSES);
      const { filters, deep } = settings;
      const first = new Digits.Convolution({ channels: 1, side: data.side, filters, first: true }, random);
      const pool = new Digits.Pool({ channels: filters, side: first.outSide });
      const second = new Digits.Convolution({ channels: filters, side: pool.outSide, filters: deep }, random);
      const pool2 = new Digits.Pool({ channels: deep, side: second.outSide });
      const decide = new Digits.Dense({ inputs: pool2.out.length, outputs: CLASSES }, random);
      this.layers = [first, pool, second, pool2, decide];
      this.parameters = this.layers.flatMap((layer) => layer.parameters);
      this.input = new Float64Array(data.side ** 2);
    }

    get weights() {
      return this.parameters.reduce((sum, { value }) => sum + value.length, 0);
    }

    /** Write one picture into the input, 0 … 1, moved by some dots. */
    _show(pictures, index, down = 0, right = 0) {
      const { side } = this.data;
      this.input.fill(0);
      for (let r = Math.max(0, down); r < Math.min(side, side + down); r++) {
        for (let c = Math.max(0, right); c < Math.min(side, side + right); c++) {
          this.input[r * side + c] = pictures[index * side * side + (r - down) * side + c - right] / 255;
        }
      }
    }

    /** @returns {number[]} the chance of each class, of what is in the input */
    _answer() {
      let out = this.input;
      for (const layer of this.layers) out = layer.forward(out);
      const highest = Math.max(...out);
      const powers = Array.from(out, (value) => Math.exp(value - highest));
      const total = powers.reduce((sum, power) => sum + power, 0);
      return powers.map((power) => power / total);
    }

    /** Learn from digits in a random order for some milliseconds. */
    trainFor(milliseconds) {
      const { train } = this.data;
      const shift = () => Math.floor(this.random() * (2 * SHIFT + 1)) - SHIFT;
      const end = performance.now() + milliseconds;
      do {
        const index = Math.floor(this.random() * train.count);
        this._show(train.pictures, index, shift(), shift());
        this._learn(train.labels[index]);
      } while (performance.now() < end);
    }

    _learn(label) {
      const chances = this._answer();
      this.loss += SMOOTH * (-Math.log(Math.max(chances[label], 1e-9)) - this.loss);
      chances[label] -= 1;
      let slope = Float64Array.from(chances);
      for (const layer of [...this.layers].reverse()) slope = layer.backward(slope);
      this.seen++;
      if (this.seen % BATCH) return;
      const rate = this.settings.rate / (1 + this.seen / EASE);
      Digits.adam(this.parameters, this.seen / BATCH, rate, BATCH);
    }

    /** @returns {number[]} the chance of each digit, for one picture of 28 × 28 */
    ask(pictures, index = 0) {
      this._show(pictures, index);
      return this._answer();
    }

    /** @returns {{right: number, of: number, wrong: object[]}} on a part of the test digits */
    test(first, count) {
      const { test } = this.data;
      const wrong = [];
      for (let index = first; index < first + count; index++) {
        const chances = this.ask(test.pictures, index);
        const said = chances.indexOf(Math.max(...chances));
        if (said !== test.labels[index]) wrong.push({ index, said, is: test.labels[index], chance: chances[said] });
      }
      return { right: count - wrong.length, of: count, wrong };
    }

    /** @returns {{side: number, values: Float64Array}[]} the filters of the first layer */
    filters() {
      const { filter, size, filters } = this.layers[0];
      return Array.from({ length: filters }, (_, f) => ({
        side: size, values: filter.value.subarray(f * size * size, (f + 1) * size * size),
      }));
    }

    /** @returns {{side: number, values: Float64Array}[]} the first layer's answers to what was asked last */
    maps() {
      const { out, outSide, filters } = this.layers[0];
      return Array.from({ length: filters }, (_, f) => ({
        side: outSide, values: out.subarray(f * outSide * outSide, (f + 1) * outSide * outSide),
      }));
    }
  }

  Digits.Model = Model;
})();
