"""``workshop bench charrnn``: training a character network, against PyTorch's GRU of the same size."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from benchmarks.measuring import finish, say
from benchmarks.peers import PythonOption, install_peers, machine_python, run_engine
from benchmarks.scratch import scratch_folder

app = typer.Typer()

ENGINE = Path(__file__).with_name("race.py")
OURS, RIVAL = "theano", "torch"
BAR = 1.0
"""Characters a CPU second, at least, as a share of the rival's."""


@app.command(name="charrnn")
def bench_charrnn(
    units: Annotated[int, typer.Option(min=1, help="Units of the GRU.")] = 256,
    rows: Annotated[int, typer.Option(min=1, help="Places at which the text is read at once.")] = 64,
    steps: Annotated[int, typer.Option(min=1, help="Characters of a window.")] = 50,
    batches: Annotated[int, typer.Option(min=1, help="Batches that a process times.")] = 100,
    repeat: Annotated[int, typer.Option(min=1, help="Processes per engine, alternating; medians count.")] = 3,
    theano_python: PythonOption = None,
    torch_python: PythonOption = None,
    scratch: Annotated[Path | None, typer.Option(help="A folder for PyTorch (6 GB).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Train a GRU on characters with one thread; compare with PyTorch's GRU of the same size.

    Each engine runs in a process of its own. Characters per CPU second count, because a machine may be busy
    with other work. Exit 1 when the bar is missed.
    """
    with scratch_folder(scratch) as folder:
        pythons = {
            OURS: machine_python(OURS, theano_python),
            RIVAL: torch_python or install_peers(folder / "peers", "charrnn-peers") / "python",
        }
        report = summarise(measure(pythons, repeat, [units, rows, steps, batches], folder / "theano"))
    finish(report, lines(report), json)


def measure(
    pythons: dict[str, Path], repeat: int, sizes: list[int], compiled: Path
) -> dict[str, list[dict[str, Any]]]:
    """Run the engines alternately; return what each of their processes answered."""
    found: dict[str, list[dict[str, Any]]] = {engine: [] for engine in pythons}
    for number in range(repeat):
        for engine, python in pythons.items():
            say(f"round {number + 1} of {repeat}: {engine}")
            found[engine].append(run_engine(python, ENGINE, engine, *map(str, sizes), compiled=compiled))
    return found


def summarise(found: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return both engines' medians, the ratio of their speeds, and the bar if it is missed."""
    engines = {engine: _row(answers) for engine, answers in found.items()}
    ratio = engines[OURS]["characters_per_cpu_second"] / engines[RIVAL]["characters_per_cpu_second"]
    missed = [] if ratio >= BAR else [f"{ratio:.2f} of the rival's speed, at least {BAR:g}"]
    return {"engines": engines, "ratio": round(ratio, 3), "bar": BAR, "missed": missed}


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
    """Return a line for each engine, and the ratio."""
    found = [
        f"{row['version']:24} {row['characters_per_cpu_second']:8,} characters a CPU second"
        f"  ({row['characters_per_second']:,} a wall-clock second)  {row['peak_rss_mb']:6.0f} MB"
        for row in report["engines"].values()
    ]
    return [*found, f"{report['ratio']:.2f} of the rival's speed (bar {report['bar']:g})"]
