/**
 * Where the points of the plane come from that a network is to imitate, in which parts they lie, and two numbers that say
 * how well they are imitated: how many parts others cover, and how far two crowds of points are apart. A crowd of points
 * is one array, x and y in turn; both are about −2.4 … 2.4.
 */
(function () {
  "use strict";

  const Workshop = (window.Workshop = window.Workshop || {});
  const EDGE = 2.4;
  /** A part is covered when it holds this share of the points that it should hold. */
  const ENOUGH = 0.25;
  /** Points of one's own that are nearer to each other than this belong to one part. */
  const TOGETHER = 0.6;
  const MOST_PARTS = 12;

  /** What is drawn already for who has drawn nothing: a house. */
  const HOUSE = [[-1.2, -1.4], [0, -1.4], [1.2, -1.4], [1.2, -0.2], [-1.2, -0.2], [-0.6, 0.5], [0, 1.2], [0.6, 0.5]];

  const around = (count, radius) => Array.from({ length: count }, (_, k) => {
    const angle = (2 * Math.PI * k) / count;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });

  /**
   * Each shape: the middle of every part; how far around it a point still belongs to it; the spread of its points; and
   * how far a part is drawn out, in x and y.
   */
  const SHAPES = {
    // A radius of √2 gives both coordinates a spread of one.
    ring: { parts: around(8, Math.SQRT2), reach: 0.3, spread: 0.07 },
    line: { parts: Array.from({ length: 8 }, (_, k) => [0.45 * (k - 3.5), 0.225 * (k - 3.5)]), reach: 0.33, spread: 0.05,
      along: [0.45, 0.225] },
    clusters: { parts: [[-1.1, -0.6], [1.1, 0.6]], reach: 0.8, spread: 0.22 },
  };

  /** @returns {object} what a shape has, for points of one's own */
  function ownShape(own) {
    const parts = [];
    const distance = ([a, b], [c, d]) => Math.hypot(a - c, b - d);
    for (const point of own) {
      if (parts.length < MOST_PARTS && parts.every((part) => distance(part, point) > TOGETHER)) parts.push(point);
    }
    return { parts, reach: TOGETHER, spread: 0.06 };
  }

  class Crowd {
    /** @param {string} shape a name among Crowd.SHAPES, or "own" @param {[number, number][]} own points of one's own */
    constructor(shape, own = []) {
      Object.assign(this, { own: shape === "own" ? own : null, along: [0, 0] }, SHAPES[shape] || ownShape(own));
      /** The share of the points that lies in each part. */
      this.fair = this.parts.map(() => 1 / this.parts.length);
      if (this.own) this.fair = this.shares(Float64Array.from(own.flat()), own.length);
    }

    get empty() {
      return !this.parts.length;
    }

    /**
     * @returns {{points: Float64Array, parts: Uint8Array}} that many new points, and in which part each was made; none
     *   where there are no points of one's own yet
     */
    draw(many, random) {
      const count = this.empty ? 0 : many;
      const points = new Float64Array(2 * count);
      const parts = new Uint8Array(count);
      for (let n = 0; n < count; n++) {
        const [middle, part] = this._choose(random);
        const shift = random() - 0.5;
        for (let k = 0; k < 2; k++) points[2 * n + k] = middle[k] + shift * this.along[k] + this.spread * Workshop.normal(random);
        parts[n] = part;
      }
      return { points, parts };
    }

    _choose(random) {
      const places = this.own || this.parts;
      const at = Math.floor(random() * places.length);
      return [places[at], this.own ? Math.max(0, this.partOf(...places[at])) : at];
    }

    /** @returns {number} the part to which a place belongs; −1 for none */
    partOf(x, y) {
      let found = -1;
      let nearest = this.reach;
      this.parts.forEach(([a, b], k) => {
        const distance = Math.hypot(x - a, y - b);
        if (distance < nearest) [found, nearest] = [k, distance];
      });
      return found;
    }

    /** @returns {number[]} the share of some points that lies in each part */
    shares(points, count) {
      const shares = this.parts.map(() => 0);
      for (let n = 0; n < count; n++) {
        const part = this.partOf(points[2 * n], points[2 * n + 1]);
        if (part >= 0) shares[part] += 1 / count;
      }
      return shares;
    }

    /** @returns {boolean} whether a part that holds this share of some points is covered */
    isCovered(part, share) {
      return share > 0 && share >= ENOUGH * this.fair[part];
    }

    /** @returns {number} how many parts are covered, given the shares of some points */
    covered(shares) {
      return shares.filter((share, part) => this.isCovered(part, share)).length;
    }
  }

  /** @returns {number} the mean distance between a point of one crowd and a point of the other */
  function between(a, b) {
    let sum = 0;
    for (let i = 0; i < a.length; i += 2) {
      for (let j = 0; j < b.length; j += 2) sum += Math.hypot(a[i] - b[j], a[i + 1] - b[j + 1]);
    }
    return (4 * sum) / (a.length * b.length);
  }

  /**
   * The energy distance of two crowds (Székely and Rizzo 2013): 0 for crowds that are the same, more the farther apart
   * they are, or the narrower one of them is.
   */
  Workshop.energyDistance = (a, b) => 2 * between(a, b) - between(a, a) - between(b, b);

  /** @returns {number} how far points lie from their middle, root mean square */
  Workshop.spreadOf = function (points) {
    const count = points.length / 2;
    const middle = [0, 0];
    points.forEach((value, i) => { middle[i % 2] += value / count; });
    return Math.sqrt(points.reduce((sum, value, i) => sum + (value - middle[i % 2]) ** 2, 0) / count);
  };

  Object.assign(Crowd, { EDGE, HOUSE });
  Workshop.Crowd = Crowd;
})();
