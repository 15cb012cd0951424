/** The form of the playground: read it, write it, and keep the numbers beside the sliders right. */
(function () {
  "use strict";

  const Playground = (window.Playground = window.Playground || {});
  const $ = (id) => document.getElementById(id);
  const MOST_LAYERS = 6;
  const MOST_NEURONS = 8;
  const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`).value;
  const power = (id) => 10 ** Number($(id).value);

  function showLayers(widths) {
    $("layers").replaceChildren(...widths.map((width, i) => {
      const label = Object.assign(document.createElement("label"), { textContent: `layer ${i + 1} ` });
      label.append(Object.assign(document.createElement("input"), {
        type: "number", min: 1, max: MOST_NEURONS, value: width, name: "width",
      }));
      return label;
    }));
    $("fewer").disabled = !widths.length;
    $("more").disabled = widths.length >= MOST_LAYERS;
  }

  /** @returns {number[]} the hidden layers' neurons; what was typed wrong becomes the nearest right number */
  function widths() {
    return [...document.querySelectorAll('input[name="width"]')].map((input) => {
      const width = Math.round(Number(input.value)) || 1;
      return Math.min(MOST_NEURONS, Math.max(1, width));
    });
  }

  /** @returns {object} everything that the form says */
  Playground.readSettings = function () {
    const features = [...document.querySelectorAll('input[name="feature"]:checked')].map((box) => box.value);
    return {
      shape: chosen("shape"), noise: Number($("noise").value), share: Number($("share").value),
      features: features.length ? features : ["x"], widths: widths(), activation: chosen("activation"),
      rate: power("rate"), batch: Number($("batch").value), method: chosen("method"),
      penalty: chosen("penalty"), strength: power("strength"),
    };
  };

  /** Write some settings into the form; those that are not named stay. */
  Playground.writeSettings = function (settings) {
    for (const name of ["shape", "activation", "method", "penalty"]) {
      if (name in settings) document.querySelector(`input[name="${name}"][value="${settings[name]}"]`).checked = true;
    }
    for (const name of ["noise", "share", "batch"]) if (name in settings) $(name).value = settings[name];
    for (const name of ["rate", "strength"]) if (name in settings) $(name).value = Math.log10(settings[name]);
    if (settings.features) {
      for (const box of document.querySelectorAll('input[name="feature"]')) {
        box.checked = settings.features.includes(box.value);
      }
    }
    if (settings.widths) showLayers(settings.widths);
    Playground.showNumbers();
  };

  Playground.showNumbers = function () {
    $("noise-out").textContent = $("noise").value;
    $("share-out").textContent = $("share").value;
    $("rate-out").textContent = power("rate").toPrecision(2);
    $("batch-out").textContent = $("batch").value;
    $("strength-out").textContent = power("strength").toPrecision(1);
  };

  /** @param {{onPoints: Function, onNetwork: Function, onLearning: Function, onView: Function}} handlers */
  Playground.watchSettings = function ({ onPoints, onNetwork, onLearning, onView }) {
    const kinds = [
      [["shape", "noise", "share"], onPoints],
      [["feature", "width", "activation"], onNetwork],
      [["rate", "batch", "method", "penalty", "strength"], onLearning],
      [["show-test", "sharp"], onView],
    ];
    $("settings").addEventListener("input", (event) => {
      Playground.showNumbers();
      const name = event.target.name || event.target.id;
      const found = kinds.find(([names]) => names.includes(name));
      if (found) found[1]();
    });
    $("settings").addEventListener("submit", (event) => event.preventDefault());
    $("more").addEventListener("click", () => { showLayers([...widths(), 4]); onNetwork(); });
    $("fewer").addEventListener("click", () => { showLayers(widths().slice(0, -1)); onNetwork(); });
  };

  Playground.buildForm = function () {
    $("features").append(...Object.entries(Playground.FEATURES).map(([name, { title }]) => {
      const label = document.createElement("label");
      const box = Object.assign(document.createElement("input"), {
        type: "checkbox", name: "feature", value: name, checked: name === "x" || name === "y",
      });
      label.append(box, title);
      return label;
    }));
    showLayers([4, 2]);
    Playground.showNumbers();
  };
})();
