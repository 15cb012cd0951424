"""Pictures of words for the network: all of one size, and each time a little different.

A picture is a log-mel spectrogram (frames, bands). What is varied is what differs among people and rooms: how
fast somebody speaks and when, how long the throat is (Jaitly and Hinton 2013), the microphone, noise. And
parts are hidden, so that none is relied on alone (SpecAugment, Park and others 2019).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Hide = Callable[[Array, int, int, int, int], Array]
"""What hides a part of a picture: from which frame on how many frames, and likewise bands; returns a copy."""

FRAMES = 64
"""Frames of a picture as the network sees it: about 0.65 seconds."""
FLOOR = float(np.log(1e-6))
"""The softest that a picture has, relative to its loudest: 60 decibels."""


@dataclass(frozen=True)
class Ways:
    """How far a word may be varied; each value is drawn evenly from −x to x, or from the range."""

    speed: tuple[float, float] = (0.75, 2.0)
    """How many times as fast: people say "six" in half of a program's time."""
    cut: float = 0.2
    """What is lost at either end of a word, at most, as a share of it: a soft f or s; in every other word."""
    throat: tuple[float, float] = (0.8, 1.25)
    """By what all frequencies are multiplied."""
    tilt: float = 2.0
    """How much louder the top than the middle, in nats; likewise the other way, and in waves."""
    noise: tuple[float, float] = (-6.0, -2.5)
    """Power of the noise in every band, as a power of ten of the loudest."""
    echo: float = 0.5
    """What is left of a sound after a frame, at most; in every other word."""
    hidden: int = 8
    """Frames and bands that are hidden, at most."""


def same(some: Array) -> Array:
    """Make each picture's mean 0 and its standard deviation 1: neither loudness nor distance counts."""
    mean = some.mean(axis=(1, 2), keepdims=True)
    scaled = (some - mean) / (some.std(axis=(1, 2), keepdims=True) + 1e-3)
    return np.asarray(scaled, dtype=np.float32)


def hide(picture: Array, frame: int, wide: int, band: int, high: int) -> Array:
    """Return a copy in which ``wide`` frames and ``high`` bands have the mean, which is 0."""
    hidden = picture.copy()
    hidden[frame : frame + wide] = 0
    hidden[:, band : band + high] = 0
    return hidden


class Words:
    """Many words, ready to be shown to a network in one size."""

    def __init__(self, pictures: Sequence[npt.NDArray[Any]], centres: npt.NDArray[Any]) -> None:
        """Take pictures (frames, bands) of any lengths, and the frequency in hertz of each band's centre."""
        self.lengths = np.array([len(picture) for picture in pictures])
        self.centres = np.asarray(centres, dtype=np.float64)
        shape = (len(pictures), int(self.lengths.max()) + 1, len(self.centres))
        self._all = np.full(shape, FLOOR, dtype=np.float32)
        for place, picture in enumerate(pictures):
            self._all[place, : len(picture)] = np.maximum(picture - np.max(picture), FLOOR)

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self.lengths)

    def plain(self) -> Array:
        """Return all words as they are, in the middle of ``FRAMES`` frames: (words, 1, FRAMES, bands)."""
        made = np.full((len(self), FRAMES, len(self.centres)), FLOOR, dtype=np.float32)
        for place, length in enumerate(self.lengths):
            kept = min(length, FRAMES)
            start, at = (length - kept) // 2, (FRAMES - kept) // 2
            made[place, at : at + kept] = self._all[place, start : start + kept]
        return same(made)[:, np.newaxis]

    def varied(
        self,
        rows: npt.NDArray[Any],
        rng: np.random.Generator,
        ways: Ways | None = None,
        hide: Hide = hide,
    ) -> Array:
        """Return the words at ``rows``, each varied at random: (rows, 1, FRAMES, bands).

        What is hidden is drawn here; ``hide`` does it, a lesson's own for example.
        """
        ways = ways or Ways()
        some, inside = self._sped(rows, rng, ways)
        some = self._stretched(some, rng, ways) + self._coloured(len(rows), rng, ways)
        power = np.exp(some) * inside[:, :, np.newaxis]
        _echoed(power, rng, ways)
        noise = 10 ** rng.uniform(*ways.noise, (len(rows), 1, 1)) * power.max(axis=(1, 2), keepdims=True)
        made = same(np.log(power + noise).astype(np.float32))
        _hidden(made, rng, ways, hide)
        return made[:, np.newaxis]

    def _sped(self, rows: npt.NDArray[Any], rng: np.random.Generator, ways: Ways) -> tuple[Array, Array]:
        """Speak faster or more slowly, earlier or later; tell also which frames lie within the word."""
        speed = rng.uniform(*ways.speed, (len(rows), 1))
        lengths = self.lengths[rows][:, np.newaxis]
        room = np.maximum(FRAMES - lengths / speed, 6)
        moments = np.arange(FRAMES) - (FRAMES - 1) / 2 + rng.uniform(-0.35, 0.35, (len(rows), 1)) * room
        places = moments * speed + (lengths - 1) / 2
        lost = rng.uniform(0, ways.cut, (2, len(rows), 1)) * (rng.random((2, len(rows), 1)) < 0.5) * lengths
        inside = (places >= lost[0]) & (places <= lengths - 1 - lost[1])
        places = places.clip(0, lengths - 1)
        lower = places.astype(int)
        share = (places - lower)[:, :, np.newaxis].astype(np.float32)
        which = np.asarray(rows)[:, np.newaxis]
        return self._all[which, lower] * (1 - share) + self._all[which, lower + 1] * share, inside

    def _stretched(self, some: Array, rng: np.random.Generator, ways: Ways) -> Array:
        """Speak with a longer or a shorter throat: what was at one frequency is at a multiple of it."""
        factors = rng.uniform(*ways.throat, (len(some), 1))
        bands = len(self.centres)
        places = np.interp(self.centres / factors, self.centres, np.arange(bands)).clip(0, bands - 1.001)
        lower = np.broadcast_to(places.astype(int)[:, np.newaxis], some.shape)
        share = (places % 1)[:, np.newaxis].astype(np.float32)
        one, two = (np.take_along_axis(some, lower + step, axis=2) for step in (0, 1))
        return np.asarray(one * (1 - share) + two * share)

    def _coloured(self, count: int, rng: np.random.Generator, ways: Ways) -> Array:
        """Return what a microphone adds to the logarithm of each band: (count, 1, bands)."""
        across = np.linspace(-1, 1, len(self.centres))
        draw = rng.uniform(-ways.tilt, ways.tilt, (3, count, 1))
        wave = np.sin(4 * across + rng.uniform(0, 2 * np.pi, (count, 1)))
        colour = draw[0] * across + 0.6 * draw[1] * across**2 + 0.5 * draw[2] * wave
        return np.asarray(colour[:, np.newaxis], dtype=np.float32)


def _echoed(power: Array, rng: np.random.Generator, ways: Ways) -> None:
    """Let every other word ring in its room."""
    left = rng.uniform(0, ways.echo, (len(power), 1)) * (rng.random((len(power), 1)) < 0.5)
    for frame in range(1, FRAMES):
        power[:, frame] += left * power[:, frame - 1]


def _hidden(some: Array, rng: np.random.Generator, ways: Ways, hide: Hide) -> None:
    """Hide a few frames of every other word, and a few bands."""
    frames, bands = some.shape[1:]
    for place, word in enumerate(some):
        wide, high = (int(drawn) for drawn in rng.integers(0, ways.hidden + 1, 2))
        frame = band = 0
        if rng.random() < 0.5:
            frame = int(rng.integers(0, frames - wide + 1))
        else:
            wide = 0
        if rng.random() < 0.5:
            band = int(rng.integers(0, bands - high + 1))
        else:
            high = 0
        some[place] = hide(word, frame, wide, band, high)
