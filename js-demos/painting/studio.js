/**
 * The studio: one picture, one network, and the loop that lets it learn without the page standing still.
 */
(function () {
  "use strict";

  const Painting = (window.Painting = window.Painting || {});

  /** Milliseconds of each frame; the rest of a frame belongs to the browser, also on a slow core. */
  const TRAIN = 20;
  const PAINT = 9;
  /** A mean squared error above this can only mean that the weights have run away. */
  const RUNAWAY = 100;

  class Studio {
    /**
     * @param {HTMLCanvasElement} canvas where the network paints
     * @param {{onLoss: (loss: number, studio: Studio) => void, onRunaway: () => void,
     *          onRestart: () => void}} events
     */
    constructor(canvas, events) {
      this.painter = new Painting.Painter(canvas);
      this.events = events;
      this.running = false;
      /** Whether the weights ran away; only a new network helps then. */
      this.lost = false;
      this.loss = NaN;
      this.frame = this.frame.bind(this);
    }

    /** Take another picture; the network keeps what it knows and has to learn anew on top of it. */
    show(picture) {
      this.picture = picture;
      if (this.model) this.restart();
    }

    /** Make a new network that knows nothing. */
    restart(settings = this.model.settings) {
      this.model = new Painting.Model(settings);
      this.painter.start(this.model, this.picture.colours);
      this.lost = false;
      this.loss = NaN;
      this.events.onRestart();
      this.start();
    }

    start() {
      if (this.running) return;
      this.running = true;
      this.frameToCome = requestAnimationFrame(this.frame);
    }

    /** The frame that was asked for is not awaited: who starts again before it would have two at a time. */
    stop() {
      this.running = false;
      cancelAnimationFrame(this.frameToCome);
    }

    frame() {
      this.model.trainFor(TRAIN, this.picture.colours);
      const loss = this.painter.paintFor(PAINT);
      if (loss !== null) this._judge(loss);
      if (this.running) this.frameToCome = requestAnimationFrame(this.frame);
    }

    _judge(loss) {
      this.loss = loss;
      if (!(loss < RUNAWAY)) {
        this.lost = true;
        this.stop();
        this.events.onRunaway();
        return;
      }
      this.events.onLoss(loss, this);
    }
  }

  Painting.Studio = Studio;
})();
