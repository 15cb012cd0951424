/**
 * Where the points are: on the way out to noise, or on the way back. Out is arithmetic, so any step can be shown at once;
 * back is walked, one step from the other, with what the network knows at the time.
 */
(function () {
  "use strict";

  const Noise = (window.Noise = window.Noise || {});

  class Journey {
    /** @param {Noise.Diffusion} model @param {number} steps there, and as many back @param {object} lead on the way back */
    constructor(model, steps, lead) {
      Object.assign(this, { model, steps, lead });
      this.begin();
    }

    /** Begin at the real points. */
    begin() {
      Object.assign(this, { back: false, step: 0, trail: [this.model.dissolved(0)] });
    }

    /** Begin to come back, from noise. */
    turn() {
      Object.assign(this, { back: true, step: this.steps, trail: [this.model.noise] });
    }

    /** @returns {Float64Array} where the points are */
    get places() {
      return this.trail[this.trail.length - 1];
    }

    /** @returns {number} how much of the way to noise they are, 0 … 1 */
    get share() {
      return this.step / this.steps;
    }

    get arrived() {
      return this.back && this.step === 0;
    }

    /** One step on; from noise they turn round. @returns {boolean} whether they arrived by it */
    go() {
      if (!this.back && this.step === this.steps) this.turn();
      if (this.back) {
        if (this.step === 0) return false;
        this.trail.push(this.model.stepBack(this.places, this.share, this.steps, this.lead));
        this.step--;
        return this.arrived;
      }
      this.step++;
      this.trail.push(this.model.dissolved(this.share));
      return false;
    }

    /** Go to a step of the same way; what was walked is kept, what was not is walked now. */
    goTo(step) {
      if (this.back) {
        this.trail.length = Math.min(this.trail.length, this.steps - step + 1);
        this.step = this.steps - this.trail.length + 1;
        while (this.step > step) this.go();
      } else {
        this.trail = Array.from({ length: step + 1 }, (_, n) => this.model.dissolved(n / this.steps));
        this.step = step;
      }
    }
  }

  Noise.Journey = Journey;
})();
