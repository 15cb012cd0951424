/**
 * "What to try": each experiment sets the form and says what to look for.
 */
(function () {
  "use strict";

  const Painting = (window.Painting = window.Painting || {});

  const USUAL = { layers: 4, width: 20, activation: "relu", inputs: "xy", rate: 0.01, method: "sgd" };

  Painting.experiments = [
    {
      name: "one-layer", title: "One layer against many",
      text: "A single hidden layer can only lay straight edges over each other. Then move the slider to four: " +
        "same idea, deeper, and the corners come.",
      picture: "fish", settings: { ...USUAL, layers: 1 },
    },
    {
      name: "too-fast", title: "Too fast",
      text: "At a learning rate of 0.1 every step overshoots: watch the painting flicker. Turn it down while it " +
        "runs. Then turn it up to 1.",
      picture: "sunset", settings: { ...USUAL, rate: 0.1 },
    },
    {
      name: "edges", title: "Hard edges, soft edges",
      text: "ReLU folds paper: straight creases. Switch to tanh: everything becomes smooth, like an airbrush. " +
        "Which suits the face?",
      picture: "face", settings: { ...USUAL, activation: "tanh", rate: 0.02 },
    },
    {
      name: "spiral", title: "The spiral",
      text: "From x and y alone a spiral takes a long time. Give the network waves of x and y too: it has less to " +
        "work out by itself. Good inputs can be worth more than depth.",
      picture: "spiral", settings: { ...USUAL, inputs: "waves" },
    },
    {
      name: "little", title: "How little is enough?",
      text: "Three neurons a layer. Guess first, then find the smallest network whose fish you would still " +
        "call a fish.",
      picture: "fish", settings: { ...USUAL, width: 3 },
    },
    {
      name: "fish", title: "The fish",
      text: "Four layers, and the usual rate. What comes first, edges or areas?",
      picture: "fish", settings: USUAL,
    },
    {
      name: "twenty-times", title: "Twenty times too fast",
      text: "At 0.2 it never comes to rest: each step throws the weights further than it should.",
      picture: "fish", settings: { ...USUAL, rate: 0.2 },
    },
    {
      name: "asleep", title: "Asleep",
      text: "Sigmoids in a deep stack: each layer makes the gradient smaller, and the first ones hardly learn. " +
        "This kept networks shallow for twenty years. Try RMSProp, then fewer layers.",
      picture: "flower", settings: { ...USUAL, activation: "sigmoid", layers: 6 },
    },
  ];

  /** @param {(experiment: object) => void} onTry */
  Painting.showExperiments = function (onTry) {
    const place = document.getElementById("experiments");
    for (const experiment of Painting.experiments) {
      const item = document.createElement("li");
      item.className = "card";
      const title = document.createElement("h3");
      title.textContent = experiment.title;
      const text = document.createElement("p");
      text.textContent = experiment.text;
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "button small", textContent: "Set it up" });
      button.setAttribute("aria-label", `Set it up: ${experiment.title}`);
      button.addEventListener("click", () => onTry(experiment));
      item.append(title, text, button);
      place.append(item);
    }
  };
})();
