/**
 * The transformer of workshop.teach.languagemodel: pre-norm blocks, and one matrix for input and output. It takes one
 * token at a time; the keys and values of those before are kept (a KV cache), so none is computed twice.
 */
(function () {
  "use strict";

  const Tokens = (window.Tokens = window.Tokens || {});
  const EPSILON = 1e-5;

  /** The arrays of a block, in their order in the file, by name; each with its size as a multiple of the width. */
  const block = (width) => ({
    gain1: width, bias1: width, attended: 3 * width * width, projection: width * width,
    gain2: width, bias2: width, widen: 4 * width * width, widenBias: 4 * width,
    narrow: 4 * width * width, narrowBias: width,
  });
  const total = (sizes) => Object.values(sizes).reduce((sum, size) => sum + size, 0);

  /** @returns {number} how many weights a model of this shape has */
  Tokens.size = ({ vocabulary, width, layers, context }) =>
    (vocabulary + context + 2) * width + layers * total(block(width));

  /** out = matrix · x (+ bias); the matrix is stored row by row, its rows' length is that of x, a multiple of 4. */
  function multiply(out, matrix, x, bias) {
    const columns = x.length;
    for (let row = 0, at = 0; row < out.length; row++) {
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let k = 0; k < columns; k += 4, at += 4) {
        a += matrix[at] * x[k];
        b += matrix[at + 1] * x[k + 1];
        c += matrix[at + 2] * x[k + 2];
        d += matrix[at + 3] * x[k + 3];
      }
      out[row] = a + b + c + d + (bias ? bias[row] : 0);
    }
  }

  function normalise(out, x, gain, bias) {
    let mean = 0;
    for (let k = 0; k < x.length; k++) mean += x[k] / x.length;
    let variance = 0;
    for (let k = 0; k < x.length; k++) variance += (x[k] - mean) ** 2 / x.length;
    const scale = 1 / Math.sqrt(variance + EPSILON);
    for (let k = 0; k < x.length; k++) out[k] = (x[k] - mean) * scale * gain[k] + bias[k];
  }

  /** GELU with the error function by Abramowitz and Stegun, 7.1.26: wrong by 1.5e-7 at most. */
  function gelu(x) {
    const z = Math.abs(x) * Math.SQRT1_2;
    const t = 1 / (1 + 0.3275911 * z);
    const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    const erf = 1 - series * Math.exp(-z * z);
    return 0.5 * x * (1 + (x < 0 ? -erf : erf));
  }

  class Model {
    /** @param {{shape: object, weights: Float32Array}} unpacked of Tokens.unpack */
    constructor({ shape, weights }) {
      Object.assign(this, shape);
      let at = 0;
      const take = (size) => weights.subarray(at, (at += size));
      const { width, context } = this;
      this.tokens = take(this.vocabulary * width);
      this.positions = take(context * width);
      this.blocks = Array.from({ length: this.layers }, () => {
        const arrays = Object.entries(block(width)).map(([name, size]) => [name, take(size)]);
        return { ...Object.fromEntries(arrays), keys: new Float32Array(context * width), values: new Float32Array(context * width) };
      });
      this.gain = take(width);
      this.bias = take(width);
      this.x = new Float32Array(width);
      this.normed = new Float32Array(width);
      this.mixed = new Float32Array(width);
      this.added = new Float32Array(width);
      this.parts = new Float32Array(3 * width);
      this.wide = new Float32Array(4 * width);
      /** How many tokens it has read; make it smaller to forget the last ones. */
      this.length = 0;
    }

    /**
     * Read one token more, at most `context` of them.
     * @returns {{logits: Float32Array, attended: Float32Array}} the scores of the next token; and for each layer, head and
     *   token so far, the last one included, how much it attended to it
     */
    step(token) {
      const { width, length, x } = this;
      for (let k = 0; k < width; k++) x[k] = this.tokens[token * width + k] + this.positions[length * width + k];
      const attended = new Float32Array(this.layers * this.heads * (length + 1));
      this.blocks.forEach((each, layer) => {
        this._attend(each, attended.subarray(layer * this.heads * (length + 1)));
        this._think(each);
      });
      this.length++;
      normalise(this.normed, x, this.gain, this.bias);
      const logits = new Float32Array(this.vocabulary);
      multiply(logits, this.tokens, this.normed);
      return { logits, attended };
    }

    /** Attention: x becomes x + projection(what each head mixes from the values so far). */
    _attend({ gain1, bias1, attended, projection, keys, values }, shares) {
      const { width, heads, length } = this;
      normalise(this.normed, this.x, gain1, bias1);
      multiply(this.parts, attended, this.normed);
      keys.set(this.parts.subarray(width, 2 * width), length * width);
      values.set(this.parts.subarray(2 * width), length * width);
      const size = width / heads;
      this.mixed.fill(0);
      for (let head = 0; head < heads; head++) {
        const share = shares.subarray(head * (length + 1), (head + 1) * (length + 1));
        const first = head * size;
        let highest = -Infinity;
        for (let t = 0; t <= length; t++) {
          let sum = 0;
          for (let k = first; k < first + size; k++) sum += this.parts[k] * keys[t * width + k];
          share[t] = sum / Math.sqrt(size);
          highest = Math.max(highest, share[t]);
        }
        let all = 0;
        for (let t = 0; t <= length; t++) all += share[t] = Math.exp(share[t] - highest);
        for (let t = 0; t <= length; t++) {
          share[t] /= all;
          for (let k = first; k < first + size; k++) this.mixed[k] += share[t] * values[t * width + k];
        }
      }
      multiply(this.added, projection, this.mixed);
      for (let k = 0; k < width; k++) this.x[k] += this.added[k];
    }

    /** The MLP: x becomes x + narrow(gelu(widen(x))). */
    _think({ gain2, bias2, widen, widenBias, narrow, narrowBias }) {
      normalise(this.normed, this.x, gain2, bias2);
      multiply(this.wide, widen, this.normed, widenBias);
      for (let k = 0; k < this.wide.length; k++) this.wide[k] = gelu(this.wide[k]);
      multiply(this.added, narrow, this.wide, narrowBias);
      for (let k = 0; k < this.width; k++) this.x[k] += this.added[k];
    }
  }

  Tokens.Model = Model;
})();
