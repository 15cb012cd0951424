/** The list of models: those of this machine with a link, the others with the command that fetches them. */
(function () {
  "use strict";

  const NO_SERVER = "This page needs the workshop's server: a page that was opened as a file may not read other files. " +
    "Open it from the start page of a machine with the workshop, at http://127.0.0.1:8082.";
  const NO_VIEWER = "Set-up could not download the viewer, Netron. With a network or a stick, run " +
    "“workshop data fetch netron” and “workshop web build”.";

  function say(text) {
    const fault = document.getElementById("fault");
    fault.textContent = text;
    fault.hidden = false;
  }

  /** @returns {HTMLElement} an element with a text */
  function element(name, text, attributes = {}) {
    return Object.assign(document.createElement(name), { textContent: text, ...attributes });
  }

  /** @returns {string} a size as people say it */
  function size(bytes) {
    return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
  }

  function card(model, viewer) {
    const item = element("li", "", { className: model.here ? "card" : "card absent", id: model.name });
    const format = model.address.split(".").pop().toUpperCase();
    item.append(
      element("h2", model.title),
      element("p", model.look),
      element("p", `${format}, ${size(model.bytes)} · lesson ${model.lesson} · ${model.credit} · ${model.licence}`,
        { className: "facts" }),
    );
    if (model.here && viewer) {
      item.append(element("a", "Look inside", { className: "button main", href: `view.html?model=${model.name}` }));
      item.lastChild.setAttribute("aria-label", `Look inside: ${model.title}`);
    } else if (!model.here) {
      item.append(element("p", `Not on this machine: workshop data fetch ${model.dataset}`, { className: "facts" }));
    }
    return item;
  }

  /** @returns {object[]} a state of the page for each model of this machine: its card is marked */
  function tries(models) {
    return models.map(({ name, title, look }) => ({
      name, title, text: look,
      set: () => {
        for (const marked of document.querySelectorAll(".marked")) marked.classList.remove("marked");
        const item = document.getElementById(name);
        item.classList.add("marked");
        item.scrollIntoView({ block: "nearest" });
      },
    }));
  }

  async function main() {
    if (!location.protocol.startsWith("http")) return say(NO_SERVER);
    const { viewer, models } = await (await fetch("../../api/models", { cache: "no-store" })).json();
    if (!viewer) say(NO_VIEWER);
    const ordered = [...models.filter((model) => model.here), ...models.filter((model) => !model.here)];
    document.getElementById("models").append(...ordered.map((model) => card(model, viewer)));
    Workshop.stage({ tries: tries(ordered) });
  }

  main().catch(() => say("The workshop's server does not answer; load this page again when it runs."));
})();
