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
        name: "learning", title: "Before it has learned", set: () => setUp(8, 3),
        text: "A 3 that it never sees is on the pad. How many digits has it seen when the bars are sure?",
      },
      {
        name: "two-filters", title: "Two filters", set: () => setUp(2, 4),
        text: "Two filters instead of eight. How far does it come, and which digits does it confuse?",
      },
      {
        name: "seven", title: "Deceive it", set: () => setUp(8, 7),
        text: "Wipe the pad; draw a 7 with a bar, a letter, a face. It always answers: who told it that there is " +
          "anything but digits?",
      },
    ];
  };
})();
