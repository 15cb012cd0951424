"""How good are sentences? The share that is exact, and BLEU (Papineni and others, 2002)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

Sentence = Sequence[str]
LONGEST_RUN = 4


def exact(said: Sequence[Sentence], wanted: Sequence[Sentence]) -> float:
    """Return the share of sentences that are right in every word."""
    pairs = list(zip(said, wanted, strict=True))
    return sum(list(one) == list(other) for one, other in pairs) / len(pairs)


def clipped(said: Sentence, wanted: Sentence, n: int) -> tuple[int, int]:
    """Return how many n-grams of ``said`` are wanted, each as often as wanted, and how many it has."""
    own, due = (
        Counter(tuple(words[place : place + n]) for place in range(len(words) - n + 1))
        for words in (said, wanted)
    )
    return sum((own & due).values()), sum(own.values())


def bleu(said: Sequence[Sentence], wanted: Sequence[Sentence]) -> float:
    """Return BLEU of many sentences, 0 to 1: one reference each, n-grams of 1 to 4 words, brevity penalty.

    >>> bleu([["a", "small", "red", "boot"]], [["a", "small", "red", "boot"]])
    1.0
    """
    product = 1.0
    for n in range(1, LONGEST_RUN + 1):
        counts = [clipped(one, other, n) for one, other in zip(said, wanted, strict=True)]
        product *= sum(hits for hits, _ in counts) / max(1, sum(total for _, total in counts))
    length, due = sum(map(len, said)), sum(map(len, wanted))
    brevity = min(1.0, math.exp(1 - due / max(1, length)))
    return float(brevity * product ** (1 / LONGEST_RUN))
