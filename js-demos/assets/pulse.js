/** What makes a demo move: one beat after the other while it runs, and none while nobody can see it. */
(function () {
  "use strict";

  const Workshop = (window.Workshop = window.Workshop || {});

  class Pulse {
    /**
     * @param {object} demo
     * @param {() => void} demo.beat what is done again and again; it takes some milliseconds
     * @param {() => void} demo.show draws where the demo stands
     * @param {() => number} [demo.every] milliseconds from one picture to the next; left out, the beat draws by itself
     * @param {() => number} [demo.wait] milliseconds from one beat to the next
     */
    constructor({ beat, show, every = () => Infinity, wait = () => 0 }) {
      Object.assign(this, { beat, show, every, wait, running: false, waiting: false, shownAt: -Infinity });
      document.addEventListener("visibilitychange", () => this._next());
    }

    start() {
      this.running = true;
      this._next();
    }

    /** What is seen when it stands still is where it stands, not what was drawn a moment before. */
    stop() {
      if (!this.running) return;
      this.running = false;
      this.show();
    }

    /** However often it is stopped and started, one beat is waited for, not several. */
    _next() {
      if (this.waiting || !this.running || document.hidden) return;
      this.waiting = true;
      setTimeout(() => {
        this.waiting = false;
        if (!this.running || document.hidden) return;
        this.beat();
        this._look();
        this._next();
      }, this.wait());
    }

    _look() {
      const now = performance.now();
      if (!this.running || now - this.shownAt < this.every()) return;
      this.shownAt = now;
      this.show();
    }
  }

  Workshop.Pulse = Pulse;
})();
