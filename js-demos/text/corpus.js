/** Short texts to learn. All are old enough to belong to everybody; the last one is the participant's. */
(function () {
  "use strict";

  const Writing = (window.Writing = window.Writing || {});

  Writing.CORPORA = {
    sonnet: {
      title: "A sonnet",
      credit: "William Shakespeare, sonnet 18 (1609)",
      text: `Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date;
Sometime too hot the eye of heaven shines,
And often is his gold complexion dimm'd;
And every fair from fair sometime declines,
By chance or nature's changing course untrimm'd;
But thy eternal summer shall not fade,
Nor lose possession of that fair thou ow'st;
Nor shall death brag thou wander'st in his shade,
When in eternal lines to time thou grow'st:
So long as men can breathe or eyes can see,
So long lives this, and this gives life to thee.
`,
    },
    alice: {
      title: "A rabbit hole",
      credit: "Lewis Carroll, Alice's Adventures in Wonderland (1865)",
      text: `Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do:
once or twice she had peeped into the book her sister was reading, but it had no pictures or conversations in it,
"and what is the use of a book," thought Alice, "without pictures or conversations?"
So she was considering in her own mind (as well as she could, for the hot day made her feel very sleepy and stupid),
whether the pleasure of making a daisy-chain would be worth the trouble of getting up and picking the daisies,
when suddenly a White Rabbit with pink eyes ran close by her.
`,
    },
    numbers: {
      title: "Counting",
      credit: "generated",
      text: Array.from({ length: 40 }, (_, i) => `${i + 1} and 1 make ${i + 2}.`).join("\n") + "\n",
    },
  };
})();
