"""``workshop bench samegame``: how well an agent plays a file of boards, replayed by a referee."""

from __future__ import annotations

import importlib.util
import json as jsonlib
import resource
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.measuring import Cost, finish, in_a_row
from benchmarks.peers import package_alone
from bubblebreaker.boards import BoardsError, read_boards, referee
from bubblebreaker.rules import SAMEGAME, Board
from workshop.core.errors import WorkshopError
from workshop.core.settings import load_settings

NEEDED = "numba"
RECORDED = {
    "TabuColor, one game": 5_935,
    "one move ahead on hand-made features": 12_469,
    "nested Monte-Carlo search, level 1, 10 s a board": 25_326,
    "beam search, 6,000 boards wide": 26_425,
    "nested rollout policy adaptation in C++, level 2, 10 s a board": 34_882,
    "the same, the best of several runs, about 40 s a board": 37_028,
}
"""Points on the first ten of the twenty standard boards, recorded in November 2026 on two cores.

The peers are not part of this project, so nothing measures them again.
"""

app = typer.Typer()


class Name(StrEnum):
    """The agents that are compared; ``agents.AGENTS`` has them under the same names."""

    VALUE = "value"
    SEARCH = "search"


@app.command(name="samegame", epilog="Example: workshop bench samegame --boards boards.txt --agent search")
def bench_samegame(
    boards: Annotated[Path, typer.Option(help="Boards of 15 lines of 15 colours from 0 to 4.")],
    agent: Annotated[Name, typer.Option(help="Who plays.")] = Name.SEARCH,
    seconds: Annotated[float, typer.Option(min=0.01, help="Of one core, a board; for search.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Of the random numbers.")] = 1,
    python: Annotated[Path | None, typer.Option(help="A Python with Numba; else the machine's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Play each board once by an agent; each group of n gives (n - 2)², a cleared board 1000.

    The games are replayed by the plain Python rules before anything is printed. Next to the total stand
    recorded points of other methods on the first ten standard boards.
    """
    asked = boards_of(boards)
    arguments = [str(boards), "--agent", agent.value, "--seconds", str(seconds), "--seed", str(seed)]
    games = play(find_python(python), arguments)
    for number, (board, game) in enumerate(zip(asked, games, strict=True), 1):
        check(number, board, game)
    total = sum(game["score"] for game in games)
    report = {"boards": games, "total": total, "agent": agent.value, "recorded": RECORDED}
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6
    cost = in_a_row(Cost(game["seconds"], game["cpu_seconds"], peak_mb) for game in games)
    finish(report | {"cost": cost.rounded(), "missed": []}, lines(report, cost), json)


def boards_of(path: Path) -> list[Board]:
    """Read a file of boards; WorkshopError says what is wrong with it."""
    try:
        return read_boards(path, SAMEGAME)
    except BoardsError as error:
        raise WorkshopError(str(error)) from error


def find_python(named: Path | None = None) -> Path:
    """Return ``named``, else this interpreter if it has Numba, else that of the environment theano.

    Raises WorkshopError when none is there, or when the one that is there lacks Numba.
    """
    if named is not None:
        if not named.is_file():
            raise WorkshopError(f"there is no interpreter {named}")
        if not _has_needed(named):
            raise WorkshopError(f"{named} has no {NEEDED}; name the Python of the environment theano")
        return named
    if importlib.util.find_spec(NEEDED) is not None:
        return Path(sys.executable)
    prefix = load_settings().prefix
    found = prefix / "venvs" / "theano" / "bin" / "python" if prefix else None
    if found is None or not found.is_file() or not _has_needed(found):
        raise WorkshopError(
            f"this needs {NEEDED}, which the environment theano has; set this machine up "
            "(./local/setup.bash), or name an interpreter with --python"
        )
    return found


def _has_needed(python: Path) -> bool:
    """Ask an interpreter whether it could import Numba; one that does not start cannot."""
    asking = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({NEEDED!r}) is None)"
    try:
        done = subprocess.run([str(python), "-c", asking], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def play(python: Path, arguments: list[str]) -> list[dict[str, Any]]:
    """Run ``bubblebreaker.solve`` on one core and return its games; its progress goes to our stderr.

    Raises WorkshopError when it fails; it has said why by then.
    """
    one_core = {"OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    command = [str(python), "-m", "bubblebreaker.solve", *arguments]
    # The code of this checkout, whatever that environment has installed.
    with package_alone() as environment:
        done = subprocess.run(command, stdout=subprocess.PIPE, env=environment | one_core, check=False)
    if done.returncode:
        raise WorkshopError("solve failed; the reason is above")
    games: list[dict[str, Any]] = jsonlib.loads(done.stdout)
    return games


def check(number: int, board: Board, game: dict[str, Any]) -> None:
    """Replay a game by the plain rules; raise WorkshopError when its moves do not bring its score."""
    try:
        replayed = referee(SAMEGAME, board, [(row, column) for row, column in game["moves"]])
    except BoardsError as error:
        raise WorkshopError(f"board {number}: {error}") from error
    if game["score"] != replayed:
        raise WorkshopError(f"board {number}: the moves bring {replayed} points, not {game['score']}")


def lines(report: dict[str, Any], cost: Cost) -> list[str]:
    """Return the points of each board and in all, then the recorded ones."""
    found = [
        f"board {number:3}  {game['score']:6} points  {len(game['moves']):3} moves  {game['seconds']:7.1f} s"
        for number, game in enumerate(report["boards"], 1)
    ]
    spent = f"{cost.seconds:.1f} s (CPU {cost.cpu_seconds:.1f} s), {cost.peak_mb:.0f} MB"
    found.append(f"total      {report['total']:6} points, {report['agent']}, {spent}")
    found.append("recorded on the first ten standard boards:")
    return found + [f"           {points:6} points, {who}" for who, points in RECORDED.items()]
