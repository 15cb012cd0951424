"""What a command took, on which machine, and the end that all benchmarks share."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import typer

from workshop.core.errors import WorkshopError
from workshop.core.output import console, messages, print_json

STOPWATCH = Path(__file__).with_name("stopwatch.py")
CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Cost:
    """What a command took, with all processes that it started and waited for."""

    seconds: float
    """Wall-clock time."""
    cpu_seconds: float
    peak_mb: float
    """Memory of the largest process, in 10⁶ bytes."""

    def rounded(self) -> dict[str, float]:
        """Return it for a report."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def run(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command in a folder and return what it took.

    Args:
        command: The program and its arguments.
        folder: Where it runs; its output is added to ``log.txt`` there.
        environment: Its variables; without them, this process's.

    Raises WorkshopError with its last two lines when it fails. If this process is interrupted, the
    command ends, too, with everything in its session.
    """
    log = folder / "log.txt"
    with tempfile.TemporaryDirectory() as place, log.open("a+", encoding="utf-8") as output:
        took = Path(place) / "took.json"
        start = output.seek(0, os.SEEK_END)
        process = subprocess.Popen(
            [sys.executable, "-IS", STOPWATCH, took, *command],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
        try:
            process.wait()
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
        output.seek(start)
        lines = output.read().strip().splitlines() or ["no output"]
        found = json.loads(took.read_text(encoding="utf-8")) if took.exists() else {"status": 1}
    if found.pop("status"):
        # The last line of some programs refers to the one before it.
        last = "; ".join(lines[-2:])
        raise WorkshopError(f"{Path(command[0]).name} failed: {last}; its output: {log}")
    return Cost(**found)


def figures(row: Mapping[str, float]) -> str:
    """Return a rounded cost for people."""
    return f"{row['seconds']:8.3f} s  (CPU {row['cpu_seconds']:.3f} s)  {row['peak_mb']:6.0f} MB"


def in_a_row(costs: Iterable[Cost]) -> Cost:
    """Return what commands took that ran one after the other."""
    all_of_them = list(costs)
    return Cost(
        sum(each.seconds for each in all_of_them),
        sum(each.cpu_seconds for each in all_of_them),
        max(each.peak_mb for each in all_of_them),
    )


def medians(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(
        median(each.seconds for each in costs),
        median(each.cpu_seconds for each in costs),
        median(each.peak_mb for each in costs),
    )


def machine() -> dict[str, Any]:
    """Return what figures depend on: processor, cores, memory, load, and the time."""
    lines = CPU_INFO.read_text(encoding="utf-8").splitlines() if CPU_INFO.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": names[0] if names else "unknown",
        "cores": os.cpu_count(),
        "memory_mb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6),
        "load": round(os.getloadavg()[0], 1),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def say(text: str) -> None:
    """Tell on stderr how far it is."""
    messages.print(text)


def finish(report: dict[str, Any], lines: Iterable[str], as_json: bool) -> None:
    """Print a report, with the machine; exit with 1 when it holds missed bars.

    Args:
        report: What was measured; ``missed`` has a line for each bar that was missed.
        lines: The same for people.
        as_json: Print the report as one JSON document on stdout, and no lines.
    """
    report |= {"machine": machine(), "passed": not report["missed"]}
    if as_json:
        print_json(report)
    else:
        here = report["machine"]
        last = f"{here['processor']}, {here['cores']} cores, {here['memory_mb']} MB, load {here['load']}"
        for line in [*lines, *(f"missed: {each}" for each in report["missed"]), last]:
            console.print(line)
    if report["missed"]:
        raise typer.Exit(1)
