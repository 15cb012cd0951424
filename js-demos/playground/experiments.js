/** What to try: each button sets the form and starts. */
(function () {
  "use strict";

  const Playground = (window.Playground = window.Playground || {});

  const EXPERIMENTS = (Playground.experiments = [
    {
      name: "one-line", title: "One neuron, one line",
      text: "Without a hidden layer the plane can only be cut by one line. For the clouds that is enough; for the circle, never.",
      settings: { shape: "clouds", noise: 0.3, features: ["x", "y"], widths: [], activation: "tanh", rate: 0.01 },
    },
    {
      name: "circle", title: "Three neurons close a circle",
      text: "Three lines make a triangle. Which neuron draws which side? Take one away: what is left?",
      settings: { shape: "circle", noise: 0, features: ["x", "y"], widths: [3], activation: "tanh", rate: 0.03 },
    },
    {
      name: "feature", title: "The right feature",
      text: "Give it x² and y², and the circle needs no hidden layer at all. Deep networks find such features by themselves.",
      settings: { shape: "circle", noise: 0, features: ["xx", "yy"], widths: [], activation: "tanh", rate: 0.03 },
    },
    {
      name: "spiral", title: "The spiral",
      text: "The hard one: two layers of eight, told only x and y and their sines. Watch the test loss, not the picture.",
      settings: {
        // At three times the rate, or without the penalty, some runs learn the 200 points by heart.
        shape: "spiral", noise: 0, share: 200, features: ["x", "y", "sinx", "siny"], widths: [8, 8],
        activation: "tanh", rate: 0.01, batch: 10, method: "sgd", penalty: "l2", strength: 0.001,
      },
    },
    {
      name: "by-heart", title: "Learning by heart",
      text: "40 noisy points, a large network: the train loss goes on falling, the test loss turns and rises. Then try L2.",
      settings: {
        // At three times the rate the test loss has turned before one sees it fall.
        shape: "corners", noise: 1, share: 40, features: ["x", "y", "xx", "yy", "xy", "sinx", "siny"], widths: [8, 8, 8],
        activation: "relu", rate: 0.003, batch: 10, method: "sgd", penalty: "none",
      },
    },
    {
      name: "no-bend", title: "Without a bend",
      text: "Four layers, no activation: still one straight line. A hundred layers would be one, too.",
      settings: { shape: "corners", noise: 0, features: ["x", "y"], widths: [4, 4, 4, 4], activation: "linear", rate: 0.01 },
    },
  ]);

  /** @param {(settings: object) => void} run */
  Playground.showExperiments = function (run) {
    const items = EXPERIMENTS.map(({ title, text, settings }) => {
      const item = Object.assign(document.createElement("li"), { className: "card" });
      const button = Object.assign(document.createElement("button"), {
        type: "button", className: "button", textContent: "Try it",
      });
      button.setAttribute("aria-label", `Try it: ${title}`);
      button.addEventListener("click", () => run(settings));
      item.append(
        Object.assign(document.createElement("h3"), { textContent: title }),
        Object.assign(document.createElement("p"), { textContent: text }),
        button,
      );
      return item;
    });
    document.getElementById("experiments").append(...items);
  };
})();
