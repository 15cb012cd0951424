"""Score against time: what the search makes of a file of boards in so many seconds of one core a board.

usage: python -m benchmarks.bubblebreaker.search_curve FILE --out CURVE.json [--seconds S …] [--seed N]

Each time is a search of its own, as ``bench samegame`` runs it. CURVE.json is written anew after each board;
a later run takes from there what it holds for the same boards and seed, and searches what is missing.
CURVE.svg beside it shows the mean score of a board, and those that were published for the twenty standard
boards. The document is printed on stdout as well.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bubblebreaker.boards import BoardsError, read_boards
from bubblebreaker.rules import SAMEGAME, Board
from bubblebreaker.solve import solve
from workshop.errors import WorkshopError
from workshop.system.files import write_whole

TIMES = (1.0, 3.0, 10.0, 30.0, 180.0)
"""Seconds of one core a board."""


@dataclass(frozen=True)
class Record:
    """A published sum of points over the twenty standard boards, by searches of hours."""

    name: str
    total: int
    boards: int = 20


PUBLISHED = (
    Record("SP-MCTS", 73_998),
    Record("NMCS, level 3", 77_934),
    Record("NRPA", 80_030),
)
"""Single-player Monte-Carlo tree search, nested Monte-Carlo search, nested rollout policy adaptation."""

Curve = dict[str, Any]
"""``seed``; ``boards``, lists of rows; ``runs``, each time's ``seconds`` and ``games`` (see ``solve``)."""


def begin(path: Path, boards: Sequence[Board], seed: int) -> Curve:
    """Return the curve in the file at ``path``, or an empty one; WorkshopError when it is of other boards."""
    asked = [board.tolist() for board in boards]
    if not path.exists():
        return {"seed": seed, "boards": asked, "runs": []}
    try:
        found: Curve = json.loads(path.read_text(encoding="utf-8"))
        same = found["seed"] == seed and found["boards"] == asked and isinstance(found["runs"], list)
    except (ValueError, KeyError, TypeError) as error:
        raise WorkshopError(f"{path} holds no curve; name another file, or remove it") from error
    if not same:
        raise WorkshopError(f"{path} is of other boards or another seed; name another file, or remove it")
    return found


def extend(
    curve: Curve,
    boards: Sequence[Board],
    times: Sequence[float],
    keep: Callable[[Curve], None],
    search: Callable[..., dict[str, Any]] = solve,
) -> None:
    """Search what ``curve`` lacks, the shortest time first; ``keep`` is called after each board."""
    for seconds in sorted(set(times)):
        run = next((run for run in curve["runs"] if run["seconds"] == seconds), None)
        if run is None:
            run = {"seconds": seconds, "games": []}
            curve["runs"] = sorted([*curve["runs"], run], key=lambda run: float(run["seconds"]))
        for number in range(len(run["games"]), len(boards)):
            run["games"].append(search(boards[number], "search", seconds, curve["seed"]))
            keep(curve)


def means(curve: Curve) -> list[tuple[float, float]]:
    """Return (seconds, mean score of a board) of each time at which every board was searched."""
    count = len(curve["boards"])
    return [
        (run["seconds"], sum(game["score"] for game in run["games"]) / count)
        for run in curve["runs"]
        if len(run["games"]) == count
    ]


def summary(curve: Curve) -> Curve:
    """Return the curve with ``totals``, the sum over all boards of each time, and what was published."""
    count = len(curve["boards"])
    totals = [{"seconds": seconds, "total": round(mean * count)} for seconds, mean in means(curve)]
    return curve | {"totals": totals, "published": [asdict(record) for record in PUBLISHED]}


def main(arguments: list[str] | None = None) -> int:
    """Search, write the curve and draw it; return the exit status."""
    parser = argparse.ArgumentParser(description="Score against time of the search, on a file of boards.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, nargs="+", default=list(TIMES))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        boards = read_boards(options.file, SAMEGAME)
        curve = begin(options.out, boards, options.seed)
        extend(curve, boards, options.seconds, lambda curve: _keep(options.out, curve))
        _keep(options.out, curve)
        _draw(options.out.with_suffix(".svg"), curve)
    except (BoardsError, WorkshopError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    json.dump(summary(curve), sys.stdout)
    return 0


def _keep(path: Path, curve: Curve) -> None:
    write_whole(path, json.dumps(summary(curve)))
    done = "  ".join(f"{run['seconds']:g} s: {len(run['games'])}" for run in curve["runs"])
    print(f"of {len(curve['boards'])} boards, {done}", file=sys.stderr, flush=True)


def _draw(path: Path, curve: Curve) -> None:
    # Only here, since who searches need not wait for Matplotlib.
    from benchmarks.bubblebreaker.curve_plot import draw

    write_whole(path, draw(means(curve), len(curve["boards"]), PUBLISHED))


if __name__ == "__main__":
    sys.exit(main())
