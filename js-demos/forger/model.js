/**
 * Two networks in one game (Goodfellow and others 2014). The forger makes points out of noise; the detective says how sure
 * it is that a point is real; each learns from the other's mistakes, and neither is told what is right.
 */
(function () {
  "use strict";

  const Forger = (window.Forger = window.Forger || {});
  const { Mlp, normal } = Workshop;
  const NOISE = 2;
  const HIDDEN = 32;
  const BATCH = 64;
  const SHOWN = 256;
  /** Adam without much memory: in a game the slopes of a while ago are out of date. */
  const ADAM = { first: 0.5, second: 0.99 };
  /** What a detective pays who is steep where the real points are. */
  const STEEPNESS = 0.3;
  /** The share by which the averaged forger follows in each round. */
  const FOLLOW = 0.01;
  /** Forged points within this share of the real ones' spread have collapsed. */
  const NARROW = 0.35;
  /** How quickly the shown losses forget. */
  const SMOOTH = 0.05;

  const sure = (score) => 1 / (1 + Math.exp(-score));
  /** −log of how sure, without overflow. */
  const cost = (score) => (score > 0 ? Math.log1p(Math.exp(-score)) : Math.log1p(Math.exp(score)) - score);

  class Game {
    /**
     * @param {Workshop.Crowd} crowd of real points
     * @param {{turns: number, forgerRate: number, detectiveRate: number, flat: boolean, averaged: boolean}} settings
     *   turns are the forger's for one of the detective's; flat asks the detective not to be steep (R1); averaged shows the
     *   mean of the forgers of late
     * @param {number} seed
     */
    constructor(crowd, settings, seed) {
      Object.assign(this, { crowd, settings, rounds: 0, losses: { detective: Math.LN2, forger: Math.LN2 } });
      this.random = Workshop.random(seed);
      this.forger = new Mlp([NOISE, HIDDEN, HIDDEN, 2], this.random);
      this.hire();
      this.mean = this.forger.copy();
      /** The same noise at each look, so that one sees the points move. */
      this.noise = this._noise(SHOWN);
      this.real = crowd.draw(SHOWN, this.random).points;
    }

    /** A new detective, who knows nothing; the forger stays as it is. */
    hire() {
      this.detective = new Mlp([2, HIDDEN, HIDDEN, 1], this.random);
    }

    _noise(count) {
      return Float64Array.from({ length: NOISE * count }, () => normal(this.random));
    }

    learnFor(milliseconds) {
      const end = performance.now() + milliseconds;
      do this.learn();
      while (performance.now() < end);
    }

    /** One round: the detective's turn, then the forger's. */
    learn() {
      this.rounds++;
      this._detect();
      for (let turn = 0; turn < this.settings.turns; turn++) this._forge();
      this.mean.follow(this.forger, FOLLOW);
    }

    /** The detective learns to say "real" to real points and "forged" to forged ones. */
    _detect() {
      const { detective } = this;
      const real = this.crowd.draw(BATCH, this.random).points;
      const forged = this.forger.forward(this._noise(BATCH), BATCH).slice(0, 2 * BATCH);
      detective.clear();
      const loss = this._say(real, 1) + this._say(forged, -1);
      if (this.settings.flat) detective.steepness(real, BATCH, STEEPNESS / BATCH);
      detective.update(this.settings.detectiveRate, ADAM);
      this.losses.detective += SMOOTH * (loss / 2 - this.losses.detective);
    }

    /** Add the slopes of what the detective should say of some points: 1 for real, −1 for forged. @returns {number} */
    _say(points, right) {
      const scores = this.detective.forward(points, BATCH).subarray(0, BATCH);
      const slopes = scores.map((score) => (-right * sure(-right * score)) / BATCH);
      const loss = scores.reduce((sum, score) => sum + cost(right * score), 0) / BATCH;
      this.detective.backward(slopes);
      return loss;
    }

    /** The forger learns to make what the detective takes for real. */
    _forge() {
      const points = this.forger.forward(this._noise(BATCH), BATCH);
      const { loss, slopes } = this._blame(points, BATCH);
      this.forger.clear();
      this.forger.backward(slopes);
      this.forger.update(this.settings.forgerRate, ADAM);
      this.losses.forger += SMOOTH * (loss - this.losses.forger);
    }

    /** @returns {{loss: number, slopes: Float64Array}} what forged points cost the forger, and its slopes by them */
    _blame(points, count) {
      const scores = this.detective.forward(points, count).subarray(0, count);
      const loss = scores.reduce((sum, score) => sum + cost(score), 0) / count;
      return { loss, slopes: this.detective.slopesOfInputs(scores.map((score) => -sure(-score) / count)) };
    }

    /** @returns {Float64Array} the forged points that are shown: the mean forger's where that is asked for */
    forged() {
      const forger = this.settings.averaged ? this.mean : this.forger;
      return forger.forward(this.noise, SHOWN).slice(0, 2 * SHOWN);
    }

    /** @returns {Float64Array} for each place, how sure the detective is that it is real: −1 … 1 */
    judge(places) {
      const count = places.length / 2;
      return this.detective.forward(places, count).subarray(0, count).map((score) => 2 * sure(score) - 1);
    }

    /** @returns {Float64Array} where each forged point is pulled: down the slope of what it costs the forger */
    pull(points) {
      const count = points.length / 2;
      return this._blame(points, count).slopes.map((slope) => -slope * count);
    }

    /**
     * What can be said of the forged points in numbers.
     * @returns {{shares: number[], covered: number, of: number, spread: number, collapsed: boolean}} the share of them in
     *   each part; how many of the parts they cover; and how wide they lie, as a share of the real ones
     */
    report() {
      const points = this.forged();
      const shares = this.crowd.shares(points, SHOWN);
      const spread = Workshop.spreadOf(points) / Workshop.spreadOf(this.real);
      return {
        shares, spread, covered: this.crowd.covered(shares), of: shares.length,
        collapsed: this.rounds > 0 && spread < NARROW,
      };
    }
  }

  Forger.Game = Game;
})();
