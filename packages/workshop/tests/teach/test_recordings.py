"""Pieces are made by a notebook's own cells, and written one by one."""

from __future__ import annotations

import contextlib
import importlib
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from workshop.teach import recordings


def test_only_what_is_missing_is_recorded(tmp_path: Path) -> None:
    file, made = tmp_path / "recorded.json", []

    def job(name: str) -> recordings.Piece:
        made.append(name)
        return {"kinds": len(made)}

    jobs = {name: lambda name=name: job(name) for name in ("a/1", "b/1")}
    recordings.record(file, jobs, ["b"])
    recordings.record(file, jobs)
    recordings.record(file, jobs)
    assert made == ["b/1", "a/1"]
    recordings.record(file, jobs, ["a"])
    assert made == ["b/1", "a/1", "a/1"]
    known = recordings.read(file)
    assert {name: piece["kinds"] for name, piece in known.items()} == {"a/1": 3, "b/1": 1}
    assert all({"cpu_seconds", "share", "day"} <= set(piece) for piece in known.values())


def test_a_piece_that_fails_leaves_those_before_it(tmp_path: Path) -> None:
    def fails() -> recordings.Piece:
        raise ValueError("no")

    file = tmp_path / "recorded.json"
    with pytest.raises(ValueError, match="no"):
        recordings.record(file, {"good": dict, "bad": fails})
    assert set(recordings.read(file)) == {"good"}


def test_an_exercise_is_run_solved_and_says_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "twice.py").write_text("def twice(x):\n    return 2 * x\n", encoding="utf-8")
    cells = [
        {
            "id": "stub",
            "metadata": {"tags": ["exercise:twice"]},
            "source": ["def twice(x):\n", "    return ..."],
        },
        {"id": "use", "metadata": {}, "source": ["found = twice(4)\n", "print(found)"]},
    ]
    for cell in cells:
        cell["cell_type"] = "code"
    (tmp_path / "lesson.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    names: recordings.Names = {}
    for name in ("stub", "use"):
        recordings.run(Path("lesson.ipynb"), name, names, tmp_path)
    assert names["found"] == 8 and capsys.readouterr().out == ""


def test_cells_are_played_in_full_with_a_seed_and_save_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = {
        "parameters": 'PROFILE, SEED = "fast", 1',
        "imports": "from workshop.teach import checkpoints\nfrom workshop.teach.predict import reveal",
        "train": 'weights = [SEED]\ncheckpoints.save("mine", weights, {})\nreveal("mine", 1)',
        "judge": "judged = weights[0] + more",
    }
    cells = [{"id": name, "metadata": {}, "source": [text]} for name, text in sources.items()]
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/a.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    monkeypatch.setattr(recordings, "CHECKOUT", tmp_path)
    names = recordings.play(
        Path("a.ipynb"),
        sources,
        3,
        before={"judge": lambda names: names.update(more=10)},
        after={"train": lambda names: names["weights"].insert(0, 5)},
    )
    assert (names["PROFILE"], names["SEED"], names["judged"]) == ("full", 3, 15)


FOLDER = Path(recordings.__file__).parent
MODULES = sorted(
    f"workshop.teach.{file.parent.name}.{file.stem}"
    for file in FOLDER.glob("*/*.py")
    if "def recorded()" in file.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_every_shipped_recording_has_pieces_that_its_module_can_record_again(name: str) -> None:
    module = importlib.import_module(name)
    pieces = module.recorded()
    assert pieces and all(piece["day"] for piece in pieces.values())
    if hasattr(module, "jobs"):
        assert set(pieces) <= set(module.jobs())


@pytest.mark.parametrize("name", MODULES)
def test_every_recording_runs_cells_that_its_notebook_has(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(name)
    asked: list[tuple[Path, str]] = []

    def run(notebook: Path, cell: str, names: recordings.Names, *_: object) -> None:
        asked.append((notebook, cell))

    def play(notebook: Path, cells: Iterable[str], *_: object, **__: object) -> recordings.Names:
        asked.extend((notebook, cell) for cell in cells)
        return {}

    monkeypatch.setattr(recordings, "run", run)
    monkeypatch.setattr(recordings, "play", play)
    if not hasattr(module, "jobs"):
        play(module.NOTEBOOK, module.CELLS)
    for piece, job in module.jobs().items() if hasattr(module, "jobs") else ():
        # No cell has run, so a job ends where it needs the first of their results.
        if not piece.startswith("memory/"):
            with contextlib.suppress(KeyError, ImportError):
                job()
    assert asked
    for notebook, cell in asked:
        assert cell in {each["id"] for each in recordings.cells(notebook)}, (notebook, cell)
