"""The textbook's pieces: they keep the rules that the lesson counts, and differ by their seed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from workshop.errors import WorkshopError
from workshop.site.figures.voices import PIECE
from workshop.teach.music import textbook


@pytest.fixture(scope="module")
def some() -> list[textbook.Score]:
    """A dozen pieces."""
    return textbook.pieces(12, seed=3)


def test_no_rule_is_broken(some: list[textbook.Score]) -> None:
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


def test_a_seed_gives_the_same_pieces_and_another_one_others() -> None:
    one, again, other = (textbook.pieces(2, seed) for seed in (5, 5, 6))
    assert all((a == b).all() for a, b in zip(one, again, strict=True))
    assert any(a.shape != b.shape or (a != b).any() for a, b in zip(one, other, strict=True))


def test_the_slides_show_what_it_writes() -> None:
    assert textbook.pieces(1, 1)[0][: len(PIECE)].tolist() == [list(beat) for beat in PIECE]


def test_a_leading_note_is_never_doubled_and_a_seventh_falls() -> None:
    dominant, tonic = textbook.MAJOR["V7"], textbook.MAJOR["I"]
    ways = textbook.voicings(dominant)
    assert len(ways) and ((ways % 12 == 11).sum(axis=1) == 1).all()
    weights = textbook._weights(dominant, tonic)
    first, second = np.nonzero(weights)
    old, new = ways[first], textbook.voicings(tonic)[second]
    assert len(old)
    seventh = old % 12 == 5
    assert np.isin((new - old)[seventh], (-1, -2)).all()


def test_its_own_surprise_is_that_of_what_it_drew() -> None:
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


def test_a_phrase_reaches_its_cadence() -> None:
    dice = np.random.default_rng(8)
    for mode, cadence in itertools.product(("major", "minor"), ("full", "half")):
        names = textbook._phrase(mode, cadence, dice, textbook._Nats())
        before, end = textbook._CADENCES[cadence]
        assert len(names) == textbook.BEATS - 1 and names[0] == "I"
        assert names[-2] in before and names[-1] == end


def test_without_pieces_it_says_so() -> None:
    with pytest.raises(WorkshopError, match="at least one piece"):
        textbook.pieces(0, 1)
