/** States of the page with a name: the tour, and what a slide may show. */
(function () {
  "use strict";

  const Writing = (window.Writing = window.Writing || {});

  /**
   * @param {(corpus: string, units: number, temperature: number, begin: string) => void} setUp begins anew
   * @returns {object[]} for Workshop.stage
   */
  Writing.tries = function (setUp) {
    return [
      {
        name: "spelling", title: "It learns to spell", set: () => setUp("sonnet", 64, 0.7, "S"),
        text: "It learns spaces first, then short words, then lines. What does it generate after one second, after thirty?",
      },
      {
        name: "cold", title: "Low temperature", set: () => setUp("sonnet", 64, 0.2, "S"),
        text: "At temperature 0.2 it picks the most likely character and repeats itself. Then try 2.0.",
      },
      {
        name: "counting", title: "Can it count?", set: () => setUp("numbers", 64, 0.5, "41"),
        text: "The text counts to forty. Does it learn a rule or memorise the lines? It starts with 41.",
      },
      {
        name: "small-memory", title: "A small memory", set: () => setUp("sonnet", 8, 0.7, "S"),
        text: "Eight hidden units instead of 64: where is the surprise now?",
      },
    ];
  };
})();
