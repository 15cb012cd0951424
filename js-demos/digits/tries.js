/** States of the page with a name: the tour, and what a slide may show. */
(function () {
  "use strict";

  const Digits = (window.Digits = window.Digits || {});

  /**
   * @param {(filters: number, digit: number) => void} setUp begins anew with a digit on the pad
   * @returns {object[]} for Workshop.stage
   */
  Digits.tries = function (setUp) {
    return [
      {
        name: "learning", title: "Before training", set: () => setUp(8, 3),
        text: "On the pad is a held-out 3. How many digits has the network seen when it becomes confident?",
      },
      {
        name: "two-filters", title: "Two filters", set: () => setUp(2, 4),
        text: "Two filters instead of eight. What accuracy does it reach, and which digits does it confuse?",
      },
      {
        name: "seven", title: "Fool it", set: () => setUp(8, 7),
        text: "Wipe the pad; draw a 7 with a bar, a letter, a face. It always predicts a digit. Why can it not reject a " +
          "drawing?",
      },
    ];
  };
})();
