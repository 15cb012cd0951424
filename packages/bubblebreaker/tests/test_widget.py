"""The widget's half in Python: it keeps the game, obeys the page, and refuses what makes no sense."""

from __future__ import annotations

import base64
import re
from typing import Any

import numpy as np
import pytest

from bubblebreaker import draw, reference
from bubblebreaker.agents import make_agent, play_game
from bubblebreaker.rules import BUBBLE_BREAKER, SAMEGAME, Board
from bubblebreaker.widget import HERE, BubbleBoard, one_module

SMALL = SAMEGAME.having(rows=2, columns=3, colours=3)
BOARD = [[1, 2, 3], [1, 2, 1]]


@pytest.fixture
def small() -> BubbleBoard:
    return BubbleBoard(SMALL, board=BOARD)


def ask(board: BubbleBoard, kind: Any, **more: Any) -> None:
    """Say what the page says."""
    board._asked(board, {"kind": kind, "number": board.state["number"], **more}, [])


def test_a_click_is_a_move_by_the_rules() -> None:
    board = BubbleBoard(BUBBLE_BREAKER, seed=7)
    game = reference.Game.seeded(BUBBLE_BREAKER, 7)
    for _ in range(12):
        row, column = reference.groups(game.board)[-1][-1]
        game.play(row, column)
        ask(board, "play", row=row, column=column)
        assert board.state["board"] == game.board.tolist()
        assert board.score == board.state["score"] == game.score
    assert board.state["moves"] == 12


def test_the_page_is_told_what_burst_and_when_it_is_over(small: BubbleBoard) -> None:
    ask(small, "play", row=0, column=1)
    assert sorted(small.state["burst"]) == [[0, 1], [1, 1]]
    assert small.state["board"] == [[1, 3, 0], [1, 1, 0]]
    assert small.state["over"] is False
    ask(small, "play", row=0, column=0)
    assert small.state["over"] is True
    assert small.state["board"] == [[0, 0, 0], [3, 0, 0]]


def test_undo_goes_back_to_the_start_and_the_same_columns_enter_again() -> None:
    board = BubbleBoard(BUBBLE_BREAKER.having(rows=3, columns=3, colours=2), seed=3)
    states = [dict(board.state)]
    while not board.game.over and len(states) < 30:
        row, column = reference.moves(board.game.board)[0]
        board.play(row, column)
        states.append(dict(board.state))
    assert len(states) > 3
    for before in states[-2::-1]:
        ask(board, "undo")
        assert (board.state["board"], board.score) == (before["board"], before["score"])
    number = board.state["number"]
    ask(board, "undo")
    assert board.state["number"] == number
    for after in states[1:]:
        board.play(*reference.moves(board.game.board)[0])
        assert board.state["board"] == after["board"]


def test_a_new_game_is_another_board_or_the_given_one_again(small: BubbleBoard) -> None:
    thrown = BubbleBoard(seed=1)
    first = thrown.state["board"]
    ask(thrown, "new")
    assert thrown.state["board"] != first
    small.play(0, 0)
    ask(small, "new")
    assert (small.state["board"], small.score, small.state["moves"]) == (BOARD, 0, 0)


def test_the_same_seed_gives_the_same_games() -> None:
    one, other = BubbleBoard(seed=5), BubbleBoard(seed=5)
    one.new()
    other.new()
    assert one.state["board"] == other.state["board"]


@pytest.mark.parametrize(
    "message",
    [
        {"kind": "play", "row": 0, "column": 2},
        {"kind": "play", "row": 9, "column": 0},
        {"kind": "play", "row": -1, "column": 0},
        {"kind": "play", "row": "0", "column": 0},
        {"kind": "play", "row": 0.5, "column": 0},
        {"kind": "play", "row": True, "column": 0},
        {"kind": "play"},
        {"kind": "step"},
        {"kind": "dance"},
        {"kind": ["undo"]},
    ],
)
def test_what_makes_no_sense_changes_nothing(small: BubbleBoard, message: dict[str, Any]) -> None:
    before = dict(small.state)
    small._asked(small, {"number": before["number"], **message}, [])
    small._asked(small, {**message, "number": None}, [])
    small._asked(small, [message], [])
    assert small.state == before


def test_a_click_on_an_older_board_does_nothing_but_show_the_newer_one(
    small: BubbleBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[object] = []
    monkeypatch.setattr(small, "send_state", lambda key=None: sent.append(key))
    shown = small.state["number"]
    small._asked(small, {"kind": "play", "row": 0, "column": 0, "number": shown}, [])
    once = dict(small.state)
    sent.clear()
    small._asked(small, {"kind": "play", "row": 0, "column": 0, "number": shown}, [])
    assert small.state == once
    assert sent == ["state"]


def test_an_agent_plays_step_by_step_until_nothing_is_left() -> None:
    def leftmost(board: Board) -> reference.Cell:
        board_before = board.copy()
        board[:] = 0  # what an agent does to its board is nobody else's business
        return reference.moves(board_before)[0]

    board = BubbleBoard(SMALL, board=BOARD, agent=leftmost)
    assert board.state["agent"] == "leftmost"
    for _ in range(9):
        ask(board, "step")
    assert board.state["over"] is True
    assert board.state["moves"] == 2


class Recorder:
    """Makes the first move that there is, and knows what it was told."""

    def __init__(self) -> None:
        self.told: list[Board] = []

    def begin(self, board: Board) -> None:
        self.told.append(board.copy())
        board[:] = 0

    def choose(self, board: Board) -> reference.Cell | None:
        return next(iter(reference.moves(board)), None)


def test_an_agent_is_told_of_each_board_that_is_not_its_own_doing() -> None:
    agent = Recorder()
    board = BubbleBoard(seed=7, agent=agent)
    assert (board.state["agent"], agent.told) == ("Recorder", [])

    def knows(count: int) -> None:
        """Let it move twice; it was told of so many boards, the last one before its first move here."""
        before = board.game.board
        ask(board, "step")
        ask(board, "step")
        assert len(agent.told) == count
        assert np.array_equal(agent.told[-1], before)

    knows(1)
    ask(board, "undo")
    knows(2)
    row, column = reference.moves(board.game.board)[-1]
    ask(board, "play", row=row, column=column)
    knows(3)
    ask(board, "new")
    knows(4)


@pytest.mark.parametrize("name", ["greedy", "tabu", "search"])
def test_a_named_agent_that_is_watched_plays_as_it_does_alone(name: str) -> None:
    rules = SAMEGAME.having(rows=6, columns=6, colours=3) if name != "search" else BUBBLE_BREAKER
    board = BubbleBoard(rules, seed=4, agent=make_agent(name, rules, seed=1), name=name)
    for _ in range(12):
        board.step()
    alone = play_game(make_agent(name, rules, seed=1), reference.Game.seeded(rules, 4), limit=12)
    assert board.game.played == alone.played


def test_an_agent_that_makes_no_move_is_found_out() -> None:
    board = BubbleBoard(SMALL, board=BOARD, agent=lambda board: None, name="idler")
    with pytest.raises(ValueError, match="idler made no move"):
        board.step()


def test_several_boards_keep_apart(small: BubbleBoard) -> None:
    other = BubbleBoard(SMALL, board=BOARD)
    small.play(0, 0)
    assert (other.state["moves"], small.state["moves"]) == (0, 1)
    assert np.array_equal(other.game.board, BOARD)


def test_without_a_browser_it_is_a_still_picture(small: BubbleBoard) -> None:
    data, _ = small._repr_mimebundle_()
    before = base64.b64decode(data["image/png"])
    assert before.startswith(b"\x89PNG")
    assert "application/vnd.jupyter.widget-view+json" in data
    small.play(0, 0)
    assert small.still() != before


def test_page_and_still_picture_have_the_same_colours() -> None:
    colours = re.search(r"const COLOURS = \[(.*)\];", (HERE / "board.js").read_text(encoding="utf-8"))
    assert colours is not None
    assert [tuple(bytes.fromhex(c)) for c in re.findall(r'"#(\w+)"', colours[1])] == list(draw.COLOURS)


def test_the_page_fetches_nothing_from_elsewhere() -> None:
    code = one_module("rules.js", "board.js", "widget.js")
    assert str(BubbleBoard._esm) == code
    assert code.count("export ") == 1
    assert "export default { render }" in code
    assert "http" not in code
    assert "import " not in code
