"""Score against time: how many points a search has after so many seconds of one core a board.

usage: python -m workshop.bubblebreaker.curve FILE [--seconds S] [--seed N]

Prints one JSON document on stdout: for each time of ``TIMES`` the points of all boards together.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from workshop.bubblebreaker.agents.searching import settings_for
from workshop.bubblebreaker.boards import read_boards
from workshop.bubblebreaker.rules import SAMEGAME, Board
from workshop.bubblebreaker.search.plan import plan
from workshop.errors import WorkshopError

TIMES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 180)
"""Seconds of one core a board."""

Steps = list[tuple[float, int]]
"""When, in seconds, the best score of a board rose to how much."""


def steps_of(board: Board, seconds: float, seed: int) -> Steps:
    """Search one board; return the steps of its best score."""
    steps: Steps = []
    plan(
        SAMEGAME,
        board,
        seconds,
        None,
        seed,
        settings_for(seconds),
        on_better=lambda score, when: steps.append((when, score)),
    )
    return steps


def totals(boards: Sequence[Steps], seconds: float) -> dict[float, int]:
    """Return the sum of all boards' best scores at each time up to ``seconds``."""
    return {
        time: sum(max((score for when, score in steps if when <= time), default=0) for steps in boards)
        for time in TIMES
        if time <= seconds
    }


def main(arguments: list[str] | None = None) -> int:
    """Search every board and print the curve."""
    parser = argparse.ArgumentParser(description="Score against time of the search, a file of boards.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        boards = read_boards(options.file, SAMEGAME)
    except (WorkshopError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    found = []
    for number, board in enumerate(boards, 1):
        found.append(steps_of(board, options.seconds, options.seed))
        print(f"board {number} of {len(boards)}: {found[-1][-1][1]}", file=sys.stderr, flush=True)
    json.dump({"boards": found, "totals": totals(found, options.seconds)}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
