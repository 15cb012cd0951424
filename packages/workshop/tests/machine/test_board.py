"""The doctor's lines as a board in a notebook."""

from __future__ import annotations

from workshop.machine.board import Board
from workshop.machine.lines import green, red


def test_the_board_escapes_and_counts() -> None:
    board = Board([green("a", "<b>"), red("c", "d & e", "do <this>")])
    assert board.reds == 1
    shown = board._repr_html_()
    assert "&lt;b&gt;" in shown and "do &lt;this&gt;" in shown
    assert "<b>c</b>" in shown
    assert "✘ mend  c: d & e → do <this>" in repr(board)
