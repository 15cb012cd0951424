"""What the lesson tells of the recurrent forger, and that its cells are still there to be run."""

from __future__ import annotations

import ast
import json

from workshop.settings import CHECKOUT
from workshop.teach.names import recording

CELLS = json.loads((CHECKOUT / "notebooks" / recording.NOTEBOOK).read_text(encoding="utf-8"))["cells"]


def test_lines_tell_the_mean_and_the_range_of_all_seeds() -> None:
    def piece(share: float) -> recording.Piece:
        return {"rounds": 7, "asked": {"different": share}, "names": ["ada", "bo"], "day": "2026-11-27"}

    told = recording.lines({"recurrent/1": piece(0.25), "recurrent/3": piece(0.75)})
    assert told[0] == "recurrent, 7 rounds, 2 seeds (recorded 2026-11-27)"
    assert "0.50   from 0.25 to 0.75" in told[1]
    assert told[2:] == ["ada, bo", "ada, bo"]
    assert "names.recording" in recording.lines({})[0]


def test_the_cells_that_a_game_runs_are_in_the_notebook_in_their_order() -> None:
    ids = [cell["id"] for cell in CELLS]
    places = [ids.index(name) for name in recording.CELLS]
    assert places == sorted(places)


def test_all_that_the_last_picture_asks_is_recorded_and_the_openings_three_are_among_it() -> None:
    (cell,) = (cell for cell in CELLS if cell["id"] == "compare")
    (asked,) = (
        ast.literal_eval(statement.value)
        for statement in ast.parse("".join(cell["source"])).body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "questions"
    )
    assert {"new", "recognised", "different"} <= set(asked)  # new, good and varied
    for piece in recording.recorded().values():
        assert set(asked) == set(piece["asked"])
