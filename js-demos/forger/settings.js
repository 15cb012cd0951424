/** The form of the page: read it, write it, and keep the numbers beside the sliders right. */
(function () {
  "use strict";

  const Forger = (window.Forger = window.Forger || {});
  const $ = (id) => document.getElementById(id);
  const power = (id) => 10 ** Number($(id).value);
  const RATES = { forgerRate: "forger-rate", detectiveRate: "detective-rate" };
  const BOXES = ["flat", "averaged"];

  /** @returns {object} everything that the form says */
  Forger.readSettings = function () {
    return {
      shape: document.querySelector('input[name="shape"]:checked').value, turns: Number($("turns").value),
      forgerRate: power("forger-rate"), detectiveRate: power("detective-rate"),
      flat: $("flat").checked, averaged: $("averaged").checked,
    };
  };

  /** Write some settings into the form; those that are not named stay. */
  Forger.writeSettings = function (settings) {
    if ("shape" in settings) document.querySelector(`input[name="shape"][value="${settings.shape}"]`).checked = true;
    if ("turns" in settings) $("turns").value = settings.turns;
    for (const [name, id] of Object.entries(RATES)) if (name in settings) $(id).value = Math.log10(settings[name]);
    for (const name of BOXES) if (name in settings) $(name).checked = settings[name];
    Forger.showNumbers();
  };

  Forger.showNumbers = function () {
    $("turns-out").textContent = $("turns").value;
    for (const id of Object.values(RATES)) $(`${id}-out`).textContent = power(id).toPrecision(1);
  };

  /** @param {{onShape: () => void, onLearning: () => void, onPicture: () => void}} handlers */
  Forger.watchSettings = function ({ onShape, onLearning, onPicture }) {
    $("settings").addEventListener("input", ({ target }) => {
      Forger.showNumbers();
      if (target.name === "shape") onShape();
      else if (target.id === "arrows" || target.id === "belief") onPicture();
      else onLearning();
    });
    $("settings").addEventListener("submit", (event) => event.preventDefault());
  };
})();
