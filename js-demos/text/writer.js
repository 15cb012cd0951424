/** A text, the network that learns it, and what it writes. */
(function () {
  "use strict";

  const Writing = (window.Writing = window.Writing || {});
  const STRETCH = 40;
  /** How quickly the shown loss forgets. */
  const SMOOTH = 0.02;
  const LONGEST = 20000;

  class Writer {
    /**
     * @param {string} text at least a few letters; only its first 20,000 are used
     * @param {{units: number, rate: number}} settings
     */
    constructor(text, settings, random) {
      this.text = text.slice(0, LONGEST);
      this.letters = [...new Set(this.text)];
      this.codes = Uint16Array.from([...this.text].map((letter) => this.letters.indexOf(letter)));
      this.settings = settings;
      this.random = random;
      this.net = new Writing.Gru(this.letters.length, settings.units, random);
      this.at = 0;
      /** How many letters it has read. */
      this.seen = 0;
      this.loss = Math.log(this.letters.length);
    }

    /** @returns {number} how surprised it is by a letter, lately, in bits */
    get bits() {
      return this.loss / Math.LN2;
    }

    /** Read on for some milliseconds; after the end it begins again. */
    readFor(milliseconds) {
      const end = performance.now() + milliseconds;
      do {
        const stretch = new Uint16Array(STRETCH + 1);
        for (let i = 0; i <= STRETCH; i++) stretch[i] = this.codes[(this.at + i) % this.codes.length];
        this.at = (this.at + STRETCH) % this.codes.length;
        this.loss += SMOOTH * (this.net.learn(stretch, this.settings.rate) - this.loss);
        this.seen += STRETCH;
      } while (performance.now() < end);
    }

    /** @returns {string} what it writes after `begin`, letter by letter, each drawn from its chances */
    write(begin, length, temperature) {
      let state = new Float32Array(this.net.units);
      const known = [...begin].map((letter) => this.letters.indexOf(letter)).filter((code) => code >= 0);
      let letter = known.length ? known[0] : Math.floor(this.random() * this.letters.length);
      let written = "";
      for (let i = 1; i < known.length; i++) {
        state = this.net.step(letter, state).after;
        letter = known[i];
      }
      for (let i = 0; i < length; i++) {
        state = this.net.step(letter, state).after;
        letter = this._draw(this.net.chances(state, temperature));
        written += this.letters[letter];
      }
      return written;
    }

    _draw(chances) {
      let left = this.random();
      for (let k = 0; k < chances.length; k++) {
        left -= chances[k];
        if (left < 0) return k;
      }
      return chances.length - 1;
    }

    /** @returns {{letter: string, bits: number}[]} the text's beginning, and how surprising each letter was */
    surprises(length) {
      let state = new Float32Array(this.net.units);
      const told = [{ letter: this.text[0], bits: Math.log2(this.letters.length) }];
      for (let i = 0; i + 1 < Math.min(length, this.codes.length); i++) {
        state = this.net.step(this.codes[i], state).after;
        const chance = this.net.chances(state)[this.codes[i + 1]];
        told.push({ letter: this.letters[this.codes[i + 1]], bits: -Math.log2(Math.max(chance, 1e-9)) });
      }
      return told;
    }
  }

  Writing.Writer = Writer;
})();
