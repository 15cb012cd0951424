/** Byte-pair encoding, as workshop.teach.bytepairs does it: text to tokens and back. */
(function () {
  "use strict";

  const Tokens = (window.Tokens = window.Tokens || {});
  /** Letters, digits or signs with the space before them; any other white space by itself. */
  const WORD = / ?[\p{L}\p{Nl}\p{No}]+| ?\p{Nd}+| ?[^\s\p{L}\p{N}]+|\s/gu;

  class BytePairs {
    /** @param {number[][]} merges pairs of tokens, in the order in which they are merged; bytes are tokens 0 to 255 */
    constructor(merges) {
      this.rank = new Map(merges.map(([first, second], rank) => [`${first} ${second}`, rank]));
      this.spelled = Array.from({ length: 256 }, (_, byte) => [byte]);
      for (const [first, second] of merges) this.spelled.push([...this.spelled[first], ...this.spelled[second]]);
    }

    /** @returns {number[]} */
    encode(text) {
      return (text.match(WORD) || []).flatMap((word) => this._word(word));
    }

    /** @param {number[]} tokens @returns {string} bytes that are no character become a question mark in a lozenge */
    decode(tokens) {
      return new TextDecoder().decode(Uint8Array.from(tokens.flatMap((token) => this.spelled[token])));
    }

    /** The earliest merge first, the leftmost of equal ones. */
    _word(word) {
      const tokens = [...new TextEncoder().encode(word)];
      for (;;) {
        let best = Infinity;
        let at = -1;
        for (let i = 0; i + 1 < tokens.length; i++) {
          const rank = this.rank.get(`${tokens[i]} ${tokens[i + 1]}`);
          if (rank < best) [best, at] = [rank, i];
        }
        if (at < 0) return tokens;
        tokens.splice(at, 2, 256 + best);
      }
    }
  }

  Tokens.BytePairs = BytePairs;
})();
