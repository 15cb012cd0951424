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
        name: "backwards", title: "Value propagates backwards", set: () => setUp("grid", "rooms", "values"),
        text: "First the goal has a value, then its neighbours, then their neighbours. When does the start have one?",
      },
      {
        name: "walking", title: "Without the map", set: () => setUp("grid", "rooms", "walking", 2),
        text: "The same map, but the agent must explore it. How many steps until the arrows are as good?",
      },
      {
        name: "eyes", title: "From eyes to moves", set: () => setUp("world"),
        text: "No map and no squares: nine rays, a network, five moves. After a minute switch to slow.",
      },
      {
        name: "cliff", title: "The cliff", set: () => setUp("grid", "cliff", "walking", 1),
        text: "The shortest path runs along the edge, where a random step is costly. What would a careful agent do?",
      },
    ];
  };
})();
