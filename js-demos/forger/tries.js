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
      name: "game", title: "Two networks, one game", settings: FAIR,
      text: "Blue points are generated, orange ones are real. The background shows the discriminator's output, the " +
        "arrows its gradient. How many of the eight clusters are covered, and after how many rounds?",
    },
    {
      name: "collapse", title: "Mode collapse", settings: { ...FAIR, ...COLLAPSE },
      text: "The generator takes ten steps for each step of a slow discriminator. All points run to the cluster with the " +
        "highest output, then to the next. The count shows it; do the losses?",
    },
    {
      name: "remedy", title: "A remedy", settings: { ...FAIR, ...COLLAPSE }, then: { after: 120, settings: REMEDY },
      text: "First it collapses. Then the discriminator learns faster than the generator and gets a gradient penalty " +
        "(R1). How many rounds until all clusters are covered again?",
    },
    {
      name: "average", title: "Averaged weights", settings: { ...FAIR, averaged: true },
      text: "Each update of the generator overshoots, and the next one corrects it. The moving average of the weights " +
        "is steadier. Switch it on and off during training.",
    },
    {
      name: "clusters", title: "Two clusters, one line", settings: { ...FAIR, shape: "clusters" },
      text: "The generator can bend the noise but not tear it. What lies between the two clusters?",
    },
    {
      name: "own", title: "Your own drawing", settings: { ...FAIR, shape: "own" },
      text: "Draw with mouse or finger, then press Play. Which corners does the generator reach last?",
    },
  ];

  Object.assign(Forger, { TRIES, COLLAPSE, REMEDY });
})();
