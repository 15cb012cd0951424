/** The shipped model: loaded as a script, unpacked, and checked. */
(function () {
  "use strict";

  const Tokens = (window.Tokens = window.Tokens || {});

  /** The number that 16 bits mean (IEEE 754's binary16), for all of them. */
  function halves() {
    const values = new Float32Array(65536);
    for (let bits = 0; bits < 65536; bits++) {
      const exponent = (bits >> 10) & 31;
      const fraction = (bits & 1023) / 1024;
      const size = exponent === 0 ? fraction * 2 ** -14
        : exponent === 31 ? (fraction ? NaN : Infinity)
          : (1 + fraction) * 2 ** (exponent - 15);
      values[bits] = bits & 0x8000 ? -size : size;
    }
    return values;
  }

  /**
   * @param {{shape: object, merges: number[][], packed: string}} data window.workshopLanguageModel
   * @returns {Promise<{shape: object, merges: number[][], weights: Float32Array}>}
   */
  Tokens.unpack = async function ({ shape, merges, packed }) {
    const letters = atob(packed);
    const bytes = new Uint8Array(letters.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
    // zlib's format ends with a checksum: a damaged file is refused here.
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const view = new DataView(await new Response(stream).arrayBuffer());
    if (view.byteLength !== 2 * Tokens.size(shape)) throw new Error("the number of weights is wrong");
    const values = halves();
    const weights = new Float32Array(view.byteLength / 2);
    for (let i = 0; i < weights.length; i++) weights[i] = values[view.getUint16(2 * i, true)];
    return { shape, merges, weights };
  };

  /** @returns {Promise<void>} when the script of this address has run */
  function loaded(address) {
    return new Promise((done, failed) => {
      const script = Object.assign(document.createElement("script"), { src: address });
      script.addEventListener("load", () => done());
      script.addEventListener("error", () => failed(new Error(`${address} is missing`)));
      document.head.append(script);
    });
  }

  /** @returns {Promise<{shape: object, merges: number[][], weights: Float32Array}>} what the build wrote beside the page */
  Tokens.load = async function (address) {
    await loaded(address);
    if (!window.workshopLanguageModel) throw new Error(`${address} is damaged`);
    try {
      return await Tokens.unpack(window.workshopLanguageModel);
    } catch {
      throw new Error(`${address} is damaged`);
    } finally {
      delete window.workshopLanguageModel;
    }
  };
})();
