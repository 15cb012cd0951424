"""``workshop bench filter``: ``git add`` through our output filter, beside the ones that people use."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from benchmarks.filter.notebooks import write_notebooks
from benchmarks.filter.race import Course, Runner, race
from benchmarks.peers import install_peers, locked_version
from benchmarks.scratch import scratch_folder
from workshop.errors import WorkshopError
from workshop.output import console, messages, print_json
from workshop.settings import find_checkout

app = typer.Typer()

OURS, RIVAL, SLOW, NONE = "our filter", "nb-clean", "nbstripout", "no filter"
SCRIPT = "tools/ipynb_optional_output_filter.py"
LOCK = "locks/peers.txt"


@app.command(name="filter")
def bench_filter(
    repeat: Annotated[int, typer.Option(min=1, help="Do it all so often, in turns; medians count.")] = 7,
    notebooks: Annotated[int, typer.Option(min=1, help="How many notebooks are added.")] = 100,
    megabytes: Annotated[float, typer.Option(min=0.1, help="Their size together.")] = 40,
    slow_runs: Annotated[
        int, typer.Option(min=0, help=f"How often {SLOW} runs, which starts one Python a notebook.")
    ] = 1,
    scratch: Annotated[Path | None, typer.Option(help="A folder on the disk to measure on.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Add 100 notebooks with outputs to git, through our filter and its peers.

    The peers come in the versions of locks/peers.txt, installed by pip into a scratch folder and set up
    by their own commands. Git without a filter stores the outputs. Exit 1 when nb-clean is quicker than our
    filter, or could not be measured.
    """
    checkout = find_checkout(SCRIPT)
    with scratch_folder(scratch) as folder:
        report = measure(checkout, folder, repeat, notebooks, megabytes, slow_runs)
    if json:
        print_json(report)
    else:
        _print(report)
    if not report["passed"]:
        raise typer.Exit(1)


def measure(
    checkout: Path, folder: Path, repeat: int, count: int, megabytes: float, slow_runs: int
) -> dict[str, Any]:
    """Write the notebooks, install the peers, run the race in ``folder``; return the report."""
    (folder / "notebooks").mkdir()
    size = write_notebooks(folder / "notebooks", count, round(megabytes * 1e6 / count))
    programs, trouble = None, ""
    _say(f"installing {RIVAL} and {SLOW}")
    try:
        programs = install_peers(folder / "peers", checkout / LOCK)
    except WorkshopError as error:
        trouble = str(error)
    runners = [
        Runner(NONE, [], repeat),
        Runner(OURS, [sys.executable, checkout / SCRIPT, "--install"], repeat),
        Runner(RIVAL, [(programs or folder) / "nb-clean", "add-filter"], repeat, trouble),
        Runner(SLOW, [(programs or folder) / "nbstripout", "--install"], slow_runs, trouble),
    ]
    race(Course(folder / "notebooks", folder, programs), runners, repeat, _say)
    versions = {name: locked_version(checkout / LOCK, name) for name in (RIVAL, SLOW)}
    return summarise(runners, versions, count, size)


def summarise(runners: Sequence[Runner], versions: dict[str, str], count: int, size: int) -> dict[str, Any]:
    """Return one row a runner, and whether ours beats the rival. ``size``: bytes of all notebooks."""
    middle = {runner.name: round(median(runner.seconds), 3) for runner in runners if runner.seconds}
    ours, rival = middle.get(OURS), middle.get(RIVAL)
    rows = [
        {
            "name": runner.name,
            "version": versions.get(runner.name, ""),
            "seconds": middle.get(runner.name),
            "runs": [round(seconds, 3) for seconds in runner.seconds],
            "stored_megabytes": round(runner.stored / 1e6, 2) if runner.seconds else None,
            "trouble": runner.trouble or ("" if runner.seconds else "left out"),
        }
        for runner in runners
    ]
    return {
        "notebooks": count,
        "megabytes": round(size / 1e6, 1),
        "rows": rows,
        "ratio": round(ours / rival, 3) if ours and rival else None,
        "passed": bool(ours and rival and ours < rival),
    }


def _say(text: str) -> None:
    messages.print(text, markup=False, highlight=False)


def _print(report: dict[str, Any]) -> None:
    """Print a line a filter, and what it comes to."""
    lines = [f"git add of {report['notebooks']} notebooks, {report['megabytes']} MB:", ""]
    for row in report["rows"]:
        name = f"{row['name']} {row['version']}".strip()
        if row["trouble"]:
            lines.append(f"{name:20} {row['trouble']}")
            continue
        runs = f"median of {len(row['runs'])} runs" if len(row["runs"]) > 1 else "one run"
        lines.append(f"{name:20} {row['seconds']:8.2f} s  {row['stored_megabytes']:6.1f} MB stored  {runs}")
    if report["ratio"] is None:
        lines += ["", f"{RIVAL} was not measured, so nothing is known of the bar: quicker than {RIVAL}"]
    else:
        lines += ["", f"our filter takes {report['ratio']:.2f} of {RIVAL}'s time; the bar: less than 1"]
    for line in lines:
        console.print(line, markup=False, highlight=False)
