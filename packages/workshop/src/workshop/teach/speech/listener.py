"""An ear: it hears a stream of sound, knows when a word is over, and asks for an answer at once.

It is the same for a microphone and for a recorded file, which is how its patience can be measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.teach.speech.sound import RATE, Sound, loudness, resampled, trimmed

Ended = Callable[[npt.NDArray[np.bool_], int], int | None]
"""(which frames are loud, how many quiet ones end a word) → the frame in which a word is over, or None."""
Answer = Callable[[Sound], npt.NDArray[Any]]
"""A trimmed sound → ten probabilities."""

PATIENCE = 20
"""Quiet hundredths of a second that end a word: the t of "eight" is preceded by about ten."""
SHORTEST = 12
"""Loud hundredths of a second that make a word; what is shorter was a click."""
LONGEST = 300
"""Hundredths of a second after which a noise that does not end is forgotten."""
_LEAD = 10
"""Hundredths of a second kept from before a word: an f begins softly."""


@dataclass(frozen=True)
class Heard:
    """One word and what was made of it."""

    sound: Sound
    """Trimmed, 8,000 samples a second."""
    probabilities: npt.NDArray[Any]
    """(10,)."""
    waited: float
    """Milliseconds of quiet until the word was known to be over."""
    worked: float
    """Milliseconds of a processor's work from then until the answer."""

    @property
    def digit(self) -> int:
        """The most probable digit."""
        return int(np.argmax(self.probabilities))


class Listener:
    """Hears pieces of sound, of any lengths, and gives back each word when it is over."""

    def __init__(self, answer: Answer, ended: Ended, rate: int = RATE, patience: int = PATIENCE) -> None:
        """Take what answers, what knows that a word is over, and the samples a second to come."""
        self.answer = answer
        self.ended = ended
        self.patience = patience
        self.begin(rate)

    def begin(self, rate: int) -> None:
        """Forget everything; from now on there are ``rate`` samples a second."""
        self.rate = rate
        self._tick = rate // 100
        self._sound = np.zeros(0, dtype=np.float32)
        self._lowest = np.inf

    def hear(self, sound: npt.NDArray[Any]) -> Iterator[Heard]:
        """Take the next piece; yield each word that is over within it."""
        self._sound = np.concatenate([self._sound, np.asarray(sound, dtype=np.float32)])
        while (word := self._next()) is not None:
            yield word

    def _next(self) -> Heard | None:
        levels = loudness(self._sound, self._tick)
        loud = self._loud(levels)
        over = self.ended(loud, self.patience)
        if over is None:
            self._forget(loud)
            return None
        last = int(np.flatnonzero(loud[: over + 1])[-1])
        started = time.process_time()
        first = int(np.flatnonzero(loud)[0])
        sound = self._sound[max(0, first - _LEAD) * self._tick : (over + 1) * self._tick]
        self._sound = self._sound[(over + 1) * self._tick :]
        if loud[first : last + 1].sum() < SHORTEST:
            return self._next()
        word = trimmed(resampled(sound, self.rate))
        probabilities = np.asarray(self.answer(word))
        worked = 1000 * (time.process_time() - started)
        return Heard(word, probabilities, 10.0 * (over - last), worked)

    def _loud(self, levels: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Tell which hundredths are loud beside the room's own noise, and beside the loudest of them."""
        if not len(levels):
            return np.zeros(0, dtype=bool)
        smooth = np.convolve(levels, np.ones(5) / 5, "valid") if len(levels) >= 5 else levels
        self._lowest = min(self._lowest, float(smooth.min()))
        limit = max(8 * self._lowest, 1e-3 * float(levels.max()), 1e-7)
        return np.asarray(levels > limit)

    def _forget(self, loud: npt.NDArray[np.bool_]) -> None:
        """Keep a word that has begun, and a little before it; drop what is too long to be one."""
        begun = np.flatnonzero(loud)
        start = max(0, (int(begun[0]) if len(begun) else len(loud)) - _LEAD)
        if len(loud) - start > LONGEST:
            start = len(loud)
            self._lowest = np.inf
        self._sound = self._sound[start * self._tick :]


def pieces(sound: npt.NDArray[Any], rate: int = RATE) -> Iterator[npt.NDArray[Any]]:
    """Cut a recording into pieces of a twentieth of a second, as a microphone would bring them."""
    step = rate // 20
    for start in range(0, len(sound), step):
        yield sound[start : start + step]
