"""Play a file of boards by an agent and print the games as one JSON document on stdout.

usage: python -m bubblebreaker.solve FILE --agent NAME [--seconds S] [--seed N]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from math import inf
from pathlib import Path
from typing import Any

from bubblebreaker.agents import AGENTS, make_agent, play_game
from bubblebreaker.boards import BoardsError, read_boards
from bubblebreaker.reference import Game
from bubblebreaker.rules import SAMEGAME, Board


def solve(board: Board, name: str, seconds: float, seed: int) -> dict[str, Any]:
    """Play one board; return its score, moves [row, column], and the time that it took.

    ``seconds``: of this process's own time, however long a busy machine takes for them.
    """
    agent = make_agent(name, SAMEGAME, seed, seconds, clock_share=inf)
    clock, cpu = time.monotonic(), time.process_time()
    game = play_game(agent, Game(SAMEGAME, board))
    return {
        "score": game.score,
        "moves": [list(cell) for cell in game.played],
        "seconds": round(time.monotonic() - clock, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2),
    }


def main(arguments: list[str] | None = None) -> int:
    """Solve every board; return the exit status."""
    parser = argparse.ArgumentParser(description="Play a file of boards by an agent.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--agent", choices=list(AGENTS), default="search")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        boards = read_boards(options.file, SAMEGAME)
    except (BoardsError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    games = []
    for number, board in enumerate(boards, 1):
        games.append(solve(board, options.agent, options.seconds, options.seed))
        print(f"board {number} of {len(boards)}: {games[-1]['score']}", file=sys.stderr, flush=True)
    json.dump(games, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
