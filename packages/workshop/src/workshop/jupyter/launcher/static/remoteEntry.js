/**
 * A tile in JupyterLab's launcher, and a command in its palette, that open the notebook "U for Upgrade".
 *
 * JupyterLab loads prebuilt extensions through the container interface of module federation, two functions:
 * `init` gets the modules that Lab shares, `get` returns ours. That is little enough to need no build.
 */
(function () {
  "use strict";

  const NAME = "workshop-upgrade";
  const COMMAND = "workshop:upgrade";
  const NOTEBOOK = "9-tools/90-upgrade.ipynb";
  const ICON =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path class="jp-icon3" fill="#616161" ' +
    'd="M7 3v8a5 5 0 0 0 10 0V3h-2.5v8a2.5 2.5 0 0 1-5 0V3zM5 19h14v2H5z"/></svg>';
  const WAY = "workshop-base";
  let shared;

  /** Write down where Jupyter's pages are, for the page that asks for the token (workshop/jupyter/gate.py). */
  function rememberTheWay() {
    try {
      const config = JSON.parse(document.getElementById("jupyter-config-data").textContent);
      if (config.baseUrl && config.baseUrl !== "/") localStorage.setItem(WAY, config.baseUrl);
    } catch { /* without it that page asks once more */ }
  }

  /** @returns {Promise<object>} a module that JupyterLab shares, in the version that it loaded */
  async function take(name) {
    const versions = Object.values(shared[name] || {});
    const loaded = versions.find((each) => each.loaded) || versions[0];
    return loaded ? (await loaded.get())() : null;
  }

  async function extension() {
    rememberTheWay();
    const [launching, palettes, looks] = await Promise.all([
      take("@jupyterlab/launcher"), take("@jupyterlab/apputils"), take("@jupyterlab/ui-components"),
    ]);
    const plugin = {
      id: `${NAME}:launcher`,
      description: "Opens the notebook that brings the newest notebooks.",
      autoStart: true,
      optional: [launching && launching.ILauncher, palettes && palettes.ICommandPalette].filter(Boolean),
      activate: (app, ...found) => {
        app.commands.addCommand(COMMAND, {
          label: "U for Upgrade",
          caption: "Bring the newest notebooks, and keep every edit",
          icon: looks ? new looks.LabIcon({ name: COMMAND, svgstr: ICON }) : undefined,
          execute: () => app.commands.execute("docmanager:open", { path: NOTEBOOK }),
        });
        for (const place of found.filter(Boolean)) {
          if (typeof place.add === "function") place.add({ command: COMMAND, category: "Workshop", rank: 0 });
          else place.addItem({ command: COMMAND, category: "Workshop" });
        }
      },
    };
    return () => ({ __esModule: true, default: plugin });
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = { init: (scope) => { shared = scope; }, get: extension };
})();
