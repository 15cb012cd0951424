"""Pieces in four voices by the rules of a harmony textbook: the corpus of the lesson on four voices.

A piece is a chain of chords in phrases that end in cadences, and a voicing of each chord. The chords are a
Markov chain of degrees; the voicings are drawn from a second one, exactly, by filtering forward and sampling
backward (Frühwirth-Schnatter, 1994). Its transitions have weight 0 where a rule forbids them: parallel fifths
and octaves, crossing or overlapping voices, a doubled leading note, a seventh that does not fall.

A score is an array (steps, 4) of MIDI numbers, soprano, alto, tenor and bass; a step is a beat.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from workshop.core.errors import WorkshopError

Score = NDArray[np.int64]
_T = TypeVar("_T")

RANGES = ((60, 79), (55, 74), (48, 67), (40, 62))
"""Lowest and highest note of soprano, alto, tenor and bass, before a piece is transposed."""

BEATS = 8
"""Beats of a phrase; its last chord takes two of them."""

_LEAPS = (9, 7, 7, 12)
_SMOOTH = np.array([0.45, 0.3, 0.3, 0.12])
"""How much each semitone costs a voice, in nats."""


@dataclass(frozen=True)
class Chord:
    """Pitch classes from the root up, the one in the bass, and two with a duty: leading note and seventh."""

    classes: tuple[int, ...]
    bass: int
    leading: int | None = None
    seventh: int | None = None

    def moved(self, by: int) -> Chord:
        """Return the chord ``by`` semitones higher."""
        turn = [None if each is None else (each + by) % 12 for each in (self.leading, self.seventh)]
        return Chord(tuple((each + by) % 12 for each in self.classes), (self.bass + by) % 12, *turn)


MAJOR = {
    "I": Chord((0, 4, 7), 0),
    "I6": Chord((0, 4, 7), 4),
    "ii": Chord((2, 5, 9), 2),
    "ii6": Chord((2, 5, 9), 5),
    "IV": Chord((5, 9, 0), 5),
    "V": Chord((7, 11, 2), 7, leading=11),
    "V6": Chord((7, 11, 2), 11, leading=11),
    "V7": Chord((7, 11, 2, 5), 7, leading=11, seventh=5),
    "vi": Chord((9, 0, 4), 9),
    "vii6": Chord((11, 2, 5), 2, leading=11),
}
MINOR = {
    "I": Chord((0, 3, 7), 0),
    "I6": Chord((0, 3, 7), 3),
    "ii6": Chord((2, 5, 8), 5),
    "IV": Chord((5, 8, 0), 5),
    "V": Chord((7, 11, 2), 7, leading=11),
    "V6": Chord((7, 11, 2), 11, leading=11),
    "V7": Chord((7, 11, 2, 5), 7, leading=11, seventh=5),
    "vi": Chord((8, 0, 3), 8),
    "vii6": Chord((11, 2, 5), 2, leading=11),
}
_NEXT = {
    "I": {"IV": 3, "V": 3, "vi": 2, "ii6": 2, "I6": 2, "V6": 1, "vii6": 1, "ii": 1},
    "I6": {"IV": 3, "ii6": 2, "V": 2, "vii6": 1, "ii": 1},
    "ii": {"V": 4, "V7": 2, "vii6": 1, "V6": 1},
    "ii6": {"V": 4, "V7": 3},
    "IV": {"V": 3, "I": 2, "ii": 1, "I6": 1, "V7": 1, "vii6": 1},
    "V": {"I": 4, "vi": 2, "I6": 1},
    "V6": {"I": 1},
    "V7": {"I": 4, "vi": 1},
    "vi": {"ii": 2, "IV": 3, "ii6": 2, "V": 1},
    "vii6": {"I": 1, "I6": 2},
}
"""From which degree to which, with weights; where a mode lacks a degree, it is left out."""

_MODES = {"major": MAJOR, "minor": MINOR}
_CADENCES = {"full": (("V", "V7"), "I"), "half": (("IV", "ii6", "I"), "V")}


def pieces(count: int, seed: int) -> list[Score]:
    """Return ``count`` pieces of four to six phrases in C major or C minor, the same for the same seed."""
    return [score for score, _ in _made(count, seed)]


def own_nats(count: int, seed: int) -> float:
    """Return the textbook's own surprise about its pieces, in nats a note: nobody can do much better.

    It is −ln p of chords and voicings. A little less is possible, as other chords may have the same notes.
    """
    made = _made(count, seed)
    return sum(nats for _, nats in made) / sum(score.size for score, _ in made)


def _made(count: int, seed: int) -> list[tuple[Score, float]]:
    if count < 1:
        raise WorkshopError(f"at least one piece is needed, not {count}; ask for more")
    dice = np.random.default_rng(seed)
    return [_piece(dice) for _ in range(count)]


def _piece(dice: np.random.Generator) -> tuple[Score, float]:
    """Return one piece, (steps, 4), and its −ln p."""
    held = [2 if at == BEATS - 2 else 1 for at in range(BEATS - 1)]
    while True:  # where no voicing is left, other chords are drawn
        nats = _Nats()
        mode = nats.drawn({"major": 0.6, "minor": 0.4}, dice)
        phrases = nats.drawn({4: 1, 5: 1, 6: 1}, dice)
        chords = _chords(mode, phrases, dice, nats)
        voiced = _voiced(chords, dice, nats)
        if voiced is not None:
            return np.repeat(voiced, held * phrases, axis=0), nats.sum


class _Nats:
    """Draws, and adds up −ln p of what was drawn."""

    def __init__(self) -> None:
        self.sum = 0.0

    def drawn(self, weights: dict[_T, float], dice: np.random.Generator) -> _T:
        """Return one of the keys, by weights."""
        chances = np.array(list(weights.values()), float)
        chances /= chances.sum()
        at = int(dice.choice(len(chances), p=chances))
        self.sum -= float(np.log(chances[at]))
        return list(weights)[at]


def _chords(mode: str, phrases: int, dice: np.random.Generator, nats: _Nats) -> list[Chord]:
    """Return the chords of all phrases, ``BEATS - 1`` each; some in the middle are in a neighbouring key."""
    home, away = (mode, 0), ("major", 7 if mode == "major" else 3)
    found: list[Chord] = []
    for number in range(phrases):
        inside, last = 0 < number < phrases - 1, number == phrases - 1
        where, up = nats.drawn({away: 0.4, home: 0.6}, dice) if inside else home
        cadence = "full" if last else nats.drawn({"full": 1, "half": 1}, dice)
        found += [_MODES[where][name].moved(up) for name in _phrase(where, cadence, dice, nats)]
    return found


def _phrase(mode: str, cadence: str, dice: np.random.Generator, nats: _Nats) -> list[str]:
    """Return the degrees of a phrase: a Markov chain from the tonic, given that its cadence can follow."""
    before, end = _CADENCES[cadence]
    names = ["I"]
    for left in range(BEATS - 4, -1, -1):
        onward = {
            name: weight * _reaches(mode, before, name, left) for name, weight in _onward(mode, names[-1])
        }
        names.append(nats.drawn(onward, dice))
    return [*names, end]


def _onward(mode: str, name: str) -> list[tuple[str, float]]:
    """Return where a degree may go, with chances that add up to 1."""
    known = {other: weight for other, weight in _NEXT[name].items() if other in _MODES[mode]}
    return [(other, weight / sum(known.values())) for other, weight in known.items()]


@cache
def _reaches(mode: str, before: tuple[str, ...], name: str, steps: int) -> float:
    """Return the chance to be at one of ``before`` after so many steps from a degree."""
    if steps == 0:
        return float(name in before)
    return sum(weight * _reaches(mode, before, other, steps - 1) for other, weight in _onward(mode, name))


@cache
def voicings(chord: Chord) -> NDArray[np.int64]:
    """Return all ways, (n, 4), to give the chord to the voices: complete, in range, uncrossed, close."""
    notes = [[note for note in range(low, high + 1) if note % 12 in chord.classes] for low, high in RANGES]
    basses = [note for note in notes[3] if note % 12 == chord.bass]
    ways = np.array(list(itertools.product(*notes[:3], basses)))
    between = ways[:, :3] - ways[:, 1:]
    fits = (between >= 1).all(axis=1) & (between[:, :2] <= 12).all(axis=1) & (between[:, 2] <= 19)
    for each in chord.classes:
        fits &= (ways % 12 == each).any(axis=1)
    for once in (chord.leading, chord.seventh):
        if once is not None:
            fits &= (ways % 12 == once).sum(axis=1) == 1
    return np.asarray(ways[fits])


def parallel(old: NDArray[np.int64], new: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell where two voices keep a fifth or an octave and both move; arrays (…, 4) → (…)."""
    found = np.zeros(np.broadcast_shapes(old.shape, new.shape)[:-1], bool)
    for upper, lower in itertools.combinations(range(4), 2):
        before, after = old[..., upper] - old[..., lower], new[..., upper] - new[..., lower]
        moved = (old[..., upper] != new[..., upper]) & (old[..., lower] != new[..., lower])
        found |= moved & (before % 12 == after % 12) & np.isin(before % 12, (0, 7))
    return found


@cache
def _weights(one: Chord, two: Chord) -> NDArray[np.float64]:
    """Return how well each voicing of the second chord follows each of the first; 0 where it may not."""
    old, new = voicings(one)[:, np.newaxis], voicings(two)[np.newaxis]
    step = new - old
    good = ~parallel(old, new) & (np.abs(step) <= _LEAPS).all(axis=-1)
    good &= (new[..., :3] >= old[..., 1:]).all(axis=-1) & (new[..., 1:] <= old[..., :3]).all(axis=-1)
    outer = (old[..., 0] - old[..., 3]) % 12 != (new[..., 0] - new[..., 3]) % 12
    hidden = np.isin((new[..., 0] - new[..., 3]) % 12, (0, 7)) & (step[..., 0] * step[..., 3] > 0)
    good &= ~(outer & hidden & (np.abs(step[..., 0]) > 2))
    if one.leading is not None and (one.leading + 1) % 12 in two.classes:
        good &= ~((old[..., 0] % 12 == one.leading) & (step[..., 0] != 1))
    if one.seventh is not None:
        falls = (step == -1) | (step == -2)
        good &= ~((old % 12 == one.seventh) & ~falls).any(axis=-1)
    cost = (np.abs(step) * _SMOOTH).sum(axis=-1) + 0.8 * (step[..., 0] == 0)
    return np.where(good, np.exp(-cost), 0.0)


def _voiced(chords: list[Chord], dice: np.random.Generator, nats: _Nats) -> Score | None:
    """Return voicings of the chords, (len(chords), 4), drawn by their weights; None when there are none."""
    forward = [np.ones(len(voicings(chords[0])))]
    for one, two in itertools.pairwise(chords):
        reached = forward[-1] @ _weights(one, two)
        if reached.sum() <= 0:
            return None
        forward.append(reached / reached.sum())
    at = nats.drawn(dict(enumerate(forward[-1])), dice)
    ways = [at]
    for place in range(len(chords) - 2, -1, -1):
        at = nats.drawn(
            dict(enumerate(forward[place] * _weights(chords[place], chords[place + 1])[:, at])), dice
        )
        ways.append(at)
    return np.stack([voicings(chord)[way] for chord, way in zip(chords, reversed(ways), strict=True)])
