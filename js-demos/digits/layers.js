/**
 * Layers of a small convolutional network on typed arrays: a library's objects are several times slower,
 * and a lesson of two minutes has no time for that. Pictures lie as (channel, row, column) in one array.
 */
(function () {
  "use strict";

  const Digits = (window.Digits = window.Digits || {});
  const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

  /** Weights, their slopes, and Adam's averages; spread after He et al. 2015. */
  function weights(size, inputs, random) {
    const value = new Float32Array(size);
    const spread = Math.sqrt(6 / inputs);
    if (inputs) for (let i = 0; i < size; i++) value[i] = spread * (2 * random() - 1);
    return { value, slope: new Float32Array(size), mean: new Float32Array(size), square: new Float32Array(size) };
  }

  /** Filters slide over all channels, without padding; a bend (ReLU) follows. */
  class Convolution {
    constructor({ channels, side, filters, size }, random) {
      Object.assign(this, { channels, side, filters, size, outSide: side - size + 1 });
      const inputs = channels * size * size;
      this.filter = weights(filters * inputs, inputs, random);
      this.bias = weights(filters, 0, random);
      this.parameters = [this.filter, this.bias];
      this.out = new Float32Array(filters * this.outSide ** 2);
      this.back = new Float32Array(channels * side * side);
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
            for (let j = 0; j < size; j++) {
              const weight = w[((f * channels + c) * size + i) * size + j];
              for (let r = 0; r < outSide; r++) {
                const to = f * area + r * outSide;
                const from = c * side * side + (r + i) * side + j;
                for (let k = 0; k < outSide; k++) out[to + k] += weight * input[from + k];
              }
            }
          }
        }
      }
      for (let i = 0; i < out.length; i++) if (out[i] < 0) out[i] = 0;
      return out;
    }

    /** @param {Float32Array} slope of the loss by the output @returns {Float32Array} by the input */
    backward(slope) {
      const { channels, side, filters, size, outSide, out, back, input } = this;
      const area = outSide * outSide;
      back.fill(0);
      for (let i = 0; i < out.length; i++) if (out[i] <= 0) slope[i] = 0;
      for (let f = 0; f < filters; f++) {
        let sum = 0;
        for (let k = f * area; k < (f + 1) * area; k++) sum += slope[k];
        this.bias.slope[f] += sum;
        for (let c = 0; c < channels; c++) {
          for (let i = 0; i < size; i++) {
            for (let j = 0; j < size; j++) {
              const at = ((f * channels + c) * size + i) * size + j;
              const weight = this.filter.value[at];
              let total = 0;
              for (let r = 0; r < outSide; r++) {
                const to = f * area + r * outSide;
                const from = c * side * side + (r + i) * side + j;
                for (let k = 0; k < outSide; k++) {
                  total += slope[to + k] * input[from + k];
                  back[from + k] += slope[to + k] * weight;
                }
              }
              this.filter.slope[at] += total;
            }
          }
        }
      }
      return back;
    }
  }

  /** Of every block of 2 × 2 the largest stays. */
  class Pool {
    constructor({ channels, side }) {
      Object.assign(this, { channels, side, outSide: side / 2, parameters: [] });
      this.out = new Float32Array(channels * this.outSide ** 2);
      this.from = new Int32Array(this.out.length);
      this.back = new Float32Array(channels * side * side);
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
      this.out = new Float32Array(outputs);
      this.back = new Float32Array(inputs);
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
