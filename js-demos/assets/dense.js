/**
 * Dense networks for the demos: ConvNetJS trains them; reading one out over a whole plane is done here,
 * without its bookkeeping.
 */
(function () {
  "use strict";

  const Workshop = (window.Workshop = window.Workshop || {});

  const ACTIVATIONS = {
    linear: (z) => z,
    relu: (z) => (z > 0 ? z : 0),
    tanh: Math.tanh,
    sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  };

  /**
   * Make a network of dense layers that is trained on squared differences.
   * @param {number[]} widths inputs first, outputs last
   * @param {string} activation of the hidden layers
   * @returns {convnetjs.Net}
   */
  Workshop.dense = function (widths, activation) {
    const hidden = widths.slice(1, -1).map((width) => {
      const layer = { type: "fc", num_neurons: width };
      return activation === "linear" ? layer : { ...layer, activation };
    });
    const net = new convnetjs.Net();
    net.makeLayers([
      { type: "input", out_sx: 1, out_sy: 1, out_depth: widths[0] },
      ...hidden,
      { type: "regression", num_neurons: widths[widths.length - 1] },
    ]);
    return net;
  };

  /** @returns {{weights: Float64Array, biases: Float64Array, out: Float64Array}} a layer's numbers in a row */
  function copyLayer(layer) {
    const weights = new Float64Array(layer.out_depth * layer.num_inputs);
    layer.filters.forEach((filter, j) => weights.set(filter.w, j * layer.num_inputs));
    return { weights, biases: Float64Array.from(layer.biases.w), out: new Float64Array(layer.out_depth) };
  }

  /** Work out one layer's answers from those of the layer below. */
  function forward({ weights, biases, out }, below, f) {
    let at = 0;
    for (let j = 0; j < out.length; j++) {
      let z = biases[j];
      for (let d = 0; d < below.length; d++) z += weights[at++] * below[d];
      out[j] = f(z);
    }
  }

  /**
   * Keep a network as it is now, to be read out while the original goes on learning.
   * @param {convnetjs.Net} net @param {string} activation of its hidden layers
   * @returns {(inputs: Float64Array) => Float64Array[]} what every layer answers; the last one is the
   *   output. The arrays are used again for the next inputs.
   */
  Workshop.readOut = function (net, activation) {
    const layers = net.layers.filter((layer) => layer.layer_type === "fc").map(copyLayer);
    const outputs = layers.map((layer) => layer.out);
    return (inputs) => {
      let below = inputs;
      layers.forEach((layer, i) => {
        forward(layer, below, ACTIVATIONS[i < layers.length - 1 ? activation : "linear"]);
        below = layer.out;
      });
      return outputs;
    };
  };

  /**
   * A source of randomness that can be started again (mulberry32).
   * @param {number} seed a whole number
   * @returns {() => number} evenly spread, from 0 to less than 1
   */
  Workshop.random = function (seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = state;
      t = Math.imul(t ^ (t >>> 15), t | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  };
})();
