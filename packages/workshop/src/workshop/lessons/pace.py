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
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workshop.lessons.catalogue import find_lessons
from workshop.lessons.model import WORK, About, Kind, Profile, about
from workshop.lessons.yardstick import Round, Yardstick

ROUNDS = 5
KEPT_SECONDS = 24 * 3600.0
"""A figure of yesterday is measured again: something else may be at work on the machine."""
SANE = (0.05, 100.0)


@dataclass(frozen=True)
class Minutes:
    """What a lesson takes here."""

    whole: float
    waiting: float
    """How much of it the cells run, at most: it comes from the lesson's budget."""


def minutes_here(told: About, slowness: float) -> Minutes | None:
    """Return what a lesson takes on a machine of this slowness; None where it does not say its minutes."""
    if told.minutes is None:
        return None
    running = min(told.minutes, told.budget.get(Profile.FULL, {}).get(WORK, 0.0) / 60)
    return Minutes(told.minutes + running * (slowness - 1), running * slowness)


def lessons_here(folder: Path, slowness: float) -> str:
    """Return a line for each lesson in a folder: what it takes here, and how much of it cells run."""
    lines = []
    for lesson in find_lessons(folder):
        told = about(lesson.name, lesson.read())
        if (minutes := minutes_here(told, slowness)) and told.kind is Kind.LESSON:
            lines.append(f"{lesson.name:36} {minutes.whole:3.0f} min, {minutes.waiting:.0f} of them waiting")
    return "\n".join(lines)


def _measure() -> list[Round]:
    return Yardstick().rounds(ROUNDS)


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
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_suffix(f".{os.getpid()}")
        document = {"slowness": slowness, "measured": clock(), "machine": machine}
        beside.write_text(json.dumps(document) + "\n", encoding="utf-8")
        beside.replace(file)
    return slowness


def _record() -> Path:
    """Return where this account keeps the figure."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "deep-learning-workshop" / "pace.json"
