/** States of the page with a name: the tour, what to try, and what a slide may show. */
(function () {
  "use strict";

  const Noise = (window.Noise = window.Noise || {});

  const PLAIN = { shape: "ring", rate: 0.005, steps: 30, part: 0, guidance: 1 };

  Noise.TRIES = [
    {
      name: "there-and-back", title: "To noise and back", settings: PLAIN,
      text: "Points dissolve into noise and return along the field that the network has learned so far: at first to the centre, " +
        "later to the real points. The number is their distance to the real points.",
    },
    {
      name: "one-leap", title: "Few steps", settings: { ...PLAIN, steps: 3 },
      text: "Three steps instead of thirty. The field is accurate only for small steps: where do the points end up?",
    },
    {
      name: "guided", title: "Guidance", settings: { ...PLAIN, part: 3, guidance: 2 },
      text: "The same noise, with the cluster at the top as the class. Guidance 0 ignores the class, 1 uses it as learned, " +
        "4 amplifies it: what happens to the spread?",
    },
    {
      name: "clusters", title: "When is it decided?", settings: { ...PLAIN, shape: "clusters" },
      text: "Stop half-way and move the step slider back and forth. At which step is it decided in which cluster a point will end up?",
    },
    {
      name: "own", title: "Your own drawing", settings: { ...PLAIN, shape: "own" },
      text: "Draw with mouse or finger. Does the network memorise your points, or does it fill the gaps between them?",
    },
  ];
})();
