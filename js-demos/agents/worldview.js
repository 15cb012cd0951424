/** Draws the moving agent: the box, apples and poison, and what the agent sees along its rays. */
(function () {
  "use strict";

  const Agents = (window.Agents = window.Agents || {});

  /** @param {HTMLCanvasElement} canvas @param {object} world */
  Agents.drawWorld = function (canvas, world) {
    const ratio = window.devicePixelRatio || 1;
    const side = canvas.clientWidth;
    if (!side) return;
    canvas.width = canvas.height = side * ratio;
    const c = canvas.getContext("2d");
    const scale = (side * ratio) / Agents.WORLD_SIZE;
    const style = getComputedStyle(canvas);
    const colour = (name) => style.getPropertyValue(name);
    c.scale(scale, scale);
    const { x, y, angle } = world.agent;
    const kinds = { 0: colour("--line"), 1: colour("--bad"), "-1": colour("--good") };
    c.lineWidth = 0.5;
    for (const ray of world.rays()) {
      c.strokeStyle = kinds[ray.what];
      c.beginPath();
      c.moveTo(x, y);
      c.lineTo(x + ray.distance * Math.cos(ray.angle), y + ray.distance * Math.sin(ray.angle));
      c.stroke();
    }
    for (const item of world.items) disc(c, item.x, item.y, Agents.ITEM_RADIUS, kinds[item.kind], item.kind < 0);
    disc(c, x, y, Agents.ITEM_RADIUS + 0.6, colour("--accent"), false);
    c.strokeStyle = colour("--accent-ink");
    c.lineWidth = 0.9;
    c.beginPath();
    c.moveTo(x, y);
    c.lineTo(x + 3 * Math.cos(angle), y + 3 * Math.sin(angle));
    c.stroke();
  };

  /** A disc; with a cross through it, so that poison is known without its colour. */
  function disc(c, x, y, radius, fill, crossed) {
    c.beginPath();
    c.arc(x, y, radius, 0, 2 * Math.PI);
    c.fillStyle = fill;
    c.fill();
    if (!crossed) return;
    const reach = radius * 0.6;
    c.strokeStyle = "white";
    c.lineWidth = 0.7;
    c.beginPath();
    c.moveTo(x - reach, y - reach);
    c.lineTo(x + reach, y + reach);
    c.moveTo(x + reach, y - reach);
    c.lineTo(x - reach, y + reach);
    c.stroke();
  }
})();
