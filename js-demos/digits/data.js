/** The digits, unpacked; and a drawing made into what MNIST's makers made of theirs. */
(function () {
  "use strict";

  const Digits = (window.Digits = window.Digits || {});
  const BOX = 20;
  const INK = 20;

  /** @returns {Promise<{train: object, test: object, side: number}>} pictures 0 … 255 and labels of both parts */
  Digits.unpack = async function ({ train, test, side, packed }) {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const all = new Uint8Array(await new Response(stream).arrayBuffer());
    const dots = side * side;
    const labels = (train + test) * dots;
    return {
      side,
      train: { count: train, pictures: all.subarray(0, train * dots), labels: all.subarray(labels, labels + train) },
      test: {
        count: test, pictures: all.subarray(train * dots, labels), labels: all.subarray(labels + train),
      },
    };
  };

  /** @returns {[number, number, number, number]} first and last row, first and last column with ink */
  function bounds(ink, side) {
    let [top, bottom, left, right] = [side, -1, side, -1];
    for (let i = 0; i < ink.length; i++) {
      if (ink[i] <= INK) continue;
      const [row, column] = [Math.floor(i / side), i % side];
      [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
      [left, right] = [Math.min(left, column), Math.max(right, column)];
    }
    return [top, bottom, left, right];
  }

  /**
   * Scale the ink to fit 20 × 20 dots and put its centre of mass into the middle of `side` × `side`.
   * @param {Uint8Array} ink a square drawing, 0 paper and 255 ink @param {number} side of the result
   * @returns {Uint8Array | null} null when nothing is drawn
   */
  Digits.asDigit = function (ink, side) {
    const from = Math.round(Math.sqrt(ink.length));
    const [top, bottom, left, right] = bounds(ink, from);
    if (bottom < 0) return null;
    const scale = BOX / Math.max(bottom - top + 1, right - left + 1);
    const height = Math.max(1, Math.round((bottom - top + 1) * scale));
    const width = Math.max(1, Math.round((right - left + 1) * scale));
    const small = shrink(ink, from, [top, left, bottom - top + 1, right - left + 1], [height, width]);
    const [startRow, startColumn] = [start(small, height, width, side, 0), start(small, height, width, side, 1)];
    const result = new Uint8Array(side * side);
    for (let r = 0; r < height; r++) {
      for (let c = 0; c < width; c++) result[(startRow + r) * side + startColumn + c] = small[r * width + c];
    }
    return result;
  };

  /** Each dot of the result is the mean of what it covers. */
  function shrink(ink, from, [top, left, tall, wide], [height, width]) {
    const small = new Float32Array(height * width);
    for (let r = 0; r < height; r++) {
      for (let c = 0; c < width; c++) {
        const rows = [Math.floor((r * tall) / height), Math.max(1, Math.ceil(((r + 1) * tall) / height))];
        const columns = [Math.floor((c * wide) / width), Math.max(1, Math.ceil(((c + 1) * wide) / width))];
        let sum = 0;
        let count = 0;
        for (let i = rows[0]; i < rows[1]; i++) {
          for (let j = columns[0]; j < columns[1]; j++, count++) sum += ink[(top + i) * from + left + j];
        }
        small[r * width + c] = sum / Math.max(1, count);
      }
    }
    return small;
  }

  /** @returns {number} where a line begins when its centre of mass is in the middle, kept inside */
  function start(small, height, width, side, axis) {
    let mass = 0;
    let moment = 0;
    small.forEach((value, i) => {
      mass += value;
      moment += value * ((axis ? i % width : Math.floor(i / width)) + 0.5);
    });
    const length = axis ? width : height;
    return Math.min(side - length, Math.max(0, Math.round(side / 2 - moment / mass)));
  }
})();
