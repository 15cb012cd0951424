"""``workshop bench env``: engine and environments beside plain Python and Gymnasium's CartPole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.bubblebreaker.elsewhere import answer_of, find_python
from workshop.output import console, messages, print_json

app = typer.Typer()

BARS = {"engine, SameGame, uniform": 1_000_000, "vector environment, SameGame": 100_000}
"""Moves a second that each must reach."""


@app.command(name="env")
def bench_env(
    seconds: Annotated[float, typer.Option(min=0.05, help="Each contestant runs so long.")] = 2,
    games: Annotated[int, typer.Option(min=1, help="Games side by side, where there are many.")] = 1024,
    python: Annotated[Path | None, typer.Option(help="A Python with Numba; else the machine's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Count moves a second on one core: compiled engine, vector and single environments, and their rulers.

    Exit 1 when the engine or the vector environment misses its bar.
    """
    messages.print("compiling, then timing", markup=False, highlight=False)
    arguments = ["--seconds", str(seconds), "--games", str(games)]
    rates: dict[str, int] = answer_of(find_python(python), "benchmarks.bubblebreaker.env_race", arguments)
    missed = [name for name, bar in BARS.items() if rates[name] < bar]
    if json:
        print_json({"moves_per_second": rates, "bars": BARS, "missed": missed})
    else:
        for name, rate in rates.items():
            bar = f"  bar {BARS[name]:,}" if name in BARS else ""
            console.print(f"{name:36} {rate:12,} moves/s{bar}", markup=False, highlight=False)
    if missed:
        raise typer.Exit(1)
