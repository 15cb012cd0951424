"""``workshop bench sticks``: one stick, and sixteen at once, behind the same bus."""

from __future__ import annotations

import json as documents
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.scratch import scratch_folder
from benchmarks.sticks.bus import sticks_on_a_bus
from benchmarks.thumbdrive import fill
from organiser.thumbdrive.staged import read_staged
from workshop.errors import WorkshopError
from workshop.output import console, messages, print_json

app = typer.Typer()

WORK = 1.15
"""The bar: processor seconds for each megabyte may grow by so much from the fewest sticks to the most."""
MEMORY_MB = 64.0
"""The bar: so much more memory may the most sticks take than the fewest."""
BUS = 0.8
"""The bar: of the bus's speed in one direction, the most sticks use so much; some write while others read."""


@dataclass(frozen=True)
class Trial:
    """One run of ``workshop thumbdrive write``."""

    sticks: int
    bytes: int
    """On all sticks together: each is written once and read back once."""
    seconds: float
    processor: float
    memory: int
    """The most that the process had at a time, in bytes."""


@app.command()
def sticks(
    count: Annotated[list[int] | None, typer.Option(help="So many at once; default: 1, 4 and 16.")] = None,
    megabytes: Annotated[int, typer.Option(min=20, help="Size of the large file on each stick.")] = 48,
    speed: Annotated[float, typer.Option(help="Megabytes a second of the bus, each way.")] = 60.0,
    scratch: Annotated[Path | None, typer.Option(help="A folder with 3 GB free.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Write sticks behind a throttled bus, few and many at once, as root.

    Exit 1 when many cost more processor time for each megabyte than few, take far more memory, or leave the
    bus idle.
    """
    with scratch_folder(scratch) as folder:
        trials = measure(folder, sorted(set(count or (1, 4, 16))), megabytes << 20, int(speed * 1e6))
    report = summarise(trials, speed)
    if json:
        print_json(report)
    else:
        for line in lines(report):
            console.print(line, markup=False, highlight=False)
    if not report["passed"]:
        raise typer.Exit(1)


def measure(folder: Path, counts: list[int], large: int, speed: int) -> list[Trial]:
    """Write so many new sticks at once, for each of ``counts``."""
    stage = folder / "stage"
    fill(stage, large)
    total = sum(entry.bytes for entry in read_staged(stage).values())
    trials = []
    for number in counts:
        messages.print(f"{number} sticks of {total / 1e6:.0f} MB", markup=False, highlight=False)
        place = folder / str(number)
        place.mkdir()
        with sticks_on_a_bus(place, number, total * 12 // 10 + (32 << 20), speed) as places:
            trials.append(write(stage, places, total))
        shutil.rmtree(place)
    return trials


def write(stage: Path, places: list[Path], total: int) -> Trial:
    """Run the command in a process of its own; raises WorkshopError when a stick fails."""
    words = ["thumbdrive", "write", "--staged", str(stage), "--force", "--json"]
    words += ["--at-once", str(len(places)), *map(str, places)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with tempfile.TemporaryFile("w+") as out:
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "workshop", *words],
            stdout=out,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - started
        out.seek(0)
        said = documents.loads(out.read() or "{}")
    if process.returncode or said["failed"]:
        raise WorkshopError(f"sticks were not written: {said.get('error') or said.get('failed')}")
    return Trial(
        len(places), total * len(places), seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024
    )


def summarise(trials: list[Trial], speed: float) -> dict[str, Any]:
    """Return the figures, and whether the bars are met; ``speed`` is in megabytes a second."""
    rows = [
        {
            "sticks": trial.sticks,
            "megabytes": round(trial.bytes / 1e6, 1),
            "seconds": round(trial.seconds, 2),
            "of_the_bus": round(2 * trial.bytes / 1e6 / speed / trial.seconds, 3),
            "processor_seconds": round(trial.processor, 2),
            "processor_ms_a_megabyte": round(1e9 * trial.processor / trial.bytes, 3),
            "memory_mb": round(trial.memory / 1e6, 1),
        }
        for trial in trials
    ]
    few, many = trials[0], trials[-1]
    work = (many.processor / many.bytes) / (few.processor / few.bytes)
    more = (many.memory - few.memory) / 1e6
    return {
        "bus_megabytes_a_second": speed,
        "trials": rows,
        "work_ratio": round(work, 3),
        "more_memory_mb": round(more, 1),
        "passed": work <= WORK and more <= MEMORY_MB and float(str(rows[-1]["of_the_bus"])) >= BUS,
    }


def lines(report: dict[str, Any]) -> list[str]:
    """Return the report for a person."""
    found = [
        f"a bus of {report['bus_megabytes_a_second']:.0f} MB/s each way; all is written and read back, "
        "so 200 % is the most"
    ]
    for row in report["trials"]:
        found.append(
            f"{row['sticks']:3} sticks: {row['megabytes']:7.0f} MB in {row['seconds']:6.1f} s, "
            f"{row['of_the_bus']:4.0%} of the bus, {row['processor_seconds']:6.2f} processor seconds "
            f"({row['processor_ms_a_megabyte']:.2f} ms/MB), {row['memory_mb']:.0f} MB"
        )
    return [
        *found,
        f"most beside fewest: {report['work_ratio']:.2f} of the work for each megabyte (at most {WORK}), "
        f"{report['more_memory_mb']:.0f} MB more memory (at most {MEMORY_MB:.0f}); "
        f"bus at least {BUS:.0%}",
    ]
