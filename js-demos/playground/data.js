/** Points of two kinds in the plane, both coordinates about −6 … 6: the classic shapes, and one's own. */
(function () {
  "use strict";

  const Playground = (window.Playground = window.Playground || {});
  const RADIUS = 5;

  /** A number around zero with spread one (Box and Muller 1958). */
  function normal(random) {
    return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  }

  /** Each shape makes one point of a kind, +1 or −1, without noise. */
  const SHAPES = {
    circle: (random, label) => {
      const radius = RADIUS * (label > 0 ? 0.5 * Math.sqrt(random()) : 0.7 + 0.3 * random());
      const angle = 2 * Math.PI * random();
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    },
    corners: (random, label) => {
      const padding = 0.3;
      const x = (padding + (RADIUS - padding) * random()) * (random() < 0.5 ? -1 : 1);
      const y = (padding + (RADIUS - padding) * random()) * Math.sign(x) * label;
      return [x, y];
    },
    clouds: (random, label) => [2 * label + normal(random), 2 * label + normal(random)],
    spiral: (random, label) => {
      const along = random();
      const angle = 1.75 * along * 2 * Math.PI + (label > 0 ? 0 : Math.PI);
      return [RADIUS * along * Math.sin(angle), RADIUS * along * Math.cos(angle)];
    },
  };

  /**
   * @param {string} shape a name among SHAPES
   * @param {number} count of points, half of each kind
   * @param {number} noise spread of what is added to both coordinates
   * @returns {{x: number, y: number, label: number}[]} in mixed order
   */
  Playground.makePoints = function (shape, count, noise, random) {
    const points = [];
    for (let i = 0; i < count; i++) {
      const label = i % 2 ? 1 : -1;
      const [x, y] = SHAPES[shape](random, label);
      points.push({ x: x + noise * normal(random), y: y + noise * normal(random), label });
    }
    for (let i = points.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [points[i], points[j]] = [points[j], points[i]];
    }
    return points;
  };

  Playground.SHAPES = Object.keys(SHAPES);
})();
