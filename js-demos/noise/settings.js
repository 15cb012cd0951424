/** The form of the page: read it, write it, and keep the numbers beside the sliders right. */
(function () {
  "use strict";

  const Noise = (window.Noise = window.Noise || {});
  const $ = (id) => document.getElementById(id);
  const SLIDERS = ["steps", "part", "guidance"];

  /** @returns {object} everything that the form says; part 0 is none */
  Noise.readSettings = function () {
    return {
      shape: document.querySelector('input[name="shape"]:checked').value, rate: 10 ** Number($("rate").value),
      ...Object.fromEntries(SLIDERS.map((id) => [id, Number($(id).value)])),
    };
  };

  /** Write some settings into the form; those that are not named stay. */
  Noise.writeSettings = function (settings) {
    if ("shape" in settings) document.querySelector(`input[name="shape"][value="${settings.shape}"]`).checked = true;
    if ("rate" in settings) $("rate").value = Math.log10(settings.rate);
    for (const id of SLIDERS) if (id in settings) $(id).value = settings[id];
    Noise.showNumbers();
  };

  /** Offer as many places as there are. */
  Noise.offerParts = function (count) {
    $("part").max = count;
    Noise.showNumbers();
  };

  Noise.showNumbers = function () {
    const { rate, steps, part, guidance } = Noise.readSettings();
    $("rate-out").textContent = rate.toPrecision(1);
    $("steps-out").textContent = steps;
    $("part-out").textContent = part || "any";
    $("guidance-out").textContent = guidance;
  };

  /** @param {{onShape: () => void, onLearning: () => void, onWay: () => void, onPicture: () => void}} handlers */
  Noise.watchSettings = function ({ onShape, onLearning, onWay, onPicture }) {
    $("settings").addEventListener("input", ({ target }) => {
      Noise.showNumbers();
      if (target.name === "shape") onShape();
      else if (target.id === "rate") onLearning();
      else if (SLIDERS.includes(target.id)) onWay(target.id);
      else onPicture();
    });
    $("settings").addEventListener("submit", (event) => event.preventDefault());
  };
})();
