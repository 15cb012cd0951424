/** Draws a grid world: what each square is worth by colour and number, the best moves as arrows, the agent. */
(function () {
  "use strict";

  const Agents = (window.Agents = window.Agents || {});

  /** @returns {string} green for gain, red for loss, paper for nothing; -1 … 1 */
  function tint(value) {
    const share = Math.round(Math.min(1, Math.abs(value)) * 45);
    return value >= 0
      ? `color-mix(in srgb, var(--good) ${share}%, var(--card))`
      : `color-mix(in srgb, var(--bad) ${share}%, var(--card))`;
  }

  class GridView {
    /** @param {HTMLElement} table holds the squares as buttons @param {(square: number) => void} onEdit */
    constructor(table, onEdit) {
      this.table = table;
      this.onEdit = onEdit;
    }

    build(grid) {
      this.grid = grid;
      this.table.style.gridTemplateColumns = `repeat(${grid.columns}, 1fr)`;
      this.squares = Array.from({ length: grid.size }, (_, square) => {
        const button = Object.assign(document.createElement("button"), { type: "button", className: "square" });
        button.append(document.createElement("b"), document.createElement("span"), document.createElement("i"));
        button.addEventListener("click", () => this.onEdit(square));
        return button;
      });
      this.table.replaceChildren(...this.squares);
    }

    /** @param {{value: Function, best: Function}} mind @param {number | null} agent the square it is on */
    draw(mind, agent) {
      this.squares.forEach((button, square) => {
        const wall = this.grid.walls[square];
        const goal = square === this.grid.goal;
        const value = goal ? 1 : mind.value(square);
        button.dataset.kind = wall ? "wall" : goal ? "goal" : square === this.grid.start ? "start" : "open";
        button.style.background = wall ? "" : tint(value);
        const [label, pay, arrows] = button.children;
        label.textContent = wall || goal ? (goal ? "goal" : "") : value.toFixed(2);
        pay.textContent = !wall && !goal && this.grid.pay[square] ? `${this.grid.pay[square] > 0 ? "+" : "−"}1` : "";
        // Where all moves are equally good nothing is known, and four arrows would say so less well than none.
        const best = mind.best(square);
        const telling = !wall && !goal && best.length < 4;
        arrows.textContent = telling ? best.map((move) => "↑→↓←"[move]).join("") : "";
        arrows.dataset.moves = telling ? best.length : 0;
        button.classList.toggle("agent", square === agent);
        const words = wall ? "wall" : goal ? "goal" : `value ${value.toFixed(2)}`;
        const [row, column] = [Math.floor(square / this.grid.columns) + 1, (square % this.grid.columns) + 1];
        button.setAttribute("aria-label", `Row ${row}, column ${column}: ${words}`);
      });
    }
  }

  Agents.GridView = GridView;
})();
