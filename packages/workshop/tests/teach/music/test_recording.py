"""What is told of the network that hears fewer notes, and that the cells that train it are still there."""

from __future__ import annotations

from workshop.teach import recordings
from workshop.teach.music import recording


def test_what_the_further_notes_bring_is_told_seed_by_seed() -> None:
    pieces = {
        f"{back}/{seed}": {"nats": 0.9 - back / 20 - seed / 100, "day": "2026-11-28"}
        for back in recording.HEARD
        for seed in recording.SEEDS
    }
    four, seven, more, foot = recording.lines(pieces)
    assert four.endswith("0.680 nats a note (0.690, 0.680, 0.670)") and "four notes" in four
    assert seven.endswith("0.530 nats a note (0.540, 0.530, 0.520)") and "seven notes" in seven
    assert more == "three notes more bring 0.150 ± 0.000 (95 %, over seeds 1, 2, 3)"
    assert recording.COMMAND in foot
    del pieces["4/3"], pieces["7/2"]
    assert recording.lines(pieces) == recording.lines({}) == [recording.UNKNOWN], "one pair is no comparison"


def test_the_cells_that_a_piece_runs_are_in_the_notebook() -> None:
    cells = {cell["id"]: "".join(cell["source"]) for cell in recordings.cells(recording.NOTEBOOK)}
    places = [list(cells).index(name) for name in recording.CELLS]
    assert places == sorted(set(places))
    assert "\nBACK = 7 " in cells["parameters"], "the lesson hears as many notes as the last kind"
    assert max(recording.HEARD) == 7


def test_what_is_recorded_belongs_to_a_piece_that_can_be_made_again() -> None:
    assert set(recording.recorded()) == set(recording.jobs())
