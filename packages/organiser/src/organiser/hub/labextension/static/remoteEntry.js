/**
 * What the organiser says to all, as a notification of JupyterLab's, and the way back to the start page.
 *
 * JupyterLab loads prebuilt extensions through the container interface of module federation, two functions:
 * `init` gets the modules that Lab shares, `get` returns ours. That is little enough to need no build.
 */
(function () {
  "use strict";

  const NAME = "workshop-classroom";
  const COMMAND = "workshop:start-page";
  const EVERY_MS = 15000;
  const HEARD = "workshop-heard";
  let shared;

  /** @returns {Promise<object>} a module that JupyterLab shares, in the version that it loaded */
  async function take(name) {
    const versions = Object.values(shared[name] || {});
    const loaded = versions.find((each) => each.loaded) || versions[0];
    return loaded ? (await loaded.get())() : null;
  }

  /** @returns {string} the seat's path, with a slash at its end; empty where this is no seat */
  function base() {
    try {
      const { baseUrl } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
      return baseUrl.startsWith("/user/") ? baseUrl : "";
    } catch {
      return "";
    }
  }

  /** Ask once; a message that this browser has shown is not shown again. */
  async function ask(seat, tell) {
    try {
      const answer = await fetch(`${seat}workshop/api/message`, { cache: "no-store" });
      if (!answer.ok) return;
      const { id, text, own } = await answer.json();
      if (!text || localStorage.getItem(HEARD) === String(id)) return;
      localStorage.setItem(HEARD, String(id));
      tell(text, own);
    } catch { /* the seat's server is away just now */ }
  }

  async function extension() {
    const [looks, launching] = await Promise.all([take("@jupyterlab/apputils"), take("@jupyterlab/launcher")]);
    const plugin = {
      id: `${NAME}:messages`,
      description: "Shows what the organiser says to all seats.",
      autoStart: true,
      optional: [launching && launching.ILauncher].filter(Boolean),
      activate: (app, launcher) => {
        const seat = base();
        if (!seat) return;
        app.commands.addCommand(COMMAND, {
          label: "Start page",
          caption: "Demos, slides, TensorBoard, and the way home for your folder",
          execute: () => window.open(`${seat}workshop/`, "_blank"),
        });
        if (launcher) launcher.add({ command: COMMAND, category: "Workshop", rank: 1 });
        if (!looks) return;
        const tell = (text, own) => (own
          ? looks.Notification.error(text, { autoClose: false })
          : looks.Notification.info(`To all: ${text}`, { autoClose: false }));
        ask(seat, tell);
        setInterval(() => ask(seat, tell), EVERY_MS);
      },
    };
    return () => ({ __esModule: true, default: plugin });
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = { init: (scope) => { shared = scope; }, get: extension };
})();
