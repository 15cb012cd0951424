/**
 * A round agent in a box sees along nine rays; red apples are good, green poison is bad, both drift.
 * It chooses among five moves. (After the world of Karpathy's rldemo, in its idea.)
 */
(function () {
  "use strict";

  const Agents = (window.Agents = window.Agents || {});
  const SIZE = 100;
  const ITEMS = 26;
  const RADIUS = 3;
  const REACH = 40;
  const EYES = 9;
  const FIELD_OF_VIEW = 1.6 * Math.PI;
  /** Turn in radians and how far to go. */
  const ACTIONS = [[0, 1.6], [-0.35, 1.1], [0.35, 1.1], [-0.9, 0.4], [0.9, 0.4]];
  const SENSES = 3;

  class World {
    constructor(random) {
      this.random = random;
      this.agent = { x: SIZE / 2, y: SIZE / 2, angle: 0 };
      this.items = Array.from({ length: ITEMS }, (_, i) => this._item(i % 2 ? 1 : -1));
      this.eaten = { good: 0, bad: 0 };
      this.seen = this._look();
    }

    _item(kind) {
      const random = this.random;
      return {
        kind,
        x: RADIUS + random() * (SIZE - 2 * RADIUS), y: RADIUS + random() * (SIZE - 2 * RADIUS),
        dx: (random() - 0.5) * 0.5, dy: (random() - 0.5) * 0.5,
      };
    }

    /**
     * Do one of the actions.
     * @returns {number} the reward: +1 for each apple, −1 for each poison, a little less at a wall
     */
    act(action) {
      const [turn, distance] = ACTIONS[action];
      const agent = this.agent;
      agent.angle += turn;
      const x = agent.x + distance * Math.cos(agent.angle);
      const y = agent.y + distance * Math.sin(agent.angle);
      agent.x = Math.min(SIZE - RADIUS, Math.max(RADIUS, x));
      agent.y = Math.min(SIZE - RADIUS, Math.max(RADIUS, y));
      let reward = x === agent.x && y === agent.y ? 0 : -0.1;
      this.items = this.items.map((item) => {
        this._drift(item);
        if (Math.hypot(item.x - agent.x, item.y - agent.y) > 2 * RADIUS) return item;
        reward += item.kind;
        this.eaten[item.kind > 0 ? "good" : "bad"]++;
        return this._item(item.kind);
      });
      this.seen = this._look();
      return reward;
    }

    _drift(item) {
      item.x += item.dx;
      item.y += item.dy;
      if (item.x < RADIUS || item.x > SIZE - RADIUS) item.dx = -item.dx;
      if (item.y < RADIUS || item.y > SIZE - RADIUS) item.dy = -item.dy;
    }

    /** @returns {{angle: number, distance: number, what: number}[]} what is first along each ray: 0 wall, ±1 item */
    rays() {
      const { x, y, angle } = this.agent;
      return Array.from({ length: EYES }, (_, i) => {
        const direction = angle + FIELD_OF_VIEW * (i / (EYES - 1) - 0.5);
        const [cx, cy] = [Math.cos(direction), Math.sin(direction)];
        let distance = Math.min(
          REACH,
          cx > 0 ? (SIZE - x) / cx : cx < 0 ? -x / cx : REACH,
          cy > 0 ? (SIZE - y) / cy : cy < 0 ? -y / cy : REACH,
        );
        let what = 0;
        for (const item of this.items) {
          const along = (item.x - x) * cx + (item.y - y) * cy;
          const across = Math.abs((item.x - x) * cy - (item.y - y) * cx);
          if (along > 0 && across < RADIUS + 0.6 && along < distance) [distance, what] = [along, item.kind];
        }
        return { angle: direction, distance, what };
      });
    }

    /** Closeness of wall, apple and poison along every ray, each 0 (nothing near) … 1 (touching). */
    _look() {
      const senses = new Float64Array(SENSES * EYES);
      this.rays().forEach(({ distance, what }, i) => {
        senses[SENSES * i + (what === 0 ? 0 : what > 0 ? 1 : 2)] = 1 - distance / REACH;
      });
      return senses;
    }
  }

  Agents.World = World;
  Agents.WORLD_SIZE = SIZE;
  Agents.ITEM_RADIUS = RADIUS;
  Agents.ACTIONS = ACTIONS;
  Agents.SENSES = SENSES * EYES;
})();
