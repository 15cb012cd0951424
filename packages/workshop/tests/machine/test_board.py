"""The doctor's lines as a board in a notebook."""

from __future__ import annotations

from workshop.machine.board import Board
from workshop.machine.lines import green, making, red


def test_the_board_escapes_and_counts() -> None:
    board = Board([green("a", "<b>"), red("c", "d & e", "do <this>")])
    assert board.reds == 1
    shown = board._repr_html_()
    assert "&lt;b&gt;" in shown and "do &lt;this&gt;" in shown
    assert "<b>c</b>" in shown
    assert "✘ mend  c: d & e → do <this>" in repr(board)


def test_what_is_still_being_made_shows_how_far_it_is() -> None:
    board = Board([making("compile cache", "9 of 15 lessons warm", 0.6)])
    assert board.reds == 0
    assert '<progress value="0.60"' in board._repr_html_()
    assert repr(board) == "◔ 60%   compile cache: 9 of 15 lessons warm"
