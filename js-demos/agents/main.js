/** Puts the page together: two worlds behind two buttons, one set of controls; and the keys. */
(function () {
  "use strict";

  const Agents = window.Agents;
  const $ = (id) => document.getElementById(id);

  function say(text) {
    $("fault").textContent = text;
    $("fault").hidden = !text;
  }

  function main() {
    let grid = null;
    let world = null;
    const chosen = () => document.querySelector('input[name="which"]:checked').value;
    const lab = () => (chosen() === "grid" ? grid : world);

    function showRunning() {
      if (lab()) $("run").textContent = lab().running ? "Pause" : "Go";
    }

    function toggle() {
      if (lab().running) lab().stop();
      else lab().start();
    }

    function step() {
      lab().stop();
      lab().step();
      lab().show();
    }

    function showWhich() {
      for (const each of [grid, world]) each.stop();
      for (const part of document.querySelectorAll("[data-which]")) part.hidden = part.dataset.which !== chosen();
      showRunning();
      lab().show();
    }

    function showNumbers() {
      for (const id of ["discount", "explore", "q-rate"]) $(`${id}-out`).textContent = $(id).value;
      $("speed-out").textContent = ["slow", "steps", "quick", "maximum"][Number($("speed").value)];
    }

    grid = new Agents.GridLab(showRunning);
    world = new Agents.WorldLab(showRunning);
    window.workshopDemo = {
      name: "agents",
      get running() { return lab().running; },
      get path() { return grid.path(); },
      get policy() { return grid.policy(); },
      get settled() { return grid.settled; },
      get rewards() { return world.history.slice(); },
      get steps() { return chosen() === "grid" ? grid.mind.steps || grid.mind.sweeps || 0 : world.learner.steps; },
    };

    for (const radio of document.querySelectorAll('input[name="which"]')) radio.addEventListener("change", showWhich);
    for (const radio of document.querySelectorAll('input[name="map"]')) {
      radio.addEventListener("change", () => grid.load(radio.value));
    }
    for (const radio of document.querySelectorAll('input[name="method"]')) {
      radio.addEventListener("change", () => grid.restart());
    }
    $("settings").addEventListener("input", () => { showNumbers(); lab().show(); });
    $("settings").addEventListener("submit", (event) => event.preventDefault());
    $("run").addEventListener("click", toggle);
    $("step").addEventListener("click", step);
    $("reset").addEventListener("click", () => lab().restart());
    $("restore").addEventListener("click", () => grid.load(grid.map));
    Workshop.watchKeys({ " ": toggle, s: step, r: () => lab().restart() });
    document.addEventListener("workshop-theme", () => lab().show());
    window.addEventListener("resize", () => lab().show());
    /** Show one of the two worlds; of the squares also the map, how it learns, and how fast it walks. */
    function setUp(which, map = "rooms", method = "values", speed = 2) {
      document.querySelector(`input[name="which"][value="${which}"]`).checked = true;
      document.querySelector(`input[name="map"][value="${map}"]`).checked = true;
      document.querySelector(`input[name="method"][value="${method}"]`).checked = true;
      $("speed").value = speed;
      showNumbers();
      showWhich();
      if (which === "grid") grid.load(map);
      else world.restart();
    }

    showNumbers();
    showWhich();
    Workshop.stage({
      tries: Agents.tries(setUp),
      start: () => lab().start(), stop: () => lab().stop(), running: () => lab().running,
    });
  }

  if (typeof convnetjs === "undefined") {
    say("This page needs the library ConvNetJS, which set-up could not download. Run set-up again with a network or " +
      "a stick. Everything else works without it.");
  } else {
    main();
  }
})();
