"""Recording the games of forger and detective, on a lesson of a few lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workshop.site.figures import forging

CELLS = [
    ("parameters", "settings", 'PROFILE = "fast"\nREJOIN = True'),
    ("exercise:sum", "stub", "def add(a, b):\n    return ..."),
    ("check:sum", "check", "assert False"),
    ("", "dear", "raise SystemExit('this cell is to be skipped')"),
    ("", "wanted", "found = (PROFILE, REJOIN, add(1, 2))"),
    ("", "later", "raise SystemExit('this cell comes too late')"),
]


def test_a_lesson_is_run_in_full_and_solved_without_the_cells_that_are_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [
        {"cell_type": "code", "id": name, "metadata": {"tags": [tag] if tag else []}, "source": [text]}
        for tag, name, text in CELLS
    ]
    (tmp_path / "short.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions/sum.py").write_text("def add(a, b):\n    return a + b\n", encoding="utf-8")
    monkeypatch.setattr(forging, "NOTEBOOKS", tmp_path)
    assert forging.run_lesson("short", "wanted", {"dear"})["found"] == ("full", False, 3)
    with pytest.raises(ValueError, match="has no cell gone"):
        forging.run_lesson("short", "gone", {"dear", "later"})
