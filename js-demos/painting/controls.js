/**
 * The form beside the painting: what is set, and what changes when somebody touches it.
 */
(function () {
  "use strict";

  const Painting = (window.Painting = window.Painting || {});
  const form = document.getElementById("settings");

  /** Settings that need a new network; all others only change how the present one learns. */
  const REBUILDS = new Set(["layers", "width", "activation", "inputs"]);

  /** @returns {object} what the form says, in the terms of Painting.Model */
  Painting.readSettings = function () {
    return {
      layers: Number(form.layers.value),
      width: Number(form.width.value),
      activation: form.elements.activation.value,
      inputs: form.elements.inputs.value,
      rate: Number((10 ** Number(form.rate.value)).toPrecision(2)),
      method: form.elements.method.value,
    };
  };

  /** Set some of the form's fields, in the terms of Painting.Model. */
  Painting.writeSettings = function (settings) {
    for (const [name, value] of Object.entries(settings)) {
      form.elements[name].value = name === "rate" ? Math.log10(value) : value;
    }
    Painting.showSettings();
  };

  /** Write the numbers beside the sliders. */
  Painting.showSettings = function () {
    const settings = Painting.readSettings();
    for (const name of ["layers", "width", "rate"]) {
      document.getElementById(`${name}-out`).value = settings[name];
    }
  };

  /**
   * @param {{onRebuild: () => void, onLearning: () => void}} events what changed: the network
   *   itself, or only how it learns
   */
  Painting.watchSettings = function (events) {
    form.addEventListener("input", (event) => {
      Painting.showSettings();
      if (REBUILDS.has(event.target.name || event.target.id)) events.onRebuild();
      else if (["rate", "method"].includes(event.target.name || event.target.id)) events.onLearning();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
  };

  /**
   * Show one thumbnail a picture.
   * @param {(name: string) => void} onChoose
   */
  Painting.showPictures = function (pictures, onChoose) {
    const place = document.getElementById("pictures");
    for (const picture of pictures) {
      const label = document.createElement("label");
      const input = document.createElement("input");
      Object.assign(input, { type: "radio", name: "picture", value: picture.name });
      input.setAttribute("aria-label", picture.title);
      label.title = picture.title;
      input.addEventListener("change", () => onChoose(picture.name));
      label.append(input, picture.canvas);
      place.append(label);
    }
  };

  /**
   * Take a picture from the file dialogue, from a drop anywhere on the page, or from the clipboard.
   * @param {(file: Blob) => void} onFile
   */
  Painting.watchOwnPictures = function (onFile) {
    const first = (files) => files && files.length && onFile(files[0]);
    const own = document.getElementById("own");
    own.addEventListener("change", () => {
      first(own.files);
      own.value = "";
    });
    document.addEventListener("paste", (event) => first(event.clipboardData.files));
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      document.body.classList.add("dropping");
    });
    document.addEventListener("dragleave", () => document.body.classList.remove("dropping"));
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      document.body.classList.remove("dropping");
      first(event.dataTransfer.files);
    });
  };
})();
