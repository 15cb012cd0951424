"""``workshop bench charrnn``: training a character network, beside the library that people use."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from benchmarks.peers import install_peers, machine_python, run_engine
from benchmarks.scratch import scratch_folder
from workshop.output import console, messages, print_json
from workshop.settings import find_checkout

app = typer.Typer()

PEERS = "locks/charrnn-peers.in"
ENGINE = Path(__file__).with_name("race.py")
OURS, RIVAL = "theano", "torch"
BAR = 1.0
"""Characters a processor second, at least, as a share of the rival's."""


@app.command(name="charrnn")
def bench_charrnn(
    units: Annotated[int, typer.Option(min=1, help="Units of the GRU.")] = 256,
    rows: Annotated[int, typer.Option(min=1, help="Places at which the text is read at once.")] = 64,
    steps: Annotated[int, typer.Option(min=1, help="Characters of a window.")] = 50,
    batches: Annotated[int, typer.Option(min=1, help="Batches that a process times.")] = 100,
    repeat: Annotated[int, typer.Option(min=1, help="Processes an engine, in turns; medians count.")] = 3,
    theano_python: Annotated[Path | None, typer.Option(help="Theano's Python; else the machine's.")] = None,
    torch_python: Annotated[
        Path | None, typer.Option(help="PyTorch's Python; else an environment is made for it.")
    ] = None,
    scratch: Annotated[Path | None, typer.Option(help="A folder for that environment (6 GB).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Train a GRU on characters with one thread; compare with PyTorch's GRU of the same size.

    Each engine runs in a process of its own. Characters a processor second count, as a machine may be busy
    with other things. Exit 1 when the bar is missed.
    """
    with scratch_folder(scratch) as folder:
        pythons = {OURS: machine_python(OURS, theano_python), RIVAL: torch_python or _torch(folder)}
        report = summarise(measure(pythons, repeat, [units, rows, steps, batches], folder / "theano"))
    if json:
        print_json(report)
    else:
        for line in lines(report):
            console.print(line, markup=False, highlight=False)
    if not report["passed"]:
        raise typer.Exit(1)


def _torch(folder: Path) -> Path:
    _say("installing PyTorch")
    return install_peers(folder / "peers", find_checkout(PEERS) / PEERS, hashed=False) / "python"


def measure(
    pythons: dict[str, Path], repeat: int, sizes: list[int], compiled: Path
) -> dict[str, list[dict[str, Any]]]:
    """Run the engines in turns; return what each of their processes said."""
    found: dict[str, list[dict[str, Any]]] = {engine: [] for engine in pythons}
    for number in range(repeat):
        for engine, python in pythons.items():
            _say(f"round {number + 1} of {repeat}: {engine}")
            said = run_engine(python, ENGINE, engine, *map(str, sizes), compiled=compiled)
            found[engine].append(jsonlib.loads(said))
    return found


def summarise(found: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return both engines' medians, the ratio of their speeds, and whether the bar is met."""
    engines = {engine: _row(answers) for engine, answers in found.items()}
    ratio = engines[OURS]["characters_per_cpu_second"] / engines[RIVAL]["characters_per_cpu_second"]
    return {"engines": engines, "ratio": round(ratio, 3), "bar": BAR, "passed": ratio >= BAR}


def _row(answers: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "version": answers[0]["version"],
        "characters_per_cpu_second": round(
            median(each["characters"] / each["cpu_seconds"] for each in answers)
        ),
        "characters_per_second": round(median(each["characters"] / each["seconds"] for each in answers)),
        "peak_rss_mb": median(each["peak_rss_mb"] for each in answers),
        "loss": round(median(each["losses"][-1] for each in answers), 4),
    }


def lines(report: dict[str, Any]) -> list[str]:
    """Return a line an engine, and what it comes to."""
    said = [
        f"{row['version']:24} {row['characters_per_cpu_second']:8,} characters a CPU second"
        f"  ({row['characters_per_second']:,} by the clock)  {row['peak_rss_mb']:6.0f} MB"
        for row in report["engines"].values()
    ]
    verdict = "" if report["passed"] else ": missed"
    return [*said, f"{report['ratio']:.2f} of the rival's speed (bar {report['bar']:g}){verdict}"]


def _say(message: str) -> None:
    messages.print(message, markup=False, highlight=False)
