"""``workshop bench bubblebreaker``: what agents make of many games with new columns, with intervals."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.bubblebreaker.elsewhere import answer_of, find_python
from workshop.output import console, print_json

app = typer.Typer()

BARS = {"value": 1227, "search": 2000}
"""The mean of a game that each must reach: the network by itself, and with search allowed."""


class Name(StrEnum):
    """Who can be asked for; the same names as in ``games.PLAYERS``."""

    UNIFORM = "uniform"
    SIZE = "size"
    SCORE = "score"
    GREEDY = "greedy"
    TABU = "tabu"
    VALUE = "value"
    SEARCH = "search"


@app.command(name="bubblebreaker")
def bench_bubblebreaker(
    agent: Annotated[
        list[Name] | None, typer.Option(help="Who plays; may be given many times. Else value and search.")
    ] = None,
    games: Annotated[int, typer.Option(min=2, help="How many games each.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="That of the first game; the others count on.")] = 0,
    playouts: Annotated[int, typer.Option(min=1, help="Of search, of each move.")] = 2,
    horizon: Annotated[
        int | None, typer.Option(min=1, help="How many moves a playout goes on; else to the end.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="How many moves a game goes on; else to the end.")
    ] = None,
    python: Annotated[Path | None, typer.Option(help="A Python with Numba; else the machine's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Play games of 14 rows, 10 columns and 5 colours by the plain Python rules: means and 95 % intervals.

    Exit 1 when the value network or search misses its bar.
    """
    names = [name.value for name in agent or [Name.VALUE, Name.SEARCH]]
    arguments = ["--games", str(games), "--seed", str(seed), "--playouts", str(playouts)]
    arguments += ["--horizon", str(horizon)] if horizon else []
    arguments += ["--limit", str(limit)] if limit else []
    answers = answer_of(find_python(python), "bubblebreaker.games", [*arguments, "--agent", *names])
    missed = [name for name in names if answers[name]["mean"] < BARS.get(name, 0)]
    if json:
        print_json({"games": games, "seed": seed, "agents": answers, "bars": BARS, "missed": missed})
    else:
        for name in names:
            _print(name, answers[name])
    if missed:
        raise typer.Exit(1)


def _print(name: str, answer: dict[str, float]) -> None:
    line = f"{name:8} {answer['mean']:8.1f} ± {answer['interval']:5.1f} points  {answer['moves']:6.1f} moves"
    line += f"  {answer['cpu_seconds']:7.3f} s a game"
    line += f"  {answer['cut_short']} cut short" if answer["cut_short"] else ""
    line += f"  bar {BARS[name]:,}" if name in BARS else ""
    console.print(line, markup=False, highlight=False)
