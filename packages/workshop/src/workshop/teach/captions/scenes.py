"""Scenes made of digits and clothes, each with the one sentence that describes it.

Two things lie in two of the four quarters of a picture of 56 × 56, each large (28 × 28) or small (half of
that). The sentence names the one that comes first in the order of reading, top left to bottom right::

    a {large|small} NOUN {left of|above|above and left of|above and right of} a {large|small} NOUN

Trousers have no article. The things are pictures of MNIST and Fashion-MNIST. A tenth of all *triples* (noun,
relation, noun) is held out: nobody learns from them, and scenes of them alone can be asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workshop.teach import data

Array = npt.NDArray[Any]

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
CLOTHES = ("top", "trousers", "top", "dress", "top", "sandal", "top", "sneaker", "bag", "boot")
"""What Fashion-MNIST's ten labels are called here: T-shirt, pullover, coat and shirt are all tops."""
NOUNS = (*DIGITS, *dict.fromkeys(CLOTHES))
SIZES = ("large", "small")
RELATIONS = {
    (0, 1): "left of",
    (2, 3): "left of",
    (0, 2): "above",
    (1, 3): "above",
    (0, 3): "above and left of",
    (1, 2): "above and right of",
}
"""The quarters of the first and the second thing (0, 1 over 2, 3) → what the first is to the second."""

END, START = "<end>", "<start>"
WORDS = (END, START, *sorted({"a", "and", "of", "above", "left", "right", *SIZES, *NOUNS}))
"""The vocabulary; a sentence ends with the first word, and is begun with the second."""
NUMBER = {word: number for number, word in enumerate(WORDS)}
LONGEST = 11
"""Words of the longest sentence, with its end."""

SIDE, HALF, SMALL = 56, 28, 14
SHAKE = 3
"""A thing lies up to so many pixels beside the middle of its quarter, both ways."""

Triple = tuple[str, str, str]
TRIPLES: tuple[Triple, ...] = tuple(
    (first, relation, second)
    for first in NOUNS
    for relation in dict.fromkeys(RELATIONS.values())
    for second in NOUNS
)
HELD_OUT = frozenset(TRIPLES[place] for place in np.random.default_rng(0).permutation(len(TRIPLES))[::10])
"""The triples that no network of the lesson meets while it learns."""


class Things(NamedTuple):
    """Pictures to make scenes of."""

    pictures: Array
    """uint8 (n, 28, 28), 255 is ink."""
    of_noun: dict[str, Array]
    """The rows of each noun's pictures."""


class Batch(NamedTuple):
    """Scenes and their sentences."""

    images: Array
    """float32 (n, 1, 56, 56), 0 is paper and 1 is ink."""
    words: Array
    """int32 (n, 11): the numbers of the words, then of the end, again and again."""
    mask: Array
    """float32 (n, 11): 1 for each word and the first end, 0 behind."""
    places: Array
    """int32 (n, 2): the quarters of the two things."""

    @property
    def sentences(self) -> list[list[str]]:
        """The sentences as words, without the end."""
        return [sentence(row) for row in self.words]


def load_things(part: str, limit: int = 60_000) -> Things:
    """Return the first ``limit`` digits and as many clothes of a ``part``: ``train`` or ``t10k``, the test's.

    They stay bytes: all 120,000 take 94 MB. Raises WorkshopError when a data set is not there.
    """
    from workshop import datasets

    pictures, nouns = [], []
    for name, names in (("mnist", DIGITS), ("fashion-mnist", CLOTHES)):
        folder: Path = datasets.path(name)
        pictures.append(data.read_idx(folder / f"{part}-images-idx3-ubyte", limit))
        labels = data.read_idx(folder / f"{part}-labels-idx1-ubyte", limit)
        nouns.append(np.array(names)[labels])
    called = np.concatenate(nouns)
    return Things(np.concatenate(pictures), {noun: np.flatnonzero(called == noun) for noun in NOUNS})


def sentence(numbers: Sequence[int] | Array, words: Sequence[str] = WORDS) -> list[str]:
    """Return the ``words`` of these numbers, up to the first end."""
    said = [words[number] for number in numbers]
    return said[: said.index(END)] if END in said else said


def vocabulary(sentences: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the words of other sentences, behind the marks of end and start."""
    return (END, START, *sorted({word for one in sentences for word in one}))


def padded(sentences: Sequence[Sequence[str]], words: Sequence[str] = WORDS) -> tuple[Array, Array]:
    """Return sentences as numbers of ``words``, int32 (n, longest + 1), and float32 1 up to the first end.

    Raises ValueError when a word is not among them.
    """
    if unknown := {word for one in sentences for word in one} - set(words):
        raise ValueError(f"these words are not in the vocabulary: {', '.join(sorted(unknown))}")
    longest = max(map(len, sentences)) + 1
    numbers = np.zeros((len(sentences), longest), np.int32)
    mask = np.zeros((len(sentences), longest), np.float32)
    for row, said in enumerate(sentences):
        numbers[row, : len(said)] = [words.index(word) for word in said]
        mask[row, : len(said) + 1] = 1
    return numbers, mask


def scenes(things: Things, count: int, rng: np.random.Generator, *, held_out: bool | None = False) -> Batch:
    """Make ``count`` scenes: of triples that are held out, of the others, or (None) of all.

    Nouns, sizes, quarters and pictures are drawn evenly, each noun as often as the others.
    """
    images = np.zeros((count, SIDE, SIDE), np.uint8)
    words = np.zeros((count, LONGEST), np.int32)
    mask = np.zeros((count, LONGEST), np.float32)
    places = np.zeros((count, 2), np.int32)
    for row in range(count):
        nouns, places[row] = _drawn(rng, held_out)
        sizes = rng.integers(0, 2, 2)
        for noun, place, small in zip(nouns, places[row], sizes, strict=True):
            which = things.of_noun[noun]
            _put(images[row], things.pictures[which[rng.integers(len(which))]], int(place), bool(small), rng)
        relation = RELATIONS[int(places[row, 0]), int(places[row, 1])]
        first, second = (_thing(SIZES[size], noun) for size, noun in zip(sizes, nouns, strict=True))
        said = f"{first} {relation} {second}".split()
        words[row, : len(said)] = [NUMBER[word] for word in said]
        mask[row, : len(said) + 1] = 1
    return Batch(images[:, np.newaxis].astype(np.float32) / 255, words, mask, places)


def _thing(size: str, noun: str) -> str:
    """Return a thing in words; trousers have no article."""
    return f"{size} {noun}" if noun == "trousers" else f"a {size} {noun}"


def _drawn(rng: np.random.Generator, held_out: bool | None) -> tuple[tuple[str, str], tuple[int, int]]:
    """Draw two nouns and two quarters until their triple is of the kind that is asked for."""
    while True:
        first, second = (NOUNS[number] for number in rng.integers(0, len(NOUNS), 2))
        quarters = list(RELATIONS)[rng.integers(len(RELATIONS))]
        if held_out is None or ((first, RELATIONS[quarters], second) in HELD_OUT) == held_out:
            return (first, second), quarters


def _put(canvas: Array, picture: Array, quarter: int, small: bool, rng: np.random.Generator) -> None:
    """Lay a picture into a quarter of the canvas, shaken a little, so that whatever has more ink is seen."""
    if small:
        picture = picture.reshape(SMALL, 2, SMALL, 2).mean(axis=(1, 3))
    side = len(picture)
    corner = np.array(divmod(quarter, 2)) * HALF + (HALF - side) // 2 + rng.integers(-SHAKE, SHAKE + 1, 2)
    top, left = np.clip(corner, 0, SIDE - side)
    spot = canvas[top : top + side, left : left + side]
    np.maximum(spot, picture.astype(np.uint8), out=spot)
