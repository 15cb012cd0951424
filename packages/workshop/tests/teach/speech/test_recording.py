"""What the lesson tells of augmentation, and that the cells which are recorded are still there."""

from __future__ import annotations

import numpy as np
import pytest

from workshop.teach import recordings
from workshop.teach.recordings import Piece
from workshop.teach.speech import recording, vary

DAY = {"day": "2026-11-28"}
PIECES: dict[str, Piece] = {
    "varied/1": {"unseen": 0.99, "person": 0.7, **DAY},
    "plain/1": {"unseen": 0.975, "person": 0.8, **DAY},
    "varied/2": {"unseen": 0.98, **DAY},
}


def test_only_whole_pairs_are_told() -> None:
    assert recording.pairs(PIECES, "unseen") == {1: (0.99, 0.975)}
    assert recording.pairs(PIECES, "people") == {}
    head, unseen, person, when = recording.lines(PIECES)
    assert head.endswith("seed 1") and "seed 2" not in head
    assert unseen.split() == ["unseen", "voices", "99.0", "97.5", "(", "+1.5)"]
    assert person.endswith("70.0  80.0 (-10.0)"), "what got worse is told as well"
    assert "2026-11-28" in when and recording.COMMAND in when
    assert recording.lines({}) == recording.lines({"varied/1": PIECES["varied/1"]}) == [recording.UNKNOWN]


def test_without_augmentation_words_stay_as_spoken_and_chance_runs_on() -> None:
    rng = np.random.default_rng(0)
    pictures = [rng.normal(size=(length, 4)) for length in (20, 30, 25)]

    def words() -> vary.Words:
        return vary.Words(pictures, np.array([100.0, 300.0, 900.0, 2000.0]))

    rows, one, other = np.array([2, 0]), np.random.default_rng(1), np.random.default_rng(1)
    varied = words().varied(rows, one, hide=vary.hide)
    names: recordings.Names = {"learn": words()}
    recording._leave_as_spoken(names)
    made = names["learn"].varied(rows, other, hide=vary.hide)
    assert np.array_equal(made, words().plain()[rows]) and not np.array_equal(made, varied)
    # What the lesson draws next, the rows of the next minibatch, is the same for both networks.
    assert one.integers(0, 10**6) == other.integers(0, 10**6)


def test_the_cells_that_a_piece_runs_are_in_the_notebook() -> None:
    ids = [cell["id"] for cell in recordings.cells(recording.NOTEBOOK)]
    places = [ids.index(name) for name in recording.CELLS]
    assert places == sorted(set(places))


@pytest.mark.parametrize("measure", recording.JUDGED)
def test_three_pairs_are_recorded_as_long_as_the_lesson(measure: str) -> None:
    known = recording.recorded()
    assert set(known) == set(recording.jobs())
    assert len(recording.pairs(known, measure)) == len(recording.SEEDS)
    assert {piece["steps"] for piece in known.values()} == {800}


def test_the_lesson_tells_what_was_recorded() -> None:
    known = recording.recorded()
    (text,) = (
        "".join(cell["source"])
        for cell in recordings.cells(recording.NOTEBOOK)
        if cell["id"] == "without-read"
    )

    def apart(measure: str, by: int) -> list[int]:
        return [round(by * (one - other)) for one, other in recording.pairs(known, measure).values()]

    more_wrong = [-words for words in apart("unseen", 800)]
    assert "{}, {} and {} more of 800 words wrong".format(*more_wrong) in text
    assert "{}, {} and {} points more".format(*apart("people", 100)) in text
    ten = [(round(10 * one), round(10 * other)) for one, other in recording.pairs(known, "person").values()]
    assert ten == [(7, 7), (7, 7), (8, 7)] and "7, 7 and 8 against three times 7" in text
