"""``workshop bench samegame``: how well an agent plays a file of boards, replayed by a referee."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.bubblebreaker.elsewhere import answer_of, find_python
from bubblebreaker.boards import BoardsError, read_boards, referee
from bubblebreaker.rules import SAMEGAME, Board
from workshop.errors import WorkshopError
from workshop.output import console, print_json

app = typer.Typer(rich_markup_mode=None)


class Name(StrEnum):
    """The agents that can be asked for; the same names as in ``agents.AGENTS``."""

    UNIFORM = "uniform"
    SIZE = "size"
    SCORE = "score"
    GREEDY = "greedy"
    TABU = "tabu"
    VALUE = "value"
    SEARCH = "search"
    NESTED = "nested"
    BEAM = "beam"


@app.command(name="samegame")
def bench_samegame(
    boards: Annotated[Path, typer.Option(help="Boards of 15 lines of 15 colours from 0 to 4.")],
    agent: Annotated[Name, typer.Option(help="Who plays.")] = Name.SEARCH,
    seconds: Annotated[float, typer.Option(min=0.01, help="Of one core, a board; for searches.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Begins the random numbers.")] = 1,
    python: Annotated[Path | None, typer.Option(help="A Python with Numba; else the machine's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Play each board once by an agent; each group of n gives (n - 2)², a cleared board 1000.

    The games are replayed by the plain Python rules before anything is printed.
    """
    asked = boards_of(boards)
    arguments = [str(boards), "--agent", agent.value, "--seconds", str(seconds), "--seed", str(seed)]
    games = answer_of(find_python(python), "bubblebreaker.solve", arguments)
    for number, (board, game) in enumerate(zip(asked, games, strict=True), 1):
        check(number, board, game)
    report = {"boards": games, "total": sum(game["score"] for game in games), "agent": agent.value}
    if json:
        print_json(report)
    else:
        _print(report)


def boards_of(path: Path) -> list[Board]:
    """Read a file of boards; WorkshopError names what is wrong with it."""
    try:
        return read_boards(path, SAMEGAME)
    except BoardsError as error:
        raise WorkshopError(str(error)) from error


def check(number: int, board: Board, game: dict[str, Any]) -> None:
    """Replay a game by the plain rules; raise WorkshopError when its score is not what its moves bring."""
    try:
        replayed = referee(SAMEGAME, board, [(row, column) for row, column in game["moves"]])
    except BoardsError as error:
        raise WorkshopError(f"board {number}: {error}") from error
    if game["score"] != replayed:
        raise WorkshopError(f"board {number}: the moves bring {replayed} points, not {game['score']}")


def _print(report: dict[str, Any]) -> None:
    for number, game in enumerate(report["boards"], 1):
        line = f"board {number:3}  {game['score']:6} points  {len(game['moves']):3} moves"
        console.print(f"{line}  {game['seconds']:7.1f} s", markup=False, highlight=False)
    console.print(f"total      {report['total']:6} points, {report['agent']}", markup=False, highlight=False)
