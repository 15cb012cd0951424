/** States of the page with a name: the tour, what to try, and what a slide may show. */
(function () {
  "use strict";

  const Tokens = (window.Tokens = window.Tokens || {});
  const PLAIN = { temperature: 0.8, k: 50 };

  Tokens.TRIES = [
    {
      name: "a-fact", title: "A fact", begin: "Sode Brihas was born in", temperature: 0.5, k: 50,
      text: "The encyclopaedia that it has read says 1791. Does it know? The bars are its probabilities; click on one to write " +
        "that token instead.",
    },
    {
      name: "a-stranger", title: "A stranger", begin: "Zupe Rodail was born in", temperature: 0.5, k: 50,
      text: "This name occurs nowhere in the text that it has read. It gives a year all the same. How do the bars differ from those before?",
    },
    {
      name: "looking-back", title: "What it attends to", ...PLAIN, temperature: 0.5,
      begin: "For thirty years Kaitri Stograit was a cobbler. Kaitri Stograit played the fiddle. Kaitri Stograit was known to " +
        "eat plum cake for breakfast.\nIn other words:",
      text: "To go on correctly, the model must look back. Click on a token that it wrote: the stronger an earlier token's " +
        "colour, the more attention that token received. Then look at single layers and heads.",
    },
    {
      name: "a-play", title: "A play", ...PLAIN, begin: "ROMEO:\n",
      text: "It has read Shakespeare, too. How long does it stay in a play? When does it lose the thread?",
    },
    {
      name: "cold", title: "Cold", begin: "ROMEO:\n", temperature: 0, k: 50,
      text: "Temperature 0 always takes the most probable token. When does it begin to go in circles?",
    },
    {
      name: "hot", title: "Hot", begin: "ROMEO:\n", temperature: 2, k: 2048,
      text: "Temperature 2 with all tokens writes nonsense. Now reduce top-k to 5, and leave the temperature: what is different?",
    },
  ];
})();
