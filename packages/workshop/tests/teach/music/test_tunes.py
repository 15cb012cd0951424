"""A tune is known again in another key and rhythm, and is never on both sides."""

from __future__ import annotations

import numpy as np
import pytest

from workshop.core.errors import WorkshopError
from workshop.teach.music import textbook
from workshop.teach.music.tunes import MOVES, apart, tune


def setting(soprano: list[int], bass: int = 48) -> textbook.Score:
    return np.array([[note, note - 4, note - 9, bass] for note in soprano])


MELODY = [72, 74, 76, 74, 72, 71, 72, 76, 79, 77, 76, 74, 72, 74, 76, 77, 79, 72, 60]


def test_key_rhythm_rests_and_harmony_do_not_matter() -> None:
    known = tune(setting(MELODY))
    assert len(known) == MOVES and known[:4] == (2, 2, -2, -2)
    assert tune(setting([note + 5 for note in MELODY])) == known
    assert tune(setting([note for note in MELODY for _ in range(2)], bass=43)) == known
    assert tune(setting([0, *MELODY[:8], 0, *MELODY[8:]])) == known
    assert tune(setting([72, 73, *MELODY[2:]])) != known


def test_a_tune_of_an_unseen_piece_is_not_learnt_from() -> None:
    others = [
        setting([note + number * (place % 2) for place, note in enumerate(MELODY)]) for number in (1, 2, 3)
    ]
    moved = setting([note - 3 for note in MELODY], bass=40)
    learn, unseen = apart([others[0], moved, others[1], setting(MELODY), others[2]], 2)
    assert [score[0, 3] for score in unseen] == [48, 48] and unseen[0][:, 0].tolist() == MELODY
    assert len(learn) == 2 and all(tune(score) != tune(moved) for score in learn)


def test_the_lessons_own_pieces_all_have_different_tunes() -> None:
    pieces = textbook.pieces(60, seed=1)
    assert len({tune(piece) for piece in pieces}) == len(pieces)


@pytest.mark.parametrize("scores", [[setting(MELODY)], [setting(MELODY), setting([n + 2 for n in MELODY])]])
def test_pieces_that_leave_nothing_to_learn_from_are_said_to_be_too_few(scores: list[textbook.Score]) -> None:
    with pytest.raises(WorkshopError, match="too few"):
        apart(scores, 1)
