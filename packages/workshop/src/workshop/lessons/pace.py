"""How many minutes a lesson takes on this machine: people's own, and what its cells run.

A lesson's ``minutes`` are those of the machine on which the yardstick has the length 1. Reading, writing and
talking take as long on any machine; what its cells run takes as much longer as this machine is slower. Its
slowness is measured once in a while and kept, so that whoever asks is given the same figure.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from lessonkit.catalogue import Kind, about, find_lessons
from lessonkit.minutes import Minutes, minutes_here
from workshop.core.files import write_whole
from workshop.lessons.yardstick import Round, Yardstick

ROUNDS = 5
KEPT_SECONDS = 24 * 3600.0
"""A figure of yesterday is measured again: something else may be at work on the machine."""
SANE = (0.05, 100.0)
LONGEST_MEASURING = 60.0
"""Seconds after which somebody who waits for the figure is better off without."""


def lessons_here(folder: Path, slowness: float) -> str:
    """Return a line for each lesson in a folder: what it takes here, and how much of it cells run."""
    return "\n".join(f"{name:36} {words}" for name, words in words_here(folder, slowness).items())


def words_here(folder: Path, slowness: float) -> dict[str, str]:
    """Return for each lesson in a folder, by name, what ``words`` says of it."""
    found = {}
    for lesson in find_lessons(folder):
        told = about(lesson.name, lesson.read())
        if (minutes := minutes_here(told, slowness)) and told.kind is Kind.LESSON:
            found[lesson.name] = words(minutes)
    return found


def words(minutes: Minutes) -> str:
    """Say what a lesson takes here."""
    return f"{minutes.whole:3.0f} min, {minutes.waiting:.0f} of them waiting"


def _measure() -> list[Round]:
    return Yardstick().rounds(ROUNDS)


def measure_beside() -> list[Round]:
    """Measure in a process of its own: in a lesson's kernel NumPy has the threads that the lesson needs.

    Raises ImportError where that is not possible.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", __name__],
            capture_output=True,
            check=True,
            timeout=LONGEST_MEASURING,
            env={name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"},
        )
        return [Round(**each) for each in json.loads(done.stdout)]
    except (OSError, subprocess.SubprocessError, ValueError, TypeError) as error:
        raise ImportError("cannot measure the reference workload here") from error


def slowness_here(
    measure: Callable[[], list[Round]] = _measure, clock: Callable[[], float] = time.time
) -> float | None:
    """Return this machine's slowness as it was measured in the last day, else measure it.

    None where that cannot be done, as without NumPy.
    """
    file, machine = _record(), f"{platform.node()}, {os.cpu_count()} processors"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(file.read_text(encoding="utf-8"))
        slowness = float(kept["slowness"])
        is_fresh = 0 <= clock() - float(kept["measured"]) < KEPT_SECONDS
        if is_fresh and kept["machine"] == machine and SANE[0] < slowness < SANE[1]:
            return slowness
    try:
        slowness = round(statistics.median(each.slowness for each in measure()), 2)
    except ImportError:
        return None
    with contextlib.suppress(OSError):
        document = {"slowness": slowness, "measured": clock(), "machine": machine}
        write_whole(file, json.dumps(document) + "\n")
    return slowness


def _record() -> Path:
    """Return where this account keeps the figure."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "deep-learning-workshop" / "pace.json"


if __name__ == "__main__":
    print(json.dumps([asdict(each) for each in _measure()]))
