/**
 * "What to try": each experiment sets the form and says what to look for.
 */
(function () {
  "use strict";

  const Painting = (window.Painting = window.Painting || {});

  const USUAL = { layers: 4, width: 20, activation: "relu", inputs: "xy", rate: 0.01, method: "sgd" };

  Painting.experiments = [
    {
      name: "one-layer", title: "One layer or many",
      text: "A single hidden layer can only overlay straight edges. Move the slider to four layers, and the network " +
        "learns corners.",
      picture: "fish", settings: { ...USUAL, layers: 1 },
    },
    {
      name: "too-fast", title: "Learning rate too high",
      text: "At a learning rate of 0.1 every step overshoots: watch the image flicker. Lower the rate during " +
        "training. Then raise it to 1.",
      picture: "sunset", settings: { ...USUAL, rate: 0.1 },
    },
    {
      name: "edges", title: "Hard edges, soft edges",
      text: "ReLU makes straight creases, like folded paper; tanh makes smooth transitions, like an airbrush. Switch " +
        "between them. Which suits the face?",
      picture: "face", settings: { ...USUAL, activation: "tanh", rate: 0.02 },
    },
    {
      name: "spiral", title: "The spiral",
      text: "From x and y alone the network learns a spiral slowly. With sines of x and y as further inputs it learns " +
        "faster. Good inputs can matter more than depth.",
      picture: "spiral", settings: { ...USUAL, inputs: "waves" },
    },
    {
      name: "little", title: "How little is enough?",
      text: "Three neurons per layer. Guess first, then find the smallest network whose output you still recognise " +
        "as a fish.",
      picture: "fish", settings: { ...USUAL, width: 3 },
    },
    {
      name: "fish", title: "The fish",
      text: "Four layers and the usual learning rate. What does the network learn first, edges or areas?",
      picture: "fish", settings: USUAL,
    },
    {
      name: "twenty-times", title: "A rate twenty times too high",
      text: "At a learning rate of 0.2 training never converges: each step overshoots.",
      picture: "fish", settings: { ...USUAL, rate: 0.2 },
    },
    {
      name: "asleep", title: "Vanishing gradients",
      text: "Six layers of sigmoids: each layer makes the gradient smaller, so the first layers hardly learn. " +
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
