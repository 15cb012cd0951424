"""Asks the shipped network of the lesson *Say what you see*, for figures of the slides that show data.

Needs Theano, and the data sets mnist and fashion-mnist::

    python -m workshop.site.figures.captioned

writes ``captioned.json`` beside this file.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.site.figures.captioning import DOTS, FILE
from workshop.teach import checkpoints
from workshop.teach.captions import network, scenes, scores

ASKED = 1000
SHOWN = 4


def at_home(asked: scenes.Batch, told: list[list[str]], looks: npt.NDArray[Any]) -> float:
    """Return before how many nouns of exact sentences the largest share lies in the thing's own quarter."""
    found = []
    for words, wanted, places, shares in zip(told, asked.sentences, asked.places, looks, strict=True):
        if words == wanted:
            nouns = [number for number, word in enumerate(words) if word in scenes.NOUNS]
            for number, quarter in zip(nouns, places, strict=True):
                peak = divmod(int(shares[number].argmax()), 7)
                near = zip(peak, divmod(int(quarter), 2), strict=True)
                found.append(all(3 * half <= at <= 3 + 3 * half for at, half in near))
    return float(np.mean(found))


def main() -> None:
    """Ask, and write down the first scenes and the figures."""
    captioner = network.Captioner()
    captioner.take(checkpoints.load(checkpoints.SHIPPED / "captions.npz")[0])
    new = scenes.load_things("t10k")
    asked = scenes.scenes(new, ASKED, np.random.default_rng(99))
    told, shares = captioner.tell(asked.images)
    blurred = captioner.tell(asked.images, attention=False)[0]
    blind = scenes.scenes(new, ASKED, np.random.default_rng(97)).sentences
    wrong = [(one, other) for one, other in zip(told, asked.sentences, strict=True) if one != other]
    figures = {
        "exact": scores.exact(told, asked.sentences),
        "bleu": scores.bleu(told, asked.sentences),
        "wrong_bleu": scores.bleu([one for one, _ in wrong], [other for _, other in wrong]),
        "blind_exact": scores.exact(blind, asked.sentences),
        "blind_bleu": scores.bleu(blind, asked.sentences),
        "home": at_home(asked, told, shares),
        "exact_without_attention": scores.exact(blurred, asked.sentences),
    }
    shown: list[dict[str, Any]] = []
    for image, words, shared in zip(asked.images[:SHOWN, 0], told, shares, strict=False):
        dots = image.reshape(DOTS, 2, DOTS, 2).mean(axis=(1, 3))
        ink = (9 * dots).round().astype(int).tolist()
        shown.append({"ink": ink, "said": words, "shares": shared[: len(words)].round(3).tolist()})
    found = {
        "figures": {name: round(float(value), 4) for name, value in figures.items()},
        "told": [*scenes.SIZES, *scenes.NOUNS],
        "scenes": shown,
    }
    FILE.write_text(json.dumps(found) + "\n", encoding="utf-8")
    print(json.dumps(found["figures"]))


if __name__ == "__main__":
    main()
