/** The network of the playground: from a point, described by features, to orange (+1) or blue (−1). */
(function () {
  "use strict";

  const Playground = (window.Playground = window.Playground || {});

  /** What the network may be told of a point; each is about −1 … 1 over the picture. */
  const FEATURES = {
    x: { title: "x", of: (x) => x / 3 },
    y: { title: "y", of: (_, y) => y / 3 },
    xx: { title: "x²", of: (x) => (x * x) / 9 },
    yy: { title: "y²", of: (_, y) => (y * y) / 9 },
    xy: { title: "xy", of: (x, y) => (x * y) / 9 },
    sinx: { title: "sin x", of: (x) => Math.sin(x) },
    siny: { title: "sin y", of: (_, y) => Math.sin(y) },
  };

  class Model {
    /**
     * @param {{features: string[], widths: number[], activation: string, rate: number, method: string,
     *          batch: number, penalty: string, strength: number}} settings widths are those of the
     *          hidden layers; penalty is none, l1 or l2
     */
    constructor(settings) {
      this.settings = { ...settings };
      this.features = settings.features.map((name) => FEATURES[name].of);
      /** How many points the network has been shown. */
      this.seen = 0;
      this.point = new convnetjs.Vol(1, 1, this.features.length, 0);
      this.net = Workshop.dense([this.features.length, ...settings.widths, 1], settings.activation);
      this.setLearning(settings);
    }

    /** Change how it learns; what it has learned stays. */
    setLearning({ rate, method, batch, penalty, strength }) {
      Object.assign(this.settings, { rate, method, batch, penalty, strength });
      const decay = {
        l1_decay: penalty === "l1" ? strength : 0,
        l2_decay: penalty === "l2" ? strength : 0,
      };
      if (this.trainer && this.trainer.method === method) {
        Object.assign(this.trainer, { learning_rate: rate, batch_size: batch, ...decay });
        return;
      }
      this.trainer = new convnetjs.Trainer(this.net, {
        learning_rate: rate, method, momentum: 0.9, ro: 0.99, batch_size: batch, ...decay,
      });
    }

    /** Learn from the points in turn for some milliseconds. */
    trainFor(milliseconds, points) {
      const end = performance.now() + milliseconds;
      do {
        for (let n = 0; n < 20; n++) {
          const point = points[this.seen % points.length];
          this._describe(point.x, point.y, this.point.w);
          this.trainer.train(this.point, [point.label]);
          this.seen++;
        }
      } while (performance.now() < end);
    }

    _describe(x, y, into) {
      this.features.forEach((feature, i) => { into[i] = feature(x, y); });
    }

    /** @returns {(x: number, y: number) => Float64Array[]} what every layer answers, the output last */
    snapshot() {
      const read = Workshop.readOut(this.net, this.settings.activation);
      const inputs = new Float64Array(this.features.length);
      return (x, y) => {
        this._describe(x, y, inputs);
        return read(inputs);
      };
    }

    /** @returns {number} half the mean squared difference over the points */
    loss(points) {
      const read = this.snapshot();
      let sum = 0;
      for (const { x, y, label } of points) {
        const layers = read(x, y);
        sum += (layers[layers.length - 1][0] - label) ** 2;
      }
      return points.length ? sum / points.length / 2 : NaN;
    }

    /** @returns {Float64Array[][]} the weights that lead into each layer: layer, neuron, from where */
    weights() {
      return this.net.layers.filter((layer) => layer.layer_type === "fc")
        .map((layer) => layer.filters.map((filter) => filter.w));
    }
  }

  Playground.FEATURES = FEATURES;
  Playground.Model = Model;
})();
