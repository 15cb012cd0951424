/**
 * Simple players. Each gets a board that has moves left and returns the group that it bursts.
 */
(function () {
  "use strict";

  const { groups } = window.workshopModules;
  const Bubbles = (window.Bubbles = window.Bubbles || {});

  function anyOf(list) {
    return list[Math.floor(Math.random() * list.length)];
  }

  /** The colour of which there is most; the first of equals. */
  function mostFrequent(board) {
    const counts = new Map();
    for (const colour of board.flat()) if (colour > 0) counts.set(colour, (counts.get(colour) ?? 0) + 1);
    return [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || a - b)[0];
  }

  /** A player for one game that begins with this board: board → cells of a group. */
  const makers = {
    uniform: () => (board) => anyOf(groups(board)),
    greedy: () => (board) => groups(board).reduce((best, one) => (one.length > best.length ? one : best)),
    tabu: (start) => {
      const tabu = mostFrequent(start);
      return (board) => {
        const all = groups(board);
        const others = all.filter(([[row, column]]) => board[row][column] !== tabu);
        return anyOf(others.length ? others : all);
      };
    },
  };

  Bubbles.agents = [
    { name: "uniform", title: "Uniform", about: "a random group", make: makers.uniform },
    { name: "greedy", title: "Greedy", about: "always the largest group", make: makers.greedy },
    {
      name: "tabu", title: "TabuColor", make: makers.tabu,
      about: "a random group, but avoids the most frequent colour while it can",
    },
  ];
})();
