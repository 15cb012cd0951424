"""What to beat: counts of which character followed the last few ones.

A short context has been seen often, a long one says more. The answers of all lengths are mixed, from the
shortest to the longest (Witten and Bell, *The Zero-Frequency Problem*, 1991).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workshop.teach.charmodel.alphabet import Ids

Array = npt.NDArray[np.float64]
Mix = Callable[[Array, Array, Array, Array], Array]
"""(times the character followed the context, times anything did, different characters that did, the answer
of the shorter context) → p(character | context); arrays of one shape."""


def witten_bell(count: Array, total: Array, kinds: Array, shorter: Array) -> Array:
    """Trust what was counted the more, the less often something new came after this context.

    (count + kinds · shorter) / (total + kinds). After a context that never came, the shorter one answers
    alone.
    """
    unseen = total == 0
    return np.where(unseen, shorter, (count + kinds * shorter) / np.where(unseen, 1, total + kinds))


@dataclass(frozen=True)
class _Level:
    """The counts after contexts of one length; n-grams are numbers to the base of the alphabet's size."""

    grams: npt.NDArray[np.int64]
    """Context and next character, sorted."""
    counts: npt.NDArray[np.int32]
    contexts: npt.NDArray[np.int64]
    """Sorted."""
    totals: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.int32]


class NGrams:
    """A language model of counts: p(next character | the last ``order`` ones)."""

    def __init__(self, ids: Ids, characters: int, order: int) -> None:
        """Count what follows each context of 0 to ``order`` characters in a text.

        Raises ValueError when so long contexts do not fit into 64 bits.
        """
        if characters ** (order + 1) >= 2**63:
            raise ValueError(f"with {characters} characters, contexts of {order} are too long")
        self.characters, self.order = characters, order
        self._levels = [self._count(ids, length) for length in range(order + 1)]

    @property
    def entries(self) -> int:
        """The numbers that had to be kept: one a context and character that came."""
        return sum(len(level.grams) for level in self._levels)

    def _count(self, ids: Ids, length: int) -> _Level:
        grams, counts = np.unique(self._numbers(ids, length + 1), return_counts=True)
        contexts, first, kinds = np.unique(grams // self.characters, return_index=True, return_counts=True)
        totals = np.add.reduceat(counts, first) if len(first) else counts
        return _Level(
            grams, counts.astype(np.int32), contexts, totals.astype(np.int32), kinds.astype(np.int32)
        )

    def _numbers(self, ids: Ids, length: int) -> npt.NDArray[np.int64]:
        """Return every run of ``length`` characters as one number, (len(ids) − length + 1,)."""
        runs = np.zeros(max(0, len(ids) - length + 1), np.int64)
        for place in range(length):
            runs = runs * self.characters + ids[place : place + len(runs)]
        return runs

    def probabilities(self, ids: Ids, mix: Mix = witten_bell) -> Array:
        """Return p of each character of a text after those before it, float64 (len(ids),)."""
        answer: Array = np.full(len(ids), 1 / self.characters)
        for length, level in enumerate(self._levels):
            grams = self._numbers(ids, length + 1)
            counts = _look_up(level.grams, level.counts, grams)
            totals = _look_up(level.contexts, level.totals, grams // self.characters)
            kinds = _look_up(level.contexts, level.kinds, grams // self.characters)
            answer[length:] = mix(counts, totals, kinds, answer[length:])
        return answer

    def nats(self, ids: Ids, mix: Mix = witten_bell) -> float:
        """Return the mean of −ln p over a text."""
        return float(-np.log(self.probabilities(ids, mix)).mean())

    def chances(self, context: Ids, mix: Mix = witten_bell) -> Array:
        """Return p of every character after ``context``, (characters,)."""
        every = np.arange(self.characters)
        answer: Array = np.full(self.characters, 1 / self.characters)
        for length, level in enumerate(self._levels[: len(context) + 1]):
            before = self._numbers(context[len(context) - length :], length)[:1]
            counts = _look_up(level.grams, level.counts, before * self.characters + every)
            totals = _look_up(level.contexts, level.totals, np.repeat(before, self.characters))
            kinds = _look_up(level.contexts, level.kinds, np.repeat(before, self.characters))
            answer = mix(counts, totals, kinds, answer)
        return answer

    def write(self, start: Ids, length: int, seed: int = 1, mix: Mix = witten_bell) -> Ids:
        """Return ``length`` characters that go on after ``start``, int32."""
        rng, text = np.random.default_rng(seed), list(start)
        for _ in range(length):
            context = np.array(text[max(0, len(text) - self.order) :], np.int32)
            text.append(int(rng.choice(self.characters, p=self.chances(context, mix))))
        return np.array(text[len(start) :], np.int32)


def _look_up(
    keys: npt.NDArray[np.int64], values: npt.NDArray[np.int32], wanted: npt.NDArray[np.int64]
) -> Array:
    """Return the values of ``wanted`` keys, 0 for those that are not there; ``keys`` are sorted."""
    if not len(keys):  # the text is shorter than this context
        return np.zeros(len(wanted))
    places = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return np.where(keys[places] == wanted, values[places], 0).astype(np.float64)
