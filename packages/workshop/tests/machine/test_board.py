"""The doctor's lines as a board in a notebook."""

from __future__ import annotations

import json
import re

from workshop.core.settings import CHECKOUT
from workshop.machine.board import ELSE, REMEDIES, Board, remedies
from workshop.machine.lines import green, making, red


def test_the_board_escapes_and_counts() -> None:
    board = Board([green("a", "<b>"), red("c", "d & e", "do <this>")])
    assert board.reds == 1
    shown = board._repr_html_()
    assert "&lt;b&gt;" in shown and "do &lt;this&gt;" in shown
    assert "<b>c</b>" in shown
    assert "✘ fix   c: d & e → do <this>" in repr(board)


def test_what_is_still_being_made_shows_how_far_it_is() -> None:
    board = Board([making("compile cache", "9 of 15 lessons are compiled", 0.6)])
    assert board.reds == 0
    assert '<progress value="0.60"' in board._repr_html_()
    assert repr(board) == "◔ 60%   compile cache: 9 of 15 lessons are compiled"


def test_each_red_line_links_to_what_to_do() -> None:
    told = remedies(
        [red("disk", "full", "free some"), green("cores", "2"), red("data: mnist", "gone", "fetch it")]
    )
    assert told.splitlines() == [
        "- **disk**: full. free some ([what to do](#Disk))",
        "- **data: mnist**: gone. fetch it ([what to do](#Data))",
    ]
    assert f"(#{ELSE})" in remedies([red("a new check", "bad", "help")])


def test_the_lesson_has_the_headings_that_red_lines_link_to() -> None:
    notebook = json.loads((CHECKOUT / "notebooks/0-basics/00-check.ipynb").read_text(encoding="utf-8"))
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    headings = {heading.replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", text, flags=re.M)}
    assert {*REMEDIES.values(), ELSE} <= headings
