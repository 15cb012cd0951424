/** States of the page with a name: the tour, what to try, and what a slide may show. */
(function () {
  "use strict";

  const Forger = (window.Forger = window.Forger || {});

  /** A fair game, and what is changed in it. */
  const FAIR = { shape: "ring", turns: 1, forgerRate: 0.003, detectiveRate: 0.003, flat: false, averaged: false };
  /** The forger chases a detective that hardly learns: all its points run to the place that is believed most. */
  const COLLAPSE = { turns: 10, forgerRate: 0.003, detectiveRate: 0.0005, flat: false, averaged: false };
  /** Two rates, the detective's the quicker one, and a detective that pays for being steep. */
  const REMEDY = { turns: 1, forgerRate: 0.002, detectiveRate: 0.003, flat: true };

  const TRIES = [
    {
      name: "game", title: "Neither is told what is right", settings: FAIR,
      text: "Blue points are forged, orange ones are real. The ground is what the detective believes, the arrows are " +
        "where the forger is pulled. How many of the eight places are covered, and after how many rounds?",
    },
    {
      name: "collapse", title: "Collapse", settings: { ...FAIR, ...COLLAPSE },
      text: "The forger has ten turns for each one of a slow detective. All points run to the place that is believed " +
        "most, and on to the next. The count says so; do the losses?",
    },
    {
      name: "remedy", title: "A remedy", settings: { ...FAIR, ...COLLAPSE }, then: { after: 120, settings: REMEDY },
      text: "It collapses first; then the detective learns faster than the forger, and pays for being steep (R1). " +
        "How many rounds until all places are covered again?",
    },
    {
      name: "average", title: "The mean of many forgers", settings: { ...FAIR, averaged: true },
      text: "Each forger overshoots, and the next one corrects it. The mean of their weights does neither. Switch it on " +
        "and off while it learns.",
    },
    {
      name: "clusters", title: "Two clusters, one line", settings: { ...FAIR, shape: "clusters" },
      text: "The forger bends one cloud of noise, and cannot tear it. What lies between the two clusters?",
    },
    {
      name: "own", title: "Your own drawing", settings: { ...FAIR, shape: "own" },
      text: "Draw with mouse or finger, then let them play. Which corners does the forger find last?",
    },
  ];

  Object.assign(Forger, { TRIES, COLLAPSE, REMEDY });
})();
