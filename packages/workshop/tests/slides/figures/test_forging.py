"""The recorded games of forger and detective, and their recording on a lesson of a few lines."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from workshop.site.figures import forging
from workshop.teach.judging_pictures import kinds

CELLS = [
    ("parameters", "settings", 'PROFILE = "fast"\nREJOIN = True'),
    ("exercise:sum", "stub", "def add(a, b):\n    return ..."),
    ("check:sum", "check", "assert False"),
    ("", "wanted", "found = (PROFILE, REJOIN, add(1, 2))"),
    ("", "later", "raise SystemExit('this cell comes too late')"),
]


def heaps_of(points: list[list[float]]) -> list[int]:
    turn = np.arange(8) * np.pi / 4
    centres = 2 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    apart = np.array(points)[:, None] - centres
    return [int(heap) for heap in (apart**2).sum(axis=2).argmin(axis=1)]


def test_the_collapse_on_the_ring_is_found_by_a_number() -> None:
    kept = forging.forged()
    alone, healed = kept["kinds"]["no remedy"], kept["kinds"]["both"]
    assert np.median(alone) <= 2
    assert np.median(healed) >= 7
    # The number is that of the points which the slide shows, of which it has a fifth.
    shown = [kinds(np.array(heaps_of(points))) for points in kept["film"]]
    assert np.median(shown) == pytest.approx(np.median(alone), abs=0.6)


def test_a_lesson_is_run_in_full_and_solved_up_to_a_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [
        {"cell_type": "code", "id": name, "metadata": {"tags": [tag] if tag else []}, "source": [text]}
        for tag, name, text in CELLS
    ]
    (tmp_path / "short.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    (tmp_path / "brief.ipynb").write_text(json.dumps({"cells": cells[:-1]}), encoding="utf-8")
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions/sum.py").write_text("def add(a, b):\n    return a + b\n", encoding="utf-8")
    monkeypatch.setattr(forging, "NOTEBOOKS", tmp_path)
    assert forging.run_lesson("short", "wanted")["found"] == ("full", False, 3)
    with pytest.raises(ValueError, match="has no cell gone"):
        forging.run_lesson("brief", "gone")
