"""The board in the notebook: clicked, taken back, watched, by mouse and keys, in both front ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from waiting import patience

from bubblebreaker import reference

from .conftest import expect, wait_until
from .notebooks import Desk

# What Python has, beside what the page shows: a label that follows the widget's state.
BOARDS = """
import ipywidgets, json, traitlets
from IPython.display import display
from bubblebreaker import reference
from bubblebreaker.rules import SAMEGAME
from bubblebreaker.widget import BubbleBoard

def python_has(board):
    label = ipywidgets.Label()
    label.add_class("python-has")
    def write(change=None):
        label.value = json.dumps([board.game.board.tolist(), board.score, len(board.game.played)])
    board.observe(write, names="state")
    write()
    return label

def careful(board):
    return reference.moves(board)[0]

boards = [BubbleBoard(seed=7), BubbleBoard(SAMEGAME.having(rows=6), seed=8, agent=careful, name="careful")]
for board in boards:
    display(board, python_has(board))
"""
# Thinks until the page has said so, and only about boards that are news to it.
THINKER = """
import time
from pathlib import Path

class Thinker:
    told = 0

    def begin(self, board):
        self.told += 1
        while not Path("seen-thinking").exists():
            time.sleep(0.05)

    def choose(self, board):
        return reference.moves(board)[0]

thinker = Thinker()
thoughtful = BubbleBoard(SAMEGAME.having(rows=6), seed=8, agent=thinker, name="thinker")
label = ipywidgets.Label()
label.add_class("told")
traitlets.dlink((thoughtful, "state"), (label, "value"), lambda state: str(thinker.told))
display(thoughtful, label)
"""
# Milliseconds from move to move by the slider: 600, so that nothing is over while one looks.
SLOWLY = "20"
BOARD = '.bubbles canvas[aria-label^="The board"]'


def opened(desk: Desk, name: str, *more: str) -> Any:
    page = desk.run(name, BOARDS, *more)
    page.locator(".bubbles").nth(1 + len(more)).wait_for()
    # A cell that ends may take the focus.
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
    return page


def python(page: Any, which: int) -> tuple[list[list[int]], int, int]:
    board, score, moves = json.loads(page.locator(".python-has").nth(which).inner_text())
    return board, score, moves


def box(page: Any, which: int) -> Any:
    return page.locator(".bubbles").nth(which)


def largest(page: Any, which: int) -> list[reference.Cell]:
    return max(reference.groups(np.array(python(page, which)[0], np.int8)), key=len)


def place(page: Any, which: int, row: int, column: int) -> tuple[float, float]:
    canvas = page.locator(BOARD).nth(which)
    canvas.scroll_into_view_if_needed()
    frame = canvas.bounding_box()
    return frame["x"] + (column + 0.5) * frame["width"] / 10, frame["y"] + (row + 0.5) * frame["height"] / 14


def moved(page: Any, which: int, moves: int) -> None:
    """Wait until page and Python have made so many moves; they must agree on the score."""
    wait_until(page, f"document.querySelectorAll('.bubbles')[{which}].dataset.moves === '{moves}'")
    wait_until(
        page, f"JSON.parse(document.querySelectorAll('.python-has')[{which}].innerText)[2] === {moves}"
    )
    expect(box(page, which)).to_have_attribute("data-score", str(python(page, which)[1]))


def at_rest(page: Any, which: int) -> int:
    """Wait until a paused board no longer changes, for a move that was asked for may still arrive; count."""
    moves, before = int(box(page, which).get_attribute("data-moves")), -1
    while moves != before:
        page.wait_for_timeout(patience(3000))
        moves, before = int(box(page, which).get_attribute("data-moves")), moves
    return moves


def test_keys_and_clicks_are_moves_and_python_keeps_the_game(desk: Desk, keep: Callable[..., None]) -> None:
    """A page of Jupyter takes seconds to open: so they take turns on one."""
    page = opened(desk, "bubbles")
    play_by_keys(page)
    play_by_clicks(desk, page, keep)


def play_by_clicks(desk: Desk, page: Any, keep: Callable[..., None]) -> None:
    start, other = python(page, 0)[0], python(page, 1)
    for moves in range(1, 4):
        group, before = largest(page, 0), python(page, 0)[1]
        points = 4 if len(group) == 2 else len(group) * (len(group) - 1)
        page.mouse.move(*place(page, 0, *group[-1]))
        expect(box(page, 0)).to_contain_text(f"{len(group)} bubbles: {points} points", use_inner_text=True)
        if moves == 3:
            keep(page, f"bubbles-{desk.name.split()[0].lower()}")
        page.mouse.click(*place(page, 0, *group[-1]))
        moved(page, 0, moves)
        assert python(page, 0)[1] == before + points
    expect(box(page, 0)).to_contain_text(f"Score {python(page, 0)[1]}", use_inner_text=True)
    assert python(page, 1) == other
    for moves in (2, 1, 0):
        box(page, 0).get_by_role("button", name="Undo").click()
        moved(page, 0, moves)
    assert python(page, 0)[:2] == (start, 0)
    box(page, 0).get_by_role("button", name="New game").click()
    wait_until(
        page, f"document.querySelector('.python-has').innerText.indexOf('{json.dumps(start)[:60]}') < 0"
    )


def test_an_agent_is_watched_and_paused_and_one_that_thinks_is_waited_for(desk: Desk) -> None:
    seen = desk.folder / "seen-thinking"
    seen.unlink(missing_ok=True)  # by the test of the other front end
    page = opened(desk, "watched", THINKER)
    watch_to_the_end(page)
    wait_for_one_that_thinks(page, seen)


def watch_to_the_end(page: Any) -> None:
    assert not box(page, 0).get_by_role("button", name="Watch").is_visible()
    box(page, 1).get_by_role("button", name="Step").click()
    moved(page, 1, 1)
    box(page, 1).get_by_role("slider").fill(SLOWLY)
    box(page, 1).get_by_role("button", name="Watch").click()
    wait_until(page, "document.querySelectorAll('.bubbles')[1].dataset.moves > 2")
    box(page, 1).get_by_role("button", name="Pause").click()
    moved(page, 1, at_rest(page, 1))
    box(page, 1).get_by_role("slider").focus()
    page.keyboard.press("End")
    box(page, 1).get_by_role("button", name="Watch").click()
    wait_until(page, "document.querySelectorAll('.bubbles')[1].innerText.includes('No move is left')", 240)
    moved(page, 1, int(box(page, 1).get_attribute("data-moves")))  # the label follows the board
    board, score, moves = python(page, 1)
    assert reference.groups(np.array(board, np.int8)) == []
    assert (box(page, 1).get_attribute("data-score"), box(page, 1).get_attribute("data-moves")) == (
        str(score),
        str(moves),
    )


def wait_for_one_that_thinks(page: Any, seen: Path) -> None:
    """It is told of what others did."""
    thoughtful = "document.querySelectorAll('.bubbles')[2]"
    box(page, 2).get_by_role("slider").fill(SLOWLY)
    box(page, 2).get_by_role("button", name="Watch").click()
    wait_until(page, f"{thoughtful}.innerText.includes('thinker thinks …')")
    seen.touch()
    wait_until(page, f"{thoughtful}.dataset.moves > 1")
    expect(box(page, 2)).not_to_contain_text("thinks", use_inner_text=True)
    expect(page.locator(".told")).to_have_text("1", use_inner_text=True)
    box(page, 2).get_by_role("button", name="Pause").click()
    # A click on the board before a move that was asked for arrives would do nothing.
    moves = at_rest(page, 2)
    box(page, 2).get_by_role("button", name="Undo").click()
    wait_until(page, f"{thoughtful}.dataset.moves === '{moves - 1}'")
    box(page, 2).get_by_role("button", name="Step").click()
    wait_until(page, f"{thoughtful}.dataset.moves === '{moves}'")
    wait_until(page, "document.querySelector('.told').innerText === '2'")


def play_by_keys(page: Any) -> None:
    row, column = largest(page, 0)[0]
    page.locator(BOARD).first.focus()
    page.keyboard.press("ArrowUp")  # the first one begins in the lower left corner
    page.keyboard.press("ArrowDown")
    for _ in range(13 - row):
        page.keyboard.press("ArrowUp")
    for _ in range(column):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    moved(page, 0, 1)
    page.keyboard.press("u")
    moved(page, 0, 0)
    before = python(page, 0)[0]
    page.keyboard.press("n")
    wait_until(
        page, f"document.querySelector('.python-has').innerText.indexOf('{json.dumps(before)[:60]}') < 0"
    )
