/**
 * A game that can be taken back, and whole games of agents.
 */
(function () {
  "use strict";

  const { Dice, newBoard, burst, isOver } = window.workshopModules;
  const Bubbles = (window.Bubbles = window.Bubbles || {});

  class Game {
    constructor(rules) {
      this.rules = rules;
      this.dice = Dice.seeded(Math.floor(Math.random() * 2 ** 32));
      this.board = newBoard(rules, this.dice);
      this.score = 0;
      this.before = [];
      /** Who made the moves: "you", an agent's name, or "both". */
      this.by = null;
    }

    get moves() {
      return this.before.length;
    }

    get over() {
      return isOver(this.board);
    }

    /** Burst the group at this cell; false when nothing bursts. */
    play(row, column, by) {
      const state = this.dice.state;
      const after = burst(this.rules, this.board, row, column, this.dice);
      if (!after) return false;
      this.before.push({ board: this.board, score: this.score, state, by: this.by });
      this.board = after.board;
      this.score += after.points;
      this.by = this.by === null || this.by === by ? by : "both";
      return true;
    }

    undo() {
      const before = this.before.pop();
      if (!before) return;
      this.board = before.board;
      this.score = before.score;
      this.dice = new Dice(before.state);
      this.by = before.by;
    }
  }

  /** Let an agent play a whole game; return its score. */
  function playOut(rules, agent) {
    const game = new Game(rules);
    const choose = agent.make(game.board);
    while (!game.over) game.play(...choose(game.board)[0], agent.name);
    return game.score;
  }

  Object.assign(Bubbles, { Game, playOut });
})();
