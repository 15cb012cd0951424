"""The curve of score against time rises, and sums what each board had by then."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workshop.bubblebreaker import engine
from workshop.bubblebreaker.boards import write_boards
from workshop.bubblebreaker.curve import main, totals
from workshop.bubblebreaker.rules import SAMEGAME


def test_the_best_so_far_of_each_board_is_summed() -> None:
    steps = [[(0.05, 10), (0.4, 30)], [(0.15, 5), (3.0, 50)]]
    assert totals(steps, 2) == {0.1: 10, 0.2: 15, 0.5: 35, 1: 35, 2: 35}


def test_a_file_of_boards_gets_a_rising_curve(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_boards(tmp_path / "boards", engine.new_boards(SAMEGAME, [1])[0])
    assert main([str(tmp_path / "boards"), "--seconds", "0.2"]) == 0
    (steps,) = json.loads(capsys.readouterr().out)["boards"]
    assert steps == sorted(steps)
    assert [score for _, score in steps] == sorted({score for _, score in steps})


def test_a_file_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "boards").write_text("1\n")
    assert main([str(tmp_path / "boards")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
