/**
 * The network that learns a picture: from where a dot is to which colour it has.
 * ConvNetJS trains it.
 */
(function () {
  "use strict";

  const Painting = (window.Painting = window.Painting || {});

  /** How each way of describing a dot turns (x, y), both −1 … 1, into the network's inputs. */
  const INPUTS = {
    xy: { size: 2, waves: 0 },
    waves: { size: 14, waves: 3 },
  };

  /** Colours are learned around zero, where a new network starts. */
  const MIDDLE = 0.5;
  const BATCH = 5;

  /**
   * Write the inputs for one dot: x and y, then sines and cosines of 1, 2 and 4 half waves.
   * @param {Float64Array} into as long as the inputs' size
   */
  function describe(inputs, x, y, into) {
    into[0] = x;
    into[1] = y;
    let at = 2;
    for (let k = 0; k < INPUTS[inputs].waves; k++) {
      const f = Math.PI * 2 ** k;
      into[at++] = Math.sin(f * x);
      into[at++] = Math.cos(f * x);
      into[at++] = Math.sin(f * y);
      into[at++] = Math.cos(f * y);
    }
  }

  class Model {
    /**
     * @param {{layers: number, width: number, activation: string, inputs: string, rate: number,
     *          method: string}} settings rate is the learning rate
     */
    constructor(settings) {
      this.settings = { ...settings };
      /** How many dots the network has been shown. */
      this.iterations = 0;
      this.point = new convnetjs.Vol(1, 1, INPUTS[settings.inputs].size, 0);
      this.net = Workshop.dense(this.widths, settings.activation);
      this.setLearning(settings.rate, settings.method);
    }

    /** Change how it learns; what it has learned stays. */
    setLearning(rate, method) {
      Object.assign(this.settings, { rate, method });
      if (this.trainer && this.trainer.method === method) {
        this.trainer.learning_rate = rate;
        return;
      }
      this.trainer = new convnetjs.Trainer(this.net, {
        learning_rate: rate, method, momentum: 0.9, ro: 0.99, batch_size: BATCH, l2_decay: 0,
      });
    }

    /** @returns {number[]} the width of every layer, inputs and colours included */
    get widths() {
      const { layers, width, inputs } = this.settings;
      return [INPUTS[inputs].size, ...Array(layers).fill(width), 3];
    }

    /** @returns {number} how many numbers the network learns */
    get weights() {
      return this.widths.slice(1).reduce((sum, n, i) => sum + n * (this.widths[i] + 1), 0);
    }

    /**
     * Learn from randomly chosen dots for some milliseconds.
     * @param {Float64Array} colours of a picture, red, green, blue, dot by dot
     */
    trainFor(milliseconds, colours) {
      const size = Painting.SIZE;
      const target = [0, 0, 0];
      const end = performance.now() + milliseconds;
      do {
        for (let n = 0; n < 50; n++) {
          const dot = Math.floor(Math.random() * size * size);
          this._describeDot(dot, this.point.w);
          for (let k = 0; k < 3; k++) target[k] = colours[3 * dot + k] - MIDDLE;
          this.trainer.train(this.point, target);
        }
        this.iterations += 50;
      } while (performance.now() < end);
    }

    /** Write the inputs for the dot with this number, counted row by row. */
    _describeDot(dot, into) {
      const size = Painting.SIZE;
      const x = (2 * (dot % size)) / (size - 1) - 1;
      const y = (2 * Math.floor(dot / size)) / (size - 1) - 1;
      describe(this.settings.inputs, x, y, into);
    }

    /**
     * Keep the network as it is now, to be read out while the original goes on learning.
     * @returns {(dot: number) => Float64Array[]} what every layer says about a dot; the last one is
     *   its colour. The arrays are used again for the next dot.
     */
    snapshot() {
      const read = Workshop.readOut(this.net, this.settings.activation);
      const inputs = new Float64Array(INPUTS[this.settings.inputs].size);
      return (dot) => {
        this._describeDot(dot, inputs);
        const outputs = read(inputs);
        const colour = outputs[outputs.length - 1];
        for (let k = 0; k < 3; k++) colour[k] += MIDDLE;
        return outputs;
      };
    }
  }

  Painting.Model = Model;
})();
