/**
 * The table of scores: how many games, their mean with a 95 % interval, the best, and a bar to compare.
 */
(function () {
  "use strict";

  const Bubbles = (window.Bubbles = window.Bubbles || {});

  /** Mean and half of its 95 % interval; the interval is NaN for fewer than two games. */
  function summary(scores) {
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const spread = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (scores.length - 1);
    return { mean, half: 1.96 * Math.sqrt(spread / scores.length) };
  }

  class Scores {
    /** @param {HTMLElement} body of the table; @param {{name: string, title: string}[]} players */
    constructor(body, players) {
      this.rows = new Map(players.map((player) => [player.name, this._row(body, player)]));
      this.clear();
    }

    _row(body, { name, title }) {
      const row = body.appendChild(document.createElement("tr"));
      row.dataset.player = name;
      const head = row.appendChild(document.createElement("th"));
      head.scope = "row";
      head.textContent = title;
      const [games, means, best] = Array.from({ length: 3 }, () => row.appendChild(document.createElement("td")));
      const mean = means.appendChild(document.createElement("span"));
      const bar = means.appendChild(document.createElement("span"));
      bar.className = "bar-of";
      return { games, mean, best, bar };
    }

    /** Forget all scores. */
    clear() {
      this.scores = new Map([...this.rows.keys()].map((name) => [name, []]));
      this.show();
    }

    add(name, score) {
      this.scores.get(name)?.push(score);
    }

    show() {
      const means = [...this.scores.values()].map((scores) => (scores.length ? summary(scores).mean : 0));
      const longest = Math.max(1, ...means);
      for (const [name, scores] of this.scores) this._show(this.rows.get(name), scores, longest);
    }

    _show(row, scores, longest) {
      row.games.textContent = scores.length;
      const { mean, half } = scores.length ? summary(scores) : { mean: 0, half: NaN };
      const interval = Number.isNaN(half) ? "" : ` ± ${Math.round(half)}`;
      row.mean.textContent = scores.length ? `${Math.round(mean)}${interval}` : "–";
      row.best.textContent = scores.length ? Math.max(...scores) : "–";
      row.bar.style.width = `${(100 * mean) / longest}%`;
    }
  }

  Object.assign(Bubbles, { Scores });
})();
