"""The textbook's pieces: they keep the rules that the lesson counts, and differ by their seed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from workshop.core.errors import WorkshopError
from workshop.teach.music import textbook


@pytest.fixture(scope="module")
def some() -> list[textbook.Score]:
    """A dozen pieces."""
    return textbook.pieces(12, seed=3)


def test_pieces_keep_ranges_and_have_no_crossing_or_parallel_voices(some: list[textbook.Score]) -> None:
    for score in some:
        assert (np.diff(score, axis=1) < 0).all(), "voices cross"
        for (low, high), line in zip(textbook.RANGES, score.T, strict=True):
            assert low <= line.min() and line.max() <= high
        for old, new in itertools.pairwise(score):
            for one, other in itertools.combinations(range(4), 2):
                moved = old[one] != new[one] and old[other] != new[other]
                kept = (old[one] - old[other] - new[one] + new[other]) % 12 == 0
                assert not (moved and kept and (old[one] - old[other]) % 12 in (0, 7)), (old, new)


def test_a_piece_has_phrases_that_end_in_held_chords_and_comes_home(some: list[textbook.Score]) -> None:
    for score in some:
        assert len(score) % textbook.BEATS == 0 and 4 <= len(score) // textbook.BEATS <= 6
        ends = score[textbook.BEATS - 1 :: textbook.BEATS]
        assert (ends == score[textbook.BEATS - 2 :: textbook.BEATS]).all()
        assert set(score[-1] % 12) in ({0, 4, 7}, {0, 3, 7})
        assert score[-1, 3] % 12 == 0


def test_the_textbooks_entropy_is_that_of_counting_all_its_choices() -> None:
    names = ("I", "IV", "V", "I")
    chords = [textbook.MAJOR[name] for name in names]
    steps = [textbook._weights(one, two) for one, two in itertools.pairwise(chords)]
    total = float(np.ones(len(steps[0])) @ steps[0] @ steps[1] @ steps[2] @ np.ones(steps[2].shape[1]))
    dice = np.random.default_rng(4)
    for _ in range(5):
        nats = textbook._Nats()
        voiced = textbook._voiced(chords, dice, nats)
        assert voiced is not None
        ways = [
            int(np.flatnonzero((textbook.voicings(chord) == notes).all(axis=1))[0])
            for chord, notes in zip(chords, voiced, strict=True)
        ]
        weight = np.prod([step[pair] for step, pair in zip(steps, itertools.pairwise(ways), strict=True)])
        assert nats.sum == pytest.approx(-np.log(weight / total))
    assert 0.3 < textbook.own_nats(20, seed=2) < 0.6


def test_without_pieces_it_says_so() -> None:
    with pytest.raises(WorkshopError, match="at least one piece"):
        textbook.pieces(0, 1)
