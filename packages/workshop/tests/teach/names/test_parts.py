"""What is told of the network without its parts, and that the cells that train it are still there."""

from __future__ import annotations

from workshop.teach import recordings
from workshop.teach.names import parts
from workshop.teach.recordings import Piece


def pieces(seeds: tuple[int, ...]) -> dict[str, Piece]:
    """Return made-up pieces: each kind a point behind the one before, each seed a point ahead."""
    return {
        f"{kind}/{seed}": {"right": 0.8 + seed / 100 - place / 100}
        for place, kind in enumerate(parts.KINDS)
        for seed in seeds
    }


def test_each_kind_is_told_with_what_it_is_behind_the_whole() -> None:
    whole, counting, neighbours, foot = parts.lines(pieces(parts.SEEDS))
    assert whole.split() == ["everything", "82.0", "of", "100", "right", "(81.0,", "82.0,", "83.0)"]
    assert counting.startswith("no counting") and counting.endswith("behind by 1.0 ± 0.0 points")
    assert neighbours.startswith("no neighbours") and neighbours.endswith("behind by 2.0 ± 0.0 points")
    assert "seed by seed; ±" in foot


def test_only_beginnings_that_every_kind_has_are_compared() -> None:
    known = pieces((1, 2)) | {f"{parts.WHOLE}/3": {"right": 0.1}}
    assert "(81.0, 82.0)" in parts.lines(known)[0], "the third seed has one kind only"
    assert "±" not in "".join(parts.lines(pieces((1,)))), "one seed says nothing about others"
    assert parts.lines({}) == [parts.UNKNOWN]


def test_the_cells_that_a_piece_runs_are_in_the_notebook() -> None:
    cells = {cell["id"]: "".join(cell["source"]) for cell in recordings.cells(parts.NOTEBOOK)}
    places = [list(cells).index(name) for name in parts.CELLS]
    assert places == sorted(set(places))
    for switches in parts.KINDS.values():
        assert all(f"{name}=True" in cells["teach"] for name in switches)


def test_what_is_recorded_belongs_to_a_piece_that_can_be_made_again() -> None:
    known = set(parts.recorded())
    assert known and known <= set(parts.jobs())
