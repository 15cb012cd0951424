"""``workshop bench curve``: score against time of the search, as JSON and as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.bubblebreaker.elsewhere import answer_of, find_python
from benchmarks.bubblebreaker.samegame import boards_of, check
from workshop.output import console, print_json

app = typer.Typer()


@app.command(name="curve")
def bench_curve(
    boards: Annotated[Path, typer.Option(help="Boards of 15 lines of 15 colours from 0 to 4.")],
    out: Annotated[Path, typer.Option(help="The curve, CURVE.json; the picture is CURVE.svg beside it.")],
    seconds: Annotated[
        list[float] | None,
        typer.Option(min=0.01, help="Of one core, a board; may be given many times. Else 1, 3, 10, 30, 180."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Begins the random numbers.")] = 1,
    python: Annotated[Path | None, typer.Option(help="A Python with Numba; else the machine's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Search each board for each time; the games are replayed by the plain Python rules.

    What the file of an earlier run holds for the same boards and seed is not searched again. The published
    records are over twenty boards; of fewer ones, only means of a board can be put beside them.
    """
    asked = boards_of(boards)
    arguments = [str(boards), "--out", str(out), "--seed", str(seed)]
    if seconds:
        arguments += ["--seconds", *map(str, seconds)]
    curve = answer_of(find_python(python), "benchmarks.bubblebreaker.search_curve", arguments)
    for run in curve["runs"]:
        for number, (board, game) in enumerate(zip(asked, run["games"], strict=False), 1):
            check(number, board, game)
    if json:
        print_json(curve)
        return
    for each in curve["totals"]:
        line = f"{each['seconds']:7g} s a board  {each['total']:7} points over {len(asked)} boards"
        console.print(f"{line}  {each['total'] / len(asked):7.1f} a board", markup=False, highlight=False)
    for each in curve["published"]:
        line = f"{each['name']:15}  {each['total']:7} points over {each['boards']} boards"
        console.print(f"{line}  {each['total'] / each['boards']:7.1f} a board", markup=False, highlight=False)
