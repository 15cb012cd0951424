/** What makes a demo move: one beat after the other while it runs, and none while nobody can see it. */
(function () {
  "use strict";

  const Workshop = (window.Workshop = window.Workshop || {});

  class Pulse {
    /** @param {() => void} beat what is done again and again; it takes some milliseconds */
    constructor(beat) {
      Object.assign(this, { beat, running: false, waiting: false });
      document.addEventListener("visibilitychange", () => this._next());
    }

    start() {
      this.running = true;
      this._next();
    }

    stop() {
      this.running = false;
    }

    _next() {
      if (this.waiting || !this.running || document.hidden) return;
      this.waiting = true;
      setTimeout(() => {
        this.waiting = false;
        if (!this.running || document.hidden) return;
        this.beat();
        this._next();
      }, 0);
    }
  }

  Workshop.Pulse = Pulse;
})();
