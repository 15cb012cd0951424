"""Byte-pair encoding, as the lesson *Tokens* writes it, made fast: each different word is worked on once.

Tokens 0 to 255 are the bytes of UTF-8; each merge of two tokens makes the next. Merges stay within a word,
which begins with the space before it. In training the most frequent pair is merged; **of equally frequent
pairs, the one with the smaller first token, then the smaller second**. In encoding, a word's earliest merge
comes first, the leftmost of equal ones.

>>> merges = train("low low lower lowest", 259)
>>> [decode([256 + n], merges) for n in range(3)]
['lo', 'low', ' low']
>>> Encoder(merges).encode("lowest low")
[257, 101, 115, 116, 258]
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

WORD = re.compile(r" ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s")
"""Letters, digits or signs with the space before them; any other white space by itself."""

Pair = tuple[int, int]


def train(text: str, vocabulary: int) -> list[Pair]:
    """Return the merges that make a vocabulary of this size, bytes included; fewer if no pair is left."""
    counted = Counter(WORD.findall(text))
    words = [list(word.encode()) for word in counted]
    times = list(counted.values())
    pairs: Counter[Pair] = Counter()
    within: defaultdict[Pair, set[int]] = defaultdict(set)
    for number, word in enumerate(words):
        for pair in pairwise(word):
            pairs[pair] += times[number]
            within[pair].add(number)
    merges: list[Pair] = []
    while len(merges) + 256 < vocabulary and pairs:
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        for number in within.pop(best):
            old = words[number]
            for pair in pairwise(old):
                pairs[pair] -= times[number]
                if pairs[pair] <= 0:
                    del pairs[pair]
            words[number] = new = merge(old, best, 256 + len(merges))
            for pair in pairwise(new):
                pairs[pair] += times[number]
                within[pair].add(number)
        merges.append(best)
    return merges


def merge(tokens: list[int], pair: Pair, new: int) -> list[int]:
    """Replace each occurrence of ``pair``, from the left, by the token ``new``."""
    merged: list[int] = []
    for token in tokens:
        if merged and (merged[-1], token) == pair:
            merged[-1] = new
        else:
            merged.append(token)
    return merged


class Encoder:
    """Text to tokens, with the merges of one training."""

    def __init__(self, merges: Iterable[Pair]) -> None:
        """Remember in which order pairs are merged."""
        self.merges = [(first, second) for first, second in merges]
        self._rank = {pair: number for number, pair in enumerate(self.merges)}
        self._known: dict[str, list[int]] = {}

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text."""
        return [token for word in WORD.findall(text) for token in self._word(word)]

    def decode(self, tokens: Iterable[int]) -> str:
        """Return the text of tokens; bytes that are no character become a question mark in a lozenge."""
        return decode(tokens, self.merges)

    def _word(self, word: str) -> list[int]:
        if word not in self._known:
            tokens = list(word.encode())
            while len(tokens) > 1:
                first = min(pairwise(tokens), key=lambda pair: self._rank.get(pair, len(self._rank)))
                if first not in self._rank:
                    break
                tokens = merge(tokens, first, 256 + self._rank[first])
            self._known[word] = tokens
        return self._known[word]


def spellings(merges: Iterable[Pair]) -> list[bytes]:
    """Return the bytes of each token."""
    spelled = [bytes([byte]) for byte in range(256)]
    for first, second in merges:
        spelled.append(spelled[first] + spelled[second])
    return spelled


def decode(tokens: Iterable[int], merges: Iterable[Pair]) -> str:
    """Return the text of tokens."""
    spelled = spellings(merges)
    return b"".join(spelled[token] for token in tokens).decode(errors="replace")


def save(merges: Iterable[Pair], file: Path) -> None:
    """Write merges as JSON."""
    file.write_text(json.dumps([list(pair) for pair in merges]) + "\n")


def load(file: Path) -> list[Pair]:
    """Read what ``save`` has written."""
    return [(first, second) for first, second in json.loads(file.read_text())]
