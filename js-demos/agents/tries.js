/** States of the page with a name: the tour, and what a slide may show. */
(function () {
  "use strict";

  const Agents = (window.Agents = window.Agents || {});

  /**
   * @param {(which: string, map?: string, method?: string, speed?: number) => void} setUp begins anew
   * @returns {object[]} for Workshop.stage
   */
  Agents.tries = function (setUp) {
    return [
      {
        name: "backwards", title: "Worth flows backwards", set: () => setUp("grid", "rooms", "values"),
        text: "The goal is worth something first, then its neighbours, then theirs. When is the start told?",
      },
      {
        name: "walking", title: "It only walks", set: () => setUp("grid", "rooms", "walking", 2),
        text: "The same map without knowing it. How many steps does it walk before the arrows are as good?",
      },
      {
        name: "eyes", title: "From eyes to moves", set: () => setUp("world"),
        text: "No map and no squares: nine rays, a network, five moves. After a minute switch to watch.",
      },
      {
        name: "cliff", title: "The cliff", set: () => setUp("grid", "cliff", "walking", 1),
        text: "The best way runs along the edge, and costs whoever stumbles. What would a careful agent do?",
      },
    ];
  };
})();
