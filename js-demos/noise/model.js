/**
 * Diffusion of points in the plane. On the way out a point x₀ is turned, bit by bit, into noise ε:
 * x = cos φ · x₀ + sin φ · ε, with φ from 0 to 90°. A network learns the speed of that way,
 * v = cos φ · ε − sin φ · x₀ (Salimans and Ho 2022), from x and φ alone. Whoever follows it backwards, step by step,
 * x ← cos δ · x − sin δ · v (Song and others 2021), turns noise into points.
 */
(function () {
  "use strict";

  const Noise = (window.Noise = window.Noise || {});
  const { Mlp, normal } = Workshop;
  const QUARTER = Math.PI / 2;
  const HIDDEN = 64;
  const BATCH = 128;
  const SHOWN = 256;
  /** What is told of φ: itself, and its sine and cosine twice as fast. */
  const TIMES = 3;
  const MOST_PARTS = 12;
  /** In so many cases the network is not told the part, so that it learns both: with it and without. */
  const UNTOLD = 0.2;
  /** The share by which the averaged weights follow in each update, and how many updates they forget at first. */
  const FOLLOW = 0.02;
  const SOON = 5;
  /** How quickly the shown loss forgets. */
  const SMOOTH = 0.02;
  const NO_PART = -1;

  class Diffusion {
    /**
     * @param {Workshop.Crowd} crowd of real points @param {{rate: number}} settings @param {number} seed
     */
    constructor(crowd, settings, seed) {
      Object.assign(this, { crowd, settings, updates: 0, loss: 1 });
      this.random = Workshop.random(seed);
      this.net = new Mlp([2 + TIMES + MOST_PARTS, HIDDEN, HIDDEN, 2], this.random);
      /** The weights, averaged over the last updates: that answers more calmly than the weights themselves. */
      this.mean = this.net.copy();
      const { points, parts } = crowd.draw(SHOWN, this.random);
      Object.assign(this, { real: points, parts, other: crowd.draw(SHOWN, this.random).points });
      /** The noise from which points come back, always the same. */
      this.noise = Float64Array.from({ length: 2 * SHOWN }, () => normal(this.random));
    }

    /** Write what the network is told of a point, at number n of a batch. */
    _tell(inputs, n, x, y, angle, part) {
      const at = n * this.net.widths[0];
      inputs[at] = x;
      inputs[at + 1] = y;
      inputs[at + 2] = 2 * angle / QUARTER - 1;
      inputs[at + 3] = Math.sin(2 * angle);
      inputs[at + 4] = Math.cos(2 * angle);
      inputs.fill(0, at + 2 + TIMES, at + 2 + TIMES + MOST_PARTS);
      if (part !== NO_PART) inputs[at + 2 + TIMES + part] = 1;
    }

    learnFor(milliseconds) {
      const end = performance.now() + milliseconds;
      do this.learn();
      while (performance.now() < end);
    }

    /** One update: real points, each at a step of its own on the way to noise, and the speed that it has there. */
    learn() {
      const { points, parts } = this.crowd.draw(BATCH, this.random);
      const inputs = new Float64Array(BATCH * this.net.widths[0]);
      const speeds = new Float64Array(2 * BATCH);
      for (let n = 0; n < BATCH; n++) {
        const angle = QUARTER * this.random();
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        const place = [0, 0];
        for (let k = 0; k < 2; k++) {
          const noise = normal(this.random);
          place[k] = cos * points[2 * n + k] + sin * noise;
          speeds[2 * n + k] = cos * noise - sin * points[2 * n + k];
        }
        this._tell(inputs, n, ...place, angle, this.random() < UNTOLD ? NO_PART : parts[n]);
      }
      this._towards(inputs, speeds);
      this.updates++;
      this.mean.follow(this.net, Math.min(1, Math.max(FOLLOW, SOON / this.updates)));
    }

    /** Learn to answer the speeds: half the mean square of what is wrong is the loss. */
    _towards(inputs, speeds) {
      const answers = this.net.forward(inputs, BATCH);
      const wrong = speeds.map((speed, i) => answers[i] - speed);
      const loss = wrong.reduce((sum, each) => sum + each * each, 0) / (2 * BATCH);
      this.net.clear();
      this.net.backward(wrong.map((each) => each / BATCH));
      this.net.update(this.settings.rate);
      this.loss += Math.max(SMOOTH, 1 / (this.updates + 1)) * (loss - this.loss);
    }

    /**
     * What the network says of the speed at some places, led towards a part (Ho and Salimans 2022): the speed without the
     * part, and `guidance` times what the part changes in it. 0 pays no heed to the part, 1 is what was learned, more
     * exaggerates.
     * @param {Float64Array} places x and y in turn @param {number} angle @param {{part: number, guidance: number}} lead
     * @returns {Float64Array} the speeds
     */
    speeds(places, angle, { part = NO_PART, guidance = 1 } = {}) {
      const free = this._answer(places, angle, NO_PART);
      if (part === NO_PART) return free;
      const led = this._answer(places, angle, part);
      return led.map((speed, i) => free[i] + guidance * (speed - free[i]));
    }

    _answer(places, angle, part) {
      const count = places.length / 2;
      const inputs = new Float64Array(count * this.mean.widths[0]);
      for (let n = 0; n < count; n++) this._tell(inputs, n, places[2 * n], places[2 * n + 1], angle, part);
      return this.mean.forward(inputs, count).slice(0, 2 * count);
    }

    /** @returns {Float64Array} the shown real points after a share of the way to noise, 0 … 1 */
    dissolved(share) {
      const [cos, sin] = [Math.cos(share * QUARTER), Math.sin(share * QUARTER)];
      return this.real.map((value, i) => cos * value + sin * this.noise[i]);
    }

    /** @returns {Float64Array} places after one of `steps` steps back, taken at a share of the way to noise */
    stepBack(places, share, steps, lead) {
      const speeds = this.speeds(places, share * QUARTER, lead);
      const [cos, sin] = [Math.cos(QUARTER / steps), Math.sin(QUARTER / steps)];
      return places.map((value, i) => cos * value - sin * speeds[i]);
    }

    /** @returns {Float64Array[]} the whole way from noise: places before the first step, after it, …, after the last */
    wayBack(steps, lead) {
      const way = [this.noise];
      for (let step = 0; step < steps; step++) way.push(this.stepBack(way[step], 1 - step / steps, steps, lead));
      return way;
    }

    /**
     * @param {Float64Array} points that came out of noise
     * @returns {{apart: number, best: number, shares: number[]}} how far they are from the real ones (energy distance); how
     *   far other real ones are, which is the best that can be expected; and the share of them in each part
     */
    report(points) {
      return {
        apart: Math.max(0, Workshop.energyDistance(points, this.real)),
        best: Workshop.energyDistance(this.other, this.real),
        shares: this.crowd.shares(points, points.length / 2),
      };
    }
  }

  Object.assign(Noise, { Diffusion, QUARTER, NO_PART });
})();
