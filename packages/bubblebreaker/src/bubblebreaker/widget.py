"""A board in the notebook: play it with the mouse, a finger or keys, or watch an agent play it.

Python keeps the game and makes every move; the page shows it and says what somebody wants. Its code is
in this file's folder: nothing comes from the network. Where no browser is at hand the board is a still
picture.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import anywidget
import numpy as np
import numpy.typing as npt
import traitlets
from PIL import Image

from bubblebreaker import draw, reference
from bubblebreaker.agents import Agent
from bubblebreaker.rules import BUBBLE_BREAKER, Board, Dice, Rules

Choose = Callable[[Board], "reference.Cell | None"]
"""Whoever needs no more than the board: one that has moves left → the cell (row, column) to burst."""

HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./\w+\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def one_module(*names: str) -> str:
    """Return our JavaScript modules as one: what they import of each other is part of it already."""
    texts = ((HERE / name).read_text(encoding="utf-8") for name in names)
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in texts)


class _Before(NamedTuple):
    """What there is to know to take a move back."""

    board: Board
    dice: int
    score: int


class _Chooser:
    """A function as an agent."""

    def __init__(self, choose: Choose) -> None:
        self.choose = choose

    def begin(self, board: Board) -> None:
        """Nothing is kept from move to move."""


class BubbleBoard(anywidget.AnyWidget):
    """One game: ``game`` is where it stands.

    ``play``, ``step``, ``undo`` and ``new`` do what clicks and buttons do.
    """

    _esm = one_module("rules.js", "board.js", "widget.js")
    rules = traitlets.Dict().tag(sync=True)
    """The fields of the game's rules."""
    state = traitlets.Dict().tag(sync=True)
    """What the page shows.

    ``number`` counts what happened, so that a click on an older state is told apart; ``board``: rows of
    numbers; ``burst``: the cells, before they fell, that the last move took; ``score``; ``moves``; ``over``;
    ``agent``: the name of whom one can watch, or nothing.
    """

    def __init__(
        self,
        rules: Rules = BUBBLE_BREAKER,
        *,
        seed: int | None = None,
        board: npt.ArrayLike | None = None,
        agent: Agent | Choose | None = None,
        name: str = "",
    ) -> None:
        """Begin the game of a seed (0 to 2³² - 1), of ``board`` (rows, columns), or any game.

        ``agent`` can be watched, under its ``name``: one of ``agents.make_agent`` for the same rules, or a
        function from a board to a cell. Before its first move in a game, and before it goes on from a board
        that is not the one after its last move, it is told so (``begin``).
        """
        super().__init__(rules=asdict(rules))
        self._rules = rules
        self._start = None if board is None else np.array(board, np.int8)
        self._seeds = np.random.default_rng(seed)
        self._seed = int(self._seeds.integers(2**32)) if seed is None else seed
        self.agent = _as_agent(agent)
        self._name = (name or getattr(agent, "__name__", type(agent).__name__)) if agent else ""
        self._number = 0
        self.on_msg(self._asked)
        self._begin()

    @property
    def score(self) -> int:
        """The points so far."""
        return self.game.score

    def play(self, row: int, column: int) -> int:
        """Burst the group at this cell; return its points. Raises IllegalMoveError where nothing bursts."""
        before = _Before(self.game.board, self.game.dice.state, self.game.score)
        burst = reference.group(self.game.board, row, column) if self._inside(row, column) else []
        points = self.game.play(row, column)
        self._before.append(before)
        self._agent_knows = False
        self._tell(burst)
        return points

    def step(self) -> None:
        """Let the agent make one move; nothing happens when the game is over or there is no agent.

        Raises ValueError when it makes none.
        """
        if self.agent is None or self.game.over:
            return
        if not self._agent_knows:
            self.agent.begin(self.game.board.copy())
        cell = self.agent.choose(self.game.board.copy())
        if cell is None:
            raise ValueError(f"{self._name} made no move, although moves are left")
        self.play(int(cell[0]), int(cell[1]))
        self._agent_knows = True

    def undo(self) -> None:
        """Take the last move back, if there is one."""
        if self._before:
            before = self._before.pop()
            self.game.board, self.game.score = before.board, before.score
            self.game.dice = Dice(before.dice)
            self.game.played.pop()
            self._agent_knows = False
            self._tell()

    def new(self) -> None:
        """Begin a new game: the same board where one was given, another one elsewhere."""
        self._seed = int(self._seeds.integers(2**32))
        self._begin()

    def _begin(self) -> None:
        self.game = reference.Game.seeded(self._rules, self._seed)
        if self._start is not None:
            self.game.board = self._start.copy()
        self._before: list[_Before] = []
        # Whether the agent made the last move, or was told of the board that there is. It is not told before
        # it has to move: one that plans a game thinks for seconds about each board that it is told of.
        self._agent_knows = False
        self._tell()

    def _inside(self, row: int, column: int) -> bool:
        return 0 <= row < self._rules.rows and 0 <= column < self._rules.columns

    def _tell(self, burst: list[reference.Cell] | None = None) -> None:
        """Send the state to the page."""
        self._number += 1
        self.state = {
            "number": self._number,
            "board": self.game.board.tolist(),
            "burst": [list(cell) for cell in burst or []],
            "score": self.game.score,
            "moves": len(self._before),
            "over": self.game.over,
            "agent": self._name,
        }

    def _asked(self, widget: object, content: Any, buffers: object) -> None:
        """Do what the page asks of the state that it shows.

        A click on an older state does nothing: either it was clicked twice, or the page missed a state while
        it had no connection, and is told again.
        """
        if not isinstance(content, dict):
            return
        if content.get("number") != self._number:
            self.send_state("state")
            return
        match content.get("kind"):
            case "undo":
                self.undo()
            case "new":
                self.new()
            case "step":
                self.step()
            case "play":
                self._clicked(content.get("row"), content.get("column"))

    def _clicked(self, row: Any, column: Any) -> None:
        """Burst the group at the cell that the page names, if it is one."""
        if type(row) is int and type(column) is int and self._bursts(row, column):
            self.play(row, column)

    def _bursts(self, row: int, column: int) -> bool:
        return self._inside(row, column) and len(reference.group(self.game.board, row, column)) > 1

    def still(self) -> bytes:
        """Return the board as it stands as a PNG."""
        png = io.BytesIO()
        Image.fromarray(draw.as_picture(self.game.board)).save(png, format="PNG", optimize=True)
        return png.getvalue()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Offer the live board, and the still picture to whatever cannot show it."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "image/png": base64.b64encode(self.still()).decode()}, metadata


def _as_agent(agent: Agent | Choose | None) -> Agent | None:
    """Return whom one can watch as an agent."""
    if agent is None or isinstance(agent, Agent):
        return agent
    return _Chooser(agent)
