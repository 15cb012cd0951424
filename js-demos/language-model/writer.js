/** A text that grows token by token, and for each token what the model predicted after it and attended to. */
(function () {
  "use strict";

  const Tokens = (window.Tokens = window.Tokens || {});

  /**
   * @param {Float32Array} logits
   * @param {number} temperature 0 takes the most probable token @param {number} k how many tokens are kept
   * @returns {Float32Array} probabilities to draw from
   */
  Tokens.probabilities = function (logits, temperature, k) {
    const order = Tokens.best(logits, temperature > 0 ? k : 1);
    const highest = logits[order[0]];
    const kept = new Float32Array(logits.length);
    let all = 0;
    for (const token of order) all += kept[token] = temperature > 0 ? Math.exp((logits[token] - highest) / temperature) : 1;
    for (const token of order) kept[token] /= all;
    return kept;
  };

  /** @returns {number[]} the `count` tokens with the largest scores, the largest first */
  Tokens.best = function (scores, count) {
    return [...scores.keys()].sort((one, other) => scores[other] - scores[one]).slice(0, count);
  };

  class Writer {
    /** @param {object} model @param {object} pairs of Tokens.BytePairs @param {() => number} random from 0 to 1 */
    constructor(model, pairs, random) {
      Object.assign(this, { model, pairs, random });
      this.begin("");
    }

    /** Forget all, and read this text next; no text is a new line. */
    begin(text) {
      const { context } = this.model;
      this.tokens = this.pairs.encode(text || "\n");
      /** How many of the tokens were given, and not written by the model. */
      this.given = this.tokens.length;
      /** The first token that the model can see. */
      this.first = this.given > context ? this.given - context / 2 : 0;
      /** By token: its logits and attention, where the model can see it. */
      this.records = [];
      this.model.length = 0;
    }

    /** @returns {boolean} whether the model has read all tokens, so that the next one can be drawn */
    get ready() {
      return this.first + this.model.length === this.tokens.length;
    }

    /** Read one token more. When the context is full, it begins again with its second half. */
    read() {
      const { context } = this.model;
      if (this.model.length === context) {
        this.first = this.tokens.length - context / 2;
        this.model.length = 0;
        this.records = [];
      }
      const at = this.first + this.model.length;
      this.records[at] = this.model.step(this.tokens[at]);
    }

    /** Append a token that was drawn, or this one; all must have been read. */
    write(temperature, k, token = this._draw(temperature, k)) {
      this.tokens.push(token);
    }

    /** Forget what comes after this token, which the model can see. */
    cut(at) {
      this.tokens.length = at + 1;
      this.given = Math.min(this.given, at + 1);
      this.model.length = at + 1 - this.first;
    }

    _draw(temperature, k) {
      const probabilities = Tokens.probabilities(this.records[this.tokens.length - 1].logits, temperature, k);
      let left = this.random();
      let last = 0;
      for (let token = 0; token < probabilities.length; token++) {
        if (!probabilities[token]) continue;
        last = token;
        left -= probabilities[token];
        if (left < 0) break;
      }
      return last;
    }

    /**
     * @param {number} at a token @param {number} layer from 1; 0 is the mean of all @param {number} head likewise
     * @returns {Float32Array} how much it attended to each token that it could see, itself included
     */
    attention(at, layer, head) {
      const { layers, heads } = this.model;
      const { attended } = this.records[at];
      const length = at - this.first + 1;
      const shares = new Float32Array(length);
      let maps = 0;
      for (let l = 0; l < layers; l++) {
        for (let h = 0; h < heads; h++) {
          if ((layer && l !== layer - 1) || (head && h !== head - 1)) continue;
          maps++;
          for (let t = 0; t < length; t++) shares[t] += attended[(l * heads + h) * length + t];
        }
      }
      return shares.map((share) => share / maps);
    }
  }

  Tokens.Writer = Writer;
})();
