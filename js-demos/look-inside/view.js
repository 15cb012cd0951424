/** One model in the viewer, and above it what to look for; without a name, the viewer waits for a file. */
(function () {
  "use strict";

  const VIEWER = "../vendor/netron/index.html";
  const OWN = "Drop a model onto the page below, or choose one. It stays on this machine.";

  function say(text) {
    const fault = document.getElementById("fault");
    fault.textContent = text;
    fault.hidden = false;
  }

  /** @returns {string} where the viewer shows this model */
  function viewerFor(model) {
    const words = new URLSearchParams({ url: model.address, identifier: model.address.split("/").pop() });
    return `${VIEWER}?${words}`;
  }

  /** Show the viewer; the sentence above it begins with a word in colour. */
  function show(title, words, address) {
    document.title = title;
    document.querySelector("h1").textContent = title;
    const look = document.getElementById("look");
    look.append(Object.assign(document.createElement("b"), { textContent: "Look: " }), words);
    const graph = document.getElementById("graph");
    graph.src = address;
    look.hidden = false;
    graph.hidden = false;
  }

  async function main() {
    if (!location.protocol.startsWith("http")) {
      return say("Graphs need the workshop's own server; a page that was opened as a file may not read other files.");
    }
    const { viewer, models } = await (await fetch("../../api/models", { cache: "no-store" })).json();
    const name = new URLSearchParams(location.search).get("model");
    const model = models.find((each) => each.name === name);
    if (!viewer) return say("The viewer is not on this machine: workshop data fetch netron, then workshop web build.");
    if (!name) return show("A model of your own", OWN, VIEWER);
    if (!model) return say(`There is no model ${name}; see the list of models.`);
    if (!model.here) return say(`This model is not on this machine: workshop data fetch ${model.dataset}`);
    return show(model.title, model.look, viewerFor(model));
  }

  main().catch(() => say("The workshop's server does not answer; load this page again when it runs."));
})();
