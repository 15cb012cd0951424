"""Recording how a lesson trains, on a lesson of a few lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workshop.site.figures import recording

CELLS = [
    ("parameters", 'PROFILE = "fast"\nREJOIN = True'),
    ("exercise:passes", "def passes():\n    return ..."),
    ("check:passes", "assert False"),
    ("", "from workshop.teach import training\nimport numpy as np"),
    ("", "epochs = passes() if PROFILE == 'full' and not REJOIN else 1"),
    (
        "",
        "training.train(lambda x, y, rate: float(rate), np.zeros((4, 2)), np.zeros(4), size=2,\n"
        "    epochs=epochs, rate=lambda step, steps: step, test_error=lambda: 0.25, title='three passes')",
    ),
    ("", "raise SystemExit('this cell trains nothing')"),
]


def test_the_lesson_is_run_in_full_and_solved_up_to_its_last_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [
        {"cell_type": "code", "id": str(number), "metadata": {"tags": [tag] if tag else []}, "source": [text]}
        for number, (tag, text) in enumerate(CELLS)
    ]
    (tmp_path / "short.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions/passes.py").write_text("def passes():\n    return 3\n", encoding="utf-8")
    monkeypatch.setattr(recording, "NOTEBOOKS", tmp_path)
    found = recording.record("short")["three passes"]
    assert found["errors"] == [0.25, 0.25, 0.25]
    assert found["losses"] == [0.5, 2.5, 4.5]
