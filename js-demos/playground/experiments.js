/** What to try: each button sets the form and starts. */
(function () {
  "use strict";

  const Playground = (window.Playground = window.Playground || {});

  const EXPERIMENTS = (Playground.experiments = [
    {
      name: "one-line", title: "One neuron, one line",
      text: "Without a hidden layer one line divides the plane. That is enough for the clusters, but not for the circle.",
      settings: { shape: "clouds", noise: 0.3, features: ["x", "y"], widths: [], activation: "tanh", rate: 0.01 },
    },
    {
      name: "circle", title: "Three neurons enclose a circle",
      text: "Three lines make a triangle. Which neuron draws which side? Remove one: what is left?",
      settings: { shape: "circle", noise: 0, features: ["x", "y"], widths: [3], activation: "tanh", rate: 0.03 },
    },
    {
      name: "feature", title: "The right feature",
      text: "With x² and y² as features the circle needs no hidden layer. Deep networks learn such features.",
      settings: { shape: "circle", noise: 0, features: ["xx", "yy"], widths: [], activation: "tanh", rate: 0.03 },
    },
    {
      name: "spiral", title: "The spiral",
      text: "The hardest shape: two layers of eight neurons; inputs x, y and their sines. Watch the test loss, not the picture.",
      settings: {
        // At three times the rate, or without the penalty, some runs learn the 200 points by heart.
        shape: "spiral", noise: 0, share: 200, features: ["x", "y", "sinx", "siny"], widths: [8, 8],
        activation: "tanh", rate: 0.01, batch: 10, method: "sgd", penalty: "l2", strength: 0.001,
      },
    },
    {
      name: "by-heart", title: "Overfitting",
      text: "40 noisy points, a large network: the training loss keeps falling, but the test loss rises again. Then try L2.",
      settings: {
        // At three times the rate the test loss has turned before one sees it fall.
        shape: "corners", noise: 1, share: 40, features: ["x", "y", "xx", "yy", "xy", "sinx", "siny"], widths: [8, 8, 8],
        activation: "relu", rate: 0.003, batch: 10, method: "sgd", penalty: "none",
      },
    },
    {
      name: "no-bend", title: "No activation function",
      text: "Four layers without activation functions still draw one straight line. So would a hundred layers.",
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
