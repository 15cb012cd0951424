"""``workshop bench setup``: set-up from nothing against the same by hand; the first lesson's first cell."""

from __future__ import annotations

import shutil
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from benchmarks.measuring import Cost, figures, finish, medians, say
from benchmarks.scratch import scratch_folder
from benchmarks.setup.race import Trial
from workshop.core.settings import find_checkout

app = typer.Typer()

RATIO = 2.0
FIRST_CELL_SECONDS = 15.0
SECOND_RUN_SECONDS = 30.0
PARTS = ("setup", "first_cell", "second_run", "peer")


@app.command(epilog="Example: workshop bench setup")
def setup(
    repeat: Annotated[int, typer.Option(min=1, help="Do it all so often; medians count.")] = 1,
    scratch: Annotated[Path | None, typer.Option(help="A folder on the disk to measure, 12 GB free.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Set this checkout up from nothing, with cold caches, against its peer.

    The peer is `uv venv` and `uv pip sync` of the same locked environments and `workshop data fetch` of the
    same data, one after the other. As soon as set-up has ended, while it still compiles in the background,
    the first lesson is opened up to its first cell that compiles. Then set-up runs a second time. Exit 1 when
    a threshold is missed.
    """
    checkout = find_checkout("local/setup.bash")
    with scratch_folder(scratch, keep_failed=True) as folder:
        costs, changed = measure(checkout, folder, repeat)
    report = summarise(costs, changed)
    finish(report, lines(report), json)


def measure(checkout: Path, folder: Path, repeat: int) -> tuple[dict[str, list[Cost]], int]:
    """Make ``repeat`` trials; return what each part of them took, and what second runs changed at most."""
    costs: dict[str, list[Cost]] = {name: [] for name in PARTS}
    changed = []
    for number in range(repeat):
        trial = Trial(checkout, folder / str(number))
        say(f"trial {number + 1} of {repeat}")
        try:
            costs["setup"].append(trial.set_up()[0])
            costs["first_cell"].append(trial.first_cell())
            again = trial.set_up()
            costs["second_run"].append(again[0])
            changed.append(again[1])
        finally:
            # The peer is not to share the processor with services, and with what compiles in the background.
            trial.stop()
        costs["peer"].append(trial.peer())
        shutil.rmtree(trial.scratch, ignore_errors=True)
    return costs, max(changed)


def summarise(costs: dict[str, list[Cost]], changed: int) -> dict[str, Any]:
    """Return the medians, and the thresholds that are missed."""
    pairs = list(zip(costs["setup"], costs["peer"], strict=True))
    ratio = median(ours.seconds / peer.seconds for ours, peer in pairs)
    found = {name: medians(each) for name, each in costs.items()}
    missed = []
    if ratio > RATIO:
        missed.append(f"set-up takes {ratio:.2f} times as long as by hand, at most {RATIO:g}")
    if changed:
        missed.append(f"the second run changes {changed} things, at most 0")
    if (again := found["second_run"].seconds) > SECOND_RUN_SECONDS:
        missed.append(f"the second run takes {again:.1f} s, at most {SECOND_RUN_SECONDS:g}")
    if (cell := found["first_cell"].seconds) > FIRST_CELL_SECONDS:
        missed.append(f"the first cell takes {cell:.1f} s, at most {FIRST_CELL_SECONDS:g}")
    return {name: each.rounded() for name, each in found.items()} | {
        "ratio": round(ratio, 3),
        "trials": [[round(ours.seconds, 1), round(peer.seconds, 1)] for ours, peer in pairs],
        "second_run_changed": changed,
        "missed": missed,
    }


def lines(report: dict[str, Any]) -> list[str]:
    """Return the figures for people."""
    found = [f"{name:12}{figures(report[name])}" for name in PARTS]
    found.append(f"ratio {report['ratio']:.2f} (at most {RATIO:g})")
    found.append(f"again changed={report['second_run_changed']}")
    return found
