/**
 * The pictures to learn: drawn here by code, or the participant's own.
 * Every picture becomes a square of SIZE × SIZE dots, as numbers between 0 and 1.
 */
(function () {
  "use strict";

  const Painting = (window.Painting = window.Painting || {});
  const SIZE = 120;

  /** Fill a circle. */
  function disc(c, x, y, r, colour) {
    c.fillStyle = colour;
    c.beginPath();
    c.arc(x, y, r, 0, 2 * Math.PI);
    c.fill();
  }

  /** Fill a closed line through the given points, [x, y, x, y, …]. */
  function shape(c, colour, points) {
    c.fillStyle = colour;
    c.beginPath();
    for (let i = 0; i < points.length; i += 2) c.lineTo(points[i], points[i + 1]);
    c.fill();
  }

  /** Fill the picture from top to bottom with a run of colours. */
  function sky(c, colours) {
    const run = c.createLinearGradient(0, 0, 0, 100);
    colours.forEach((colour, i) => run.addColorStop(i / (colours.length - 1), colour));
    c.fillStyle = run;
    c.fillRect(0, 0, 100, 100);
  }

  /** A wavy line of hills down to the lower edge. */
  function hills(c, colour, height, swing, phase) {
    const points = [0, 100];
    for (let x = 0; x <= 100; x += 2) points.push(x, height + swing * Math.sin(x / 15 + phase));
    shape(c, colour, points.concat([100, 100]));
  }

  function sunset(c) {
    sky(c, ["#2b2a6b", "#8d3b84", "#f0764f", "#ffd07a", "#ffd07a"]);
    disc(c, 62, 52, 15, "#fff1b8");
    hills(c, "#6a2f6f", 66, 5, 0.5);
    hills(c, "#3b1f55", 78, 4, 2.6);
    hills(c, "#1c1238", 90, 3, 4.4);
  }

  function fish(c) {
    sky(c, ["#9fe3e8", "#3aa6c8", "#15537f"]);
    shape(c, "#f2662c", [76, 50, 94, 32, 90, 50, 94, 68]);
    c.fillStyle = "#ff8c37";
    c.beginPath();
    c.ellipse(47, 50, 34, 22, 0, 0, 2 * Math.PI);
    c.fill();
    shape(c, "#fff4dd", [50, 29, 58, 30, 62, 50, 58, 70, 50, 71, 54, 50]);
    disc(c, 27, 45, 5.5, "#ffffff");
    disc(c, 26, 45, 3, "#14213d");
    disc(c, 14, 22, 4, "#dff6f7");
    disc(c, 22, 11, 2.5, "#dff6f7");
  }

  function flower(c) {
    sky(c, ["#dcefc2", "#8cc168"]);
    for (let i = 0; i < 8; i++) {
      const angle = (i * Math.PI) / 4;
      c.fillStyle = i % 2 ? "#d9277d" : "#f15fa5";
      c.beginPath();
      c.ellipse(50 + 25 * Math.cos(angle), 50 + 25 * Math.sin(angle), 20, 10, angle, 0, 2 * Math.PI);
      c.fill();
    }
    disc(c, 50, 50, 13, "#ffc928");
    disc(c, 50, 50, 6, "#b8690d");
  }

  function night(c) {
    sky(c, ["#0b1440", "#25306e", "#4b4b91"]);
    disc(c, 76, 24, 13, "#fff3c4");
    disc(c, 70, 20, 11, "#111b4c");
    shape(c, "#0e2a2a", [0, 84, 100, 76, 100, 100, 0, 100]);
    shape(c, "#8f3b2e", [22, 82, 22, 52, 62, 52, 62, 79]);
    shape(c, "#4d1f2b", [16, 53, 42, 30, 68, 53]);
    for (const x of [28, 47]) {
      c.fillStyle = "#ffd75e";
      c.fillRect(x, 59, 10, 11);
    }
  }

  function face(c) {
    shape(c, "#f4b942", [0, 0, 50, 0, 50, 100, 0, 100]);
    shape(c, "#2f6f9f", [50, 0, 100, 0, 100, 100, 50, 100]);
    shape(c, "#f7d9b8", [50, 12, 24, 26, 20, 60, 34, 88, 50, 92]);
    shape(c, "#c96f4a", [50, 12, 78, 24, 80, 58, 66, 88, 50, 92]);
    disc(c, 36, 45, 7, "#ffffff");
    disc(c, 65, 42, 7, "#ffffff");
    disc(c, 37, 45, 3.5, "#1d3557");
    disc(c, 63, 43, 3.5, "#1d3557");
    shape(c, "#8a3324", [50, 44, 42, 64, 50, 66]);
    shape(c, "#b21e35", [36, 74, 50, 71, 64, 73, 52, 80]);
  }

  function spiral(c) {
    c.fillStyle = "#fdf6e3";
    c.fillRect(0, 0, 100, 100);
    c.lineWidth = 10;
    c.lineCap = "round";
    for (const [turn, colour] of [[0, "#d1495b"], [Math.PI, "#00798c"]]) {
      c.strokeStyle = colour;
      c.beginPath();
      for (let t = 0.25; t <= 2.4 * Math.PI; t += 0.05) {
        c.lineTo(50 + 5.6 * t * Math.cos(t + turn), 50 + 5.6 * t * Math.sin(t + turn));
      }
      c.stroke();
    }
  }

  /** @returns {HTMLCanvasElement} an empty square */
  function square() {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIZE;
    return canvas;
  }

  /**
   * The dots of a canvas as colours between 0 and 1.
   * @param {HTMLCanvasElement} canvas SIZE × SIZE
   * @returns {{canvas: HTMLCanvasElement, colours: Float64Array}} red, green, blue, dot by dot
   */
  function toPicture(canvas) {
    const bytes = canvas.getContext("2d").getImageData(0, 0, SIZE, SIZE).data;
    const colours = new Float64Array(SIZE * SIZE * 3);
    for (let dot = 0; dot < SIZE * SIZE; dot++) {
      for (let k = 0; k < 3; k++) colours[3 * dot + k] = bytes[4 * dot + k] / 255;
    }
    return { canvas, colours };
  }

  /** @param {(c: CanvasRenderingContext2D) => void} draw draws on a field of 100 × 100 */
  function drawn(draw) {
    const canvas = square();
    const c = canvas.getContext("2d", { willReadFrequently: true });
    c.scale(SIZE / 100, SIZE / 100);
    draw(c);
    return toPicture(canvas);
  }

  /**
   * Read a participant's own picture; the middle square of it is used.
   * @param {Blob} file a picture that the browser can read
   * @returns {Promise<{canvas: HTMLCanvasElement, colours: Float64Array}>} rejected when it cannot
   */
  async function fromFile(file) {
    const image = await createImageBitmap(file);
    const side = Math.min(image.width, image.height);
    const canvas = square();
    const c = canvas.getContext("2d", { willReadFrequently: true });
    c.fillStyle = "#ffffff";
    c.fillRect(0, 0, SIZE, SIZE);
    c.imageSmoothingQuality = "high";
    c.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, SIZE, SIZE);
    image.close();
    return toPicture(canvas);
  }

  Painting.SIZE = SIZE;
  Painting.pictureFromFile = fromFile;
  Painting.pictures = [
    { name: "sunset", title: "Sunset", ...drawn(sunset) },
    { name: "fish", title: "Fish", ...drawn(fish) },
    { name: "flower", title: "Flower", ...drawn(flower) },
    { name: "night", title: "Night", ...drawn(night) },
    { name: "face", title: "Face", ...drawn(face) },
    { name: "spiral", title: "Spiral", ...drawn(spiral) },
  ];
})();
