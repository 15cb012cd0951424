/**
 * ?measure lays the slides on paper and writes down, for both themes, what `workshop slides check` judges: what stands
 * out of a slide, the smallest type, the weakest contrast, the words, and the share of the page that is empty.
 */
(function () {
  "use strict";

  const [COLUMNS, ROWS] = [32, 18];
  /** A formula's indices are small by nature; what is large above them is measured. */
  const SMALL_BY_NATURE = ".katex .sizing, .katex .msupsub, .katex .mtight";

  /** @returns {number[] | null} red, green, blue of a CSS colour; null where it is transparent */
  function channels(colour) {
    const found = colour.match(/[\d.]+/g);
    if (!found || (found.length > 3 && Number(found[3]) === 0)) return null;
    return found.slice(0, 3).map(Number);
  }

  /** @returns {number} the relative luminance of WCAG 2 */
  function luminance(rgb) {
    const [r, g, b] = rgb.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function contrast(one, other) {
    const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  }

  function behind(element) {
    for (let at = element; at; at = at.parentElement) {
      const found = channels(getComputedStyle(at).backgroundColor);
      if (found) return found;
    }
    return channels(getComputedStyle(document.body).backgroundColor) ?? [255, 255, 255];
  }

  /** @returns {number[]} what is painted behind a word of a drawing: the last shape before it that holds its middle */
  function behindWord(word) {
    const box = word.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    let found = null;
    for (const shape of word.closest("svg").querySelectorAll("rect, circle, text")) {
      if (shape === word) break;
      const around = shape.getBoundingClientRect();
      const fill = shape.tagName === "text" ? null : channels(getComputedStyle(shape).fill);
      if (fill && around.left <= x && x <= around.right && around.top <= y && y <= around.bottom) found = fill;
    }
    return found ?? behind(word.closest("svg").parentElement);
  }

  /** @returns {{box: DOMRect, type: number, contrast: number, text: string}[]} every piece of text of a slide */
  function pieces(slide) {
    const found = [];
    const walker = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const parent = node.parentElement;
      // KaTeX sets spaces of no width.
      if (!/[^\s\u200b]/.test(node.textContent) || parent.closest("aside, svg") || !parent.checkVisibility()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const style = getComputedStyle(parent);
      const type = parent.closest(SMALL_BY_NATURE) ? Infinity : parseFloat(style.fontSize);
      for (const box of range.getClientRects()) {
        found.push({ box, type, contrast: contrast(channels(style.color), behind(parent)), text: node.textContent.trim() });
      }
    }
    for (const word of slide.querySelectorAll("svg text")) {
      const style = getComputedStyle(word);
      found.push({
        box: word.getBoundingClientRect(), type: parseFloat(style.fontSize) * word.getScreenCTM().a,
        contrast: contrast(channels(style.fill), behindWord(word)), text: word.textContent,
        cut: outside(word.getBoundingClientRect(), drawn(word.closest("svg"))),
      });
    }
    return found;
  }

  /** @returns {DOMRect} where a drawing's own frame lies; what is beyond it is cut off */
  function drawn(svg) {
    const { width, height } = svg.viewBox.baseVal;
    const matrix = svg.getScreenCTM();
    return new DOMRect(matrix.e, matrix.f, width * matrix.a, height * matrix.d);
  }

  /** @returns {number} by how many pixels a box stands out of a frame; below 0 where it does not */
  function outside(box, frame) {
    return Math.max(frame.left - box.left, box.right - frame.right, frame.top - box.top, box.bottom - frame.bottom);
  }

  /** @returns {DOMRect[]} what is to be seen besides text */
  function pictures(slide) {
    const drawn = [...slide.querySelectorAll("svg")].filter((each) => !each.closest(".katex")).map((svg) => {
      const boxes = [...svg.children].map((child) => child.getBoundingClientRect());
      const [left, top] = [Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top))];
      return new DOMRect(left, top, Math.max(...boxes.map((box) => box.right)) - left,
        Math.max(...boxes.map((box) => box.bottom)) - top);
    });
    const shown = [...slide.querySelectorAll("img, pre, table, .living, .vote-slide li")].filter((each) => each.checkVisibility());
    return [...drawn, ...shown.map((each) => (each.tagName === "IMG" ? contained(each) : each.getBoundingClientRect()))];
  }

  /** @returns {DOMRect} where a picture that keeps its shape really lies within its element */
  function contained(image) {
    const box = image.getBoundingClientRect();
    if (!image.naturalWidth) return new DOMRect(box.left, box.top, 0, 0);
    const scale = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight);
    const [width, height] = [image.naturalWidth * scale, image.naturalHeight * scale];
    return new DOMRect(box.left + (box.width - width) / 2, box.top + (box.height - height) / 2, width, height);
  }

  function emptyShare(frame, boxes) {
    let free = 0;
    for (let row = 0; row < ROWS; row++) {
      for (let column = 0; column < COLUMNS; column++) {
        const [left, top] = [frame.left + (column * frame.width) / COLUMNS, frame.top + (row * frame.height) / ROWS];
        const [right, bottom] = [left + frame.width / COLUMNS, top + frame.height / ROWS];
        if (!boxes.some((box) => box.left < right && box.right > left && box.top < bottom && box.bottom > top)) free++;
      }
    }
    return free / (COLUMNS * ROWS);
  }

  /** @returns {number} the words below the title; those of formulas, programs, links and drawings do not count */
  function words(slide) {
    const body = slide.querySelector(".body")?.cloneNode(true);
    if (!body) return 0;
    for (const each of body.querySelectorAll("svg, pre, .formula, .go")) each.remove();
    return (body.textContent.match(/[\p{L}\p{N}][\p{L}\p{N}’'.,%-]*/gu) ?? []).length;
  }

  function measured(slide) {
    const frame = slide.getBoundingClientRect();
    const text = pieces(slide);
    const seen = pictures(slide);
    const boxes = [...text.map((piece) => piece.box), ...seen];
    const programs = [...slide.querySelectorAll("pre")].map((each) => each.scrollWidth - each.clientWidth);
    const cut = text.map((piece) => piece.cut ?? 0);
    const out = Math.max(0, slide.scrollHeight - slide.clientHeight, ...programs, ...cut,
      ...boxes.map((box) => outside(box, frame)));
    const smallest = text.reduce((least, piece) => (piece.type < least.type ? piece : least), { type: Infinity, text: "" });
    const weakest = text.reduce((least, piece) => (piece.contrast < least.contrast ? piece : least), { contrast: 21, text: "" });
    return {
      title: slide.querySelector("h1, h2")?.textContent ?? "",
      kind: slide.className.split(" ")[0],
      picture: slide.querySelector(".stand") !== null,
      overflow: Math.round(out),
      type: Number.isFinite(smallest.type) ? Math.round(10 * smallest.type) / 10 : 0, smallest: smallest.text.slice(0, 40),
      contrast: Math.round(100 * weakest.contrast) / 100, weakest: weakest.text.slice(0, 40),
      words: words(slide),
      unset: [...slide.querySelectorAll(".formula")].filter((each) => !each.querySelector(".katex") ||
        each.querySelector(".katex-error")).length,
      empty: Math.round(100 * emptyShare(frame, boxes)) / 100,
    };
  }

  function measure() {
    const slides = [...document.querySelectorAll(".reveal .slides section")];
    const all = {};
    for (const theme of ["light", "dark"]) {
      document.documentElement.dataset.theme = theme;
      all[theme] = slides.map(measured);
    }
    const note = Object.assign(document.createElement("script"), { type: "application/json", id: "measured" });
    note.textContent = JSON.stringify(all).replaceAll("<", "\\u003c");
    document.body.append(note);
  }

  if (new URLSearchParams(location.search).has("measure")) window.addEventListener("load", measure);
})();
