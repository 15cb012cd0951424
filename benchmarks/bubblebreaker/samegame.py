"""``workshop bench samegame``: how well an agent plays a file of boards, replayed by a referee."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.bubblebreaker.elsewhere import answer_of, find_python
from bubblebreaker.boards import BoardsError, read_boards, referee, write_boards
from bubblebreaker.rules import SAMEGAME, Board
from workshop.errors import WorkshopError
from workshop.output import console, print_json
from workshop.system.programs import last_line

PEER = Path(__file__).with_name("nrpa.cpp")
"""Nested rollout policy adaptation of level 2, from the paper."""

app = typer.Typer()


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
    peer: Annotated[bool, typer.Option("--peer", help="Play them by the peer in C++, too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Play each board once by an agent; each group of n gives (n - 2)², a cleared board 1000.

    The games are replayed by the plain Python rules before anything is printed. ``--peer`` has the same
    boards played for the same processor seconds by nested rollout policy adaptation, compiled from C++.
    """
    asked = boards_of(boards)
    arguments = [str(boards), "--agent", agent.value, "--seconds", str(seconds), "--seed", str(seed)]
    games = answer_of(find_python(python), "bubblebreaker.solve", arguments)
    report = report_of(asked, games, agent.value)
    if peer:
        other = report_of(asked, games_of_peer(asked, seconds, seed), "NRPA in C++")
        report |= {"peer": other, "ratio": report["total"] / other["total"]}
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


def report_of(asked: list[Board], games: list[dict[str, Any]], who: str) -> dict[str, Any]:
    """Return what ``who`` scored on each board and in all, after a look at each game by the referee."""
    for number, (board, game) in enumerate(zip(asked, games, strict=True), 1):
        check(number, board, game)
    return {"boards": games, "total": sum(game["score"] for game in games), "agent": who}


def games_of_peer(asked: list[Board], seconds: float, seed: int) -> list[dict[str, Any]]:
    """Have the peer play each board for so many seconds of one core; raise WorkshopError when it cannot."""
    compiler = shutil.which("g++")
    if compiler is None:
        raise WorkshopError("the peer is compiled by g++, which is not installed; leave out --peer")
    with tempfile.TemporaryDirectory(prefix="workshop-nrpa-") as folder:
        program, boards = Path(folder) / "nrpa", Path(folder) / "boards"
        write_boards(boards, asked)
        compiling = [compiler, "-O3", "-march=native", "-std=c++17", "-o", str(program), str(PEER)]
        _said_by(compiling)
        with boards.open() as lines:
            said = _said_by([str(program), str(seconds), str(seed)], stdin=lines)
    return [_game(line) for line in said.splitlines()]


def _said_by(command: list[str], stdin: Any = None) -> str:
    done = subprocess.run(command, stdin=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WorkshopError(f"{Path(command[0]).name} failed: {last_line(done.stderr)}")
    return done.stdout


def _game(line: str) -> dict[str, Any]:
    points, spent, playouts, *cells = line.split()
    at = [int(number) for number in cells]
    moves = [list(move) for move in zip(at[::2], at[1::2], strict=True)]
    return {"score": int(points), "seconds": float(spent), "playouts": int(playouts), "moves": moves}


def check(number: int, board: Board, game: dict[str, Any]) -> None:
    """Replay a game by the plain rules; raise WorkshopError when its score is not what its moves bring."""
    try:
        replayed = referee(SAMEGAME, board, [(row, column) for row, column in game["moves"]])
    except BoardsError as error:
        raise WorkshopError(f"board {number}: {error}") from error
    if game["score"] != replayed:
        raise WorkshopError(f"board {number}: the moves bring {replayed} points, not {game['score']}")


def _print(report: dict[str, Any]) -> None:
    if "peer" in report:
        _print(report["peer"])
    for number, game in enumerate(report["boards"], 1):
        line = f"board {number:3}  {game['score']:6} points  {len(game['moves']):3} moves"
        console.print(f"{line}  {game['seconds']:7.1f} s", markup=False, highlight=False)
    console.print(f"total      {report['total']:6} points, {report['agent']}", markup=False, highlight=False)
    if "ratio" in report:
        console.print(
            f"ratio      {report['ratio']:6.3f} of the peer's points", markup=False, highlight=False
        )
