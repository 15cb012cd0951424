/** States of the page with a name: the tour, what to try, and what a slide may show. */
(function () {
  "use strict";

  const Noise = (window.Noise = window.Noise || {});

  const PLAIN = { shape: "ring", rate: 0.005, steps: 30, part: 0, guidance: 1 };

  Noise.TRIES = [
    {
      name: "there-and-back", title: "There and back", settings: PLAIN,
      text: "Points dissolve into noise, and come back along what the network has learned so far: first to the middle, later " +
        "to the real ones. The number says how near they come.",
    },
    {
      name: "one-leap", title: "Few steps", settings: { ...PLAIN, steps: 3 },
      text: "Three steps instead of thirty. The field is right only for small steps: where do the points land?",
    },
    {
      name: "guided", title: "Lead them", settings: { ...PLAIN, part: 3, guidance: 2 },
      text: "The same noise, led to the place at the top. Guidance 0 leads nowhere, 1 as it was learned, 4 exaggerates: " +
        "what happens to the spread?",
    },
    {
      name: "clusters", title: "Who goes where?", settings: { ...PLAIN, shape: "clusters" },
      text: "Stop half-way, and move the step to and fro. From which step on is it settled in which cluster a point ends?",
    },
    {
      name: "own", title: "Your own drawing", settings: { ...PLAIN, shape: "own" },
      text: "Draw with mouse or finger. Does it learn your points by heart, or what lies between them?",
    },
  ];
})();
