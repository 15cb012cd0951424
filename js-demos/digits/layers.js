/**
 * Layers of a small convolutional network on typed arrays: a library's objects are several times slower,
 * and a lesson of two minutes has no time for that. Pictures lie as (channel, row, column) in one array. JavaScript
 * reckons with 64 bits: to turn each number of 32 bits into one, and back, took longer than the larger arrays do.
 */
(function () {
  "use strict";

  const Digits = (window.Digits = window.Digits || {});
  const FILTER = 5;
  const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

  /** Weights, their slopes, and Adam's averages; spread after He et al. 2015. */
  function weights(size, inputs, random) {
    const value = new Float64Array(size);
    const spread = Math.sqrt(6 / inputs);
    if (inputs) for (let i = 0; i < size; i++) value[i] = spread * (2 * random() - 1);
    return { value, slope: new Float64Array(size), mean: new Float64Array(size), square: new Float64Array(size) };
  }

  /** Filters of 5 × 5 slide over all channels, without padding; a bend (ReLU) follows. */
  class Convolution {
    /** With `first`, nobody asks for the slope by the input. */
    constructor({ channels, side, filters, first = false }, random) {
      const size = FILTER;
      Object.assign(this, { channels, side, filters, size, outSide: side - size + 1 });
      const inputs = channels * size * size;
      this.filter = weights(filters * inputs, inputs, random);
      this.bias = weights(filters, 0, random);
      this.parameters = [this.filter, this.bias];
      this.out = new Float64Array(filters * this.outSide ** 2);
      this.back = first ? null : new Float64Array(channels * side * side);
    }

    forward(input) {
      const { channels, side, filters, size, outSide, out } = this;
      const w = this.filter.value;
      this.input = input;
      const area = outSide * outSide;
      for (let f = 0; f < filters; f++) {
        out.fill(this.bias.value[f], f * area, (f + 1) * area);
        for (let c = 0; c < channels; c++) {
          for (let i = 0; i < size; i++) {
            // A row of the filter at once: five times fewer looks at the sums than a weight at a time. What lies under it
            // moves on by one place, so that each input is read once.
            const row = ((f * channels + c) * size + i) * size;
            const [a, b, d, e, g] = [w[row], w[row + 1], w[row + 2], w[row + 3], w[row + 4]];
            for (let r = 0; r < outSide; r++) {
              let to = f * area + r * outSide;
              let at = c * side * side + (r + i) * side;
              let [x0, x1, x2, x3] = [input[at], input[at + 1], input[at + 2], input[at + 3]];
              at += 4;
              for (const end = to + outSide; to < end; to++, at++) {
                const x4 = input[at];
                out[to] += a * x0 + b * x1 + d * x2 + e * x3 + g * x4;
                x0 = x1;
                x1 = x2;
                x2 = x3;
                x3 = x4;
              }
            }
          }
        }
      }
      for (let i = 0; i < out.length; i++) if (out[i] < 0) out[i] = 0;
      return out;
    }

    /**
     * Most slopes are zero: of four places the pool asks for one, and a bend that was not reached asks for none.
     * So each place that has one gives it on, and the others cost nothing. A row of the filter is written out, for a loop
     * over five takes longer.
     * @param {Float64Array} slope of the loss by the output @returns {Float64Array | null} by the input
     */
    backward(slope) {
      const { channels, side, filters, size, outSide, out, back, input } = this;
      const w = this.filter.value;
      const dw = this.filter.slope;
      if (back) back.fill(0);
      for (let f = 0, at = 0; f < filters; f++) {
        let sum = 0;
        for (let r = 0; r < outSide; r++) {
          for (let k = 0; k < outSide; k++, at++) {
            const given = slope[at];
            if (given === 0 || out[at] <= 0) continue;
            sum += given;
            let of = f * channels * size * size;
            for (let c = 0; c < channels; c++) {
              for (let i = 0; i < size; i++) {
                const from = c * side * side + (r + i) * side + k;
                if (back) {
                  back[from] += given * w[of];
                  back[from + 1] += given * w[of + 1];
                  back[from + 2] += given * w[of + 2];
                  back[from + 3] += given * w[of + 3];
                  back[from + 4] += given * w[of + 4];
                }
                dw[of] += given * input[from];
                dw[of + 1] += given * input[from + 1];
                dw[of + 2] += given * input[from + 2];
                dw[of + 3] += given * input[from + 3];
                dw[of + 4] += given * input[from + 4];
                of += size;
              }
            }
          }
        }
        this.bias.slope[f] += sum;
      }
      return back;
    }
  }

  /** Of every block of 2 × 2 the largest stays. */
  class Pool {
    constructor({ channels, side }) {
      Object.assign(this, { channels, side, outSide: side / 2, parameters: [] });
      this.out = new Float64Array(channels * this.outSide ** 2);
      this.from = new Int32Array(this.out.length);
      this.back = new Float64Array(channels * side * side);
    }

    forward(input) {
      const { channels, side, outSide, out, from } = this;
      let to = 0;
      for (let c = 0; c < channels; c++) {
        for (let r = 0; r < outSide; r++) {
          for (let k = 0; k < outSide; k++, to++) {
            let best = c * side * side + 2 * r * side + 2 * k;
            const corner = best;
            if (input[corner + 1] > input[best]) best = corner + 1;
            if (input[corner + side] > input[best]) best = corner + side;
            if (input[corner + side + 1] > input[best]) best = corner + side + 1;
            out[to] = input[best];
            from[to] = best;
          }
        }
      }
      return out;
    }

    backward(slope) {
      this.back.fill(0);
      for (let i = 0; i < slope.length; i++) this.back[this.from[i]] += slope[i];
      return this.back;
    }
  }

  /** Every output sees every input; the softmax is taken where the loss is. */
  class Dense {
    constructor({ inputs, outputs }, random) {
      Object.assign(this, { inputs, outputs });
      this.weight = weights(inputs * outputs, inputs, random);
      this.bias = weights(outputs, 0, random);
      this.parameters = [this.weight, this.bias];
      this.out = new Float64Array(outputs);
      this.back = new Float64Array(inputs);
    }

    forward(input) {
      this.input = input;
      for (let j = 0, at = 0; j < this.outputs; j++) {
        let sum = this.bias.value[j];
        for (let i = 0; i < this.inputs; i++) sum += this.weight.value[at++] * input[i];
        this.out[j] = sum;
      }
      return this.out;
    }

    backward(slope) {
      this.back.fill(0);
      for (let j = 0, at = 0; j < this.outputs; j++) {
        this.bias.slope[j] += slope[j];
        for (let i = 0; i < this.inputs; i++, at++) {
          this.weight.slope[at] += slope[j] * this.input[i];
          this.back[i] += slope[j] * this.weight.value[at];
        }
      }
      return this.back;
    }
  }

  /** Adam (Kingma and Ba 2015) on the mean slope of a batch; the slopes begin at zero again. */
  Digits.adam = function (parameters, update, rate, batch) {
    const step = (rate * Math.sqrt(1 - ADAM.beta2 ** update)) / (1 - ADAM.beta1 ** update);
    for (const { value, slope, mean, square } of parameters) {
      for (let i = 0; i < value.length; i++) {
        const g = slope[i] / batch;
        slope[i] = 0;
        mean[i] += (1 - ADAM.beta1) * (g - mean[i]);
        square[i] += (1 - ADAM.beta2) * (g * g - square[i]);
        value[i] -= (step * mean[i]) / (Math.sqrt(square[i]) + ADAM.epsilon);
      }
    }
  };

  Object.assign(Digits, { Convolution, Pool, Dense });
})();
