/** What is seen: the text as tokens that can be chosen, and the probabilities of the next token as bars. */
(function () {
  "use strict";

  const Tokens = (window.Tokens = window.Tokens || {});
  const BARS = 10;
  /** No line is broken before the sign. */
  const percent = (share) => share > 0 && share < 0.0005 ? "<\u00a00.1\u00a0%"
    : `${(100 * share).toFixed(share && share < 0.0995 ? 1 : 0)}\u00a0%`;

  /** @returns {string} a token as one reads it aloud */
  Tokens.named = (text) => `“${text.replace(/\n/g, "↵")}”`;

  function make(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  /** The text; a click, or an arrow key, chooses a token. */
  class TextView {
    /** @param {HTMLElement} box @param {(at: number | null) => void} choose */
    constructor(box, choose) {
      Object.assign(this, { box, choose, chosen: null, items: [], tokens: [] });
      box.addEventListener("click", (event) => {
        const at = this.items.indexOf(event.target.closest("[role=option]"));
        if (at >= 0) choose(at === this.chosen ? null : at);
      });
      box.addEventListener("keydown", (event) => this._walk(event));
    }

    _walk(event) {
      const last = this.items.length - 1;
      const from = this.chosen === null ? last + 1 : this.chosen;
      const to = { ArrowLeft: from - 1, ArrowUp: from - 1, ArrowRight: from + 1, ArrowDown: from + 1, Home: 0, End: last };
      if (event.key === "Escape") this.choose(null);
      else if (event.key in to) this.choose(Math.max(0, Math.min(last, to[event.key])));
      else return;
      event.preventDefault();
    }

    /** Show the writer's tokens: those that stand there already stay as they are. */
    show(writer) {
      const { tokens } = writer;
      let same = 0;
      while (same < this.tokens.length && same < tokens.length && this.tokens[same] === tokens[same]) same++;
      for (const item of this.items.splice(same)) item.remove();
      this.tokens = [...tokens];
      for (let at = same; at < tokens.length; at++) this._add(writer, at);
      this.items.forEach((item, at) => {
        item.className = at < writer.first ? "forgotten" : at < writer.given ? "given" : "";
      });
      if (same < tokens.length && this.chosen === null) this.box.scrollTop = this.box.scrollHeight;
    }

    _add(writer, at) {
      const text = writer.pairs.decode([writer.tokens[at]]);
      const item = make("span", { id: `token-${at}`, textContent: text.replace("\n", "↵\n") });
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      if (!text.trim()) item.setAttribute("aria-label", text === "\n" ? "new line" : "space");
      this.box.append(item);
      this.items.push(item);
    }

    /** Mark a token and how much it attended to each one from `first` on; null marks none. */
    mark(at, first = 0, shares = []) {
      if (this.chosen !== null && this.items[this.chosen]) this.items[this.chosen].setAttribute("aria-selected", "false");
      this.chosen = at;
      const most = Math.max(...shares, 1e-9);
      this.items.forEach((item, index) => {
        const share = shares[index - first] || 0;
        item.style.setProperty("--share", `${Math.round((share / most) * 60)}%`);
      });
      if (at === null) return this.box.removeAttribute("aria-activedescendant");
      this.items[at].setAttribute("aria-selected", "true");
      this.box.setAttribute("aria-activedescendant", `token-${at}`);
      this.items[at].scrollIntoView({ block: "nearest" });
    }
  }

  /** The most probable next tokens; a click writes one. */
  class BarView {
    /** @param {HTMLElement} list @param {(token: number) => void} take */
    constructor(list, take) {
      this.rows = Array.from({ length: BARS }, () => {
        const [word, share, bar] = [make("span", { className: "word" }), make("span", { className: "share" }), make("i", {})];
        const row = make("button", { type: "button", disabled: true }, word, make("span", { className: "track" }, bar), share);
        row.addEventListener("click", () => take(row.token));
        list.append(make("li", {}, row));
        return { row, word, share, bar };
      });
    }

    /** @param {object} pairs @param {Float32Array} logits @param {object} how temperature and k @param {number} [came] the token that was written */
    show(pairs, logits, { temperature, k }, came) {
      const drawn = Tokens.probabilities(logits, temperature, k);
      const best = Tokens.best(logits, BARS);
      if (came !== undefined && !best.includes(came)) best[BARS - 1] = came;
      this.rows.forEach(({ row, word, share, bar }, i) => {
        const token = best[i];
        const text = Tokens.named(pairs.decode([token]));
        Object.assign(row, { token, disabled: false, className: token === came ? "came" : drawn[token] ? "" : "cut" });
        row.setAttribute("aria-label", `Write ${text}, ${percent(drawn[token])}`);
        word.textContent = text;
        share.textContent = percent(drawn[token]);
        bar.style.setProperty("width", `${100 * drawn[token]}%`);
      });
    }

    wait() {
      for (const { row } of this.rows) row.disabled = true;
    }
  }

  /** @returns {string} the tokens that were attended to most */
  Tokens.told = function (writer, at, shares) {
    const name = (t) => Tokens.named(writer.pairs.decode([writer.tokens[t]]));
    const most = Tokens.best(shares, 4).filter((t) => shares[t] > 0.005);
    return `${name(at)} attended most to ${most.map((t) => `${name(writer.first + t)} ${percent(shares[t])}`).join(", ")}.`;
  };

  Object.assign(Tokens, { TextView, BarView });
})();
