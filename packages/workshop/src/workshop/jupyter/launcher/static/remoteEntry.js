/**
 * The lessons of today's plan, on which JupyterLab opens, and the notebook "U for Upgrade": each has a tile in
 * the launcher and a command in the palette.
 *
 * JupyterLab loads prebuilt extensions through the container interface of module federation, two functions:
 * `init` gets the modules that Lab shares, `get` returns ours. That is little enough to need no build.
 */
(function () {
  "use strict";

  const NAME = "workshop-upgrade";
  const COMMAND = "workshop:upgrade";
  const LIST = "workshop:lessons";
  const NOTEBOOK = "9-tools/90-upgrade.ipynb";
  const ICON =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path class="jp-icon3" fill="#616161" ' +
    'd="M7 3v8a5 5 0 0 0 10 0V3h-2.5v8a2.5 2.5 0 0 1-5 0V3zM5 19h14v2H5z"/></svg>';
  const LIST_ICON =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path class="jp-icon3" fill="#616161" ' +
    'd="M3 5h3v3H3zm5 0h13v3H8zM3 11h3v3H3zm5 0h13v3H8zM3 17h3v3H3zm5 0h13v3H8z"/></svg>';
  const STYLE = `
    #${NAME}-lessons { background: var(--jp-layout-color1); color: var(--jp-ui-font-color1); overflow: auto; }
    #${NAME}-lessons main { max-width: 42rem; margin: 0 auto; padding: 1rem; font-size: 1rem; line-height: 1.5; }
    #${NAME}-lessons h1 { font-size: 1.5rem; margin: .5rem 0; }
    #${NAME}-lessons ol { list-style: none; margin: 0; padding: 0; }
    #${NAME}-lessons li { border-bottom: 1px solid var(--jp-border-color2); }
    #${NAME}-lessons li a { display: flex; flex-wrap: wrap; gap: 0 .6rem; padding: .6rem .2rem; color: inherit; }
    #${NAME}-lessons li a:hover { background: var(--jp-layout-color2); }
    #${NAME}-lessons strong { flex: 1 1 9rem; color: var(--jp-content-link-color); }
    #${NAME}-lessons .tick { width: 1.2rem; }
    #${NAME}-lessons a:focus-visible { outline: 2px solid var(--jp-brand-color1); outline-offset: -2px; }
  `;
  const START = /\/lab(\/workspaces\/[^/]+)?\/?$/;
  const NARROW = 700;
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

  function element(name, text, properties = {}) {
    return Object.assign(document.createElement(name), { textContent: text, ...properties });
  }

  /** @returns {Promise<{title: string, lessons: object[]}>} none where it is not known, as in Notebook 7 */
  async function lessons() {
    try {
      const base = JSON.parse(document.getElementById("jupyter-config-data").textContent).baseUrl;
      const answer = await fetch(`${base}workshop/api/lessons`, { cache: "no-store" });
      if (answer.ok) return await answer.json();
    } catch { /* then there is no list */ }
    return { title: "", lessons: [] };
  }

  /** Fill the list; a lesson opens in JupyterLab itself. */
  function fill(node, plan, open) {
    const list = document.createElement("ol");
    for (const lesson of plan.lessons) {
      const done = lesson.run === lesson.cells;
      const link = element("a", "", { href: "#" });
      const run = done ? "all cells run" : lesson.run ? `${lesson.run} of ${lesson.cells} cells run` : "";
      const minutes = lesson.minutes ? `${lesson.minutes} min` : "";
      link.append(
        element("span", done ? "✓" : "", { className: "tick", ariaHidden: "true" }),
        element("strong", lesson.title),
        element("span", [minutes, run].filter(Boolean).join(" · ")),
      );
      link.addEventListener("click", (event) => { event.preventDefault(); open(lesson.path); });
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    const main = document.createElement("main");
    main.append(element("h1", "Today's lessons"), element("p", plan.title), list);
    node.replaceChildren(element("style", STYLE), main);
  }

  /** Show the list, or bring the one that is shown up to date. */
  async function showLessons(app, Widget) {
    const id = `${NAME}-lessons`;
    const plan = await lessons();
    let widget = [...app.shell.widgets("main")].find((each) => each.id === id);
    if (!widget) {
      widget = new Widget();
      widget.id = id;
      widget.title.label = "Today's lessons";
      widget.title.closable = true;
      app.shell.add(widget, "main");
    }
    fill(widget.node, plan, (path) => app.commands.execute("docmanager:open", { path }));
    app.shell.activateById(id);
  }

  /** JupyterLab opens on the list unless it opens on something else. */
  async function beginWithLessons(app) {
    await app.restored;
    const plan = await lessons();
    const others = [...app.shell.widgets("main")].filter((each) => !each.id.startsWith("launcher"));
    if (!plan.lessons.length || others.length || !START.test(location.pathname)) return;
    // On a narrow screen the list of files would leave no room for this one.
    if (innerWidth < NARROW) app.shell.collapseLeft();
    app.commands.execute(LIST);
  }

  async function extension() {
    rememberTheWay();
    const [launching, palettes, looks, widgets] = await Promise.all([
      take("@jupyterlab/launcher"), take("@jupyterlab/apputils"), take("@jupyterlab/ui-components"),
      take("@lumino/widgets"),
    ]);
    const plugin = {
      id: `${NAME}:launcher`,
      description: "Opens today's lessons, and the notebook that brings the newest notebooks.",
      autoStart: true,
      optional: [launching && launching.ILauncher, palettes && palettes.ICommandPalette].filter(Boolean),
      activate: (app, ...found) => {
        app.commands.addCommand(COMMAND, {
          label: "U for Upgrade",
          caption: "Bring the newest notebooks, and keep every edit",
          icon: looks ? new looks.LabIcon({ name: COMMAND, svgstr: ICON }) : undefined,
          execute: () => app.commands.execute("docmanager:open", { path: NOTEBOOK }),
        });
        const commands = [COMMAND];
        // Notebook 7 shows one document a page, and no list.
        if (widgets && app.name === "JupyterLab") {
          app.commands.addCommand(LIST, {
            label: "Today's lessons",
            caption: "The lessons of today's plan, in their order",
            icon: looks ? new looks.LabIcon({ name: LIST, svgstr: LIST_ICON }) : undefined,
            execute: () => showLessons(app, widgets.Widget),
          });
          commands.unshift(LIST);
          beginWithLessons(app);
        }
        for (const place of found.filter(Boolean)) {
          commands.forEach((command, rank) => {
            if (typeof place.add === "function") place.add({ command, category: "Workshop", rank });
            else place.addItem({ command, category: "Workshop" });
          });
        }
      },
    };
    return () => ({ __esModule: true, default: plugin });
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = { init: (scope) => { shared = scope; }, get: extension };
})();
