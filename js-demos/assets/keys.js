/**
 * The keys of a page: one letter does what a button does, wherever the focus is, but never takes a key from
 * whoever types, moves a slider or walks along a row of choices.
 */
(function () {
  "use strict";

  const Workshop = (window.Workshop = window.Workshop || {});
  /** Where letters are typed; of the inputs all but these are such. */
  const TYPED_INTO = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=range], " +
    "[type=file])";
  /** What Space itself does something to; a choice that is made already is none of them, nor is a slider. */
  const PRESSED_BY_SPACE = "button, a, summary, input[type=checkbox], input[type=file], input[type=radio]:not(:checked)";

  /**
   * @param {Record<string, () => void>} deeds by key: a letter in lower case, a digit, or " "
   */
  Workshop.watchKeys = function (deeds) {
    document.addEventListener("keydown", (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const key = event.key.toLowerCase();
      if (!Object.hasOwn(deeds, key) || event.target.closest(TYPED_INTO)) return;
      if (key === " " && event.target.closest(PRESSED_BY_SPACE)) return;
      deeds[key]();
      event.preventDefault();
    });
  };
})();
