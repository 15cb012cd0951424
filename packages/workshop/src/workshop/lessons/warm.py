"""Compile what the lessons need before anybody waits for it.

Theano translates each function to C and compiles it, which takes a lesson a quarter of a minute to some
minutes the first time and next to nothing afterwards. Every lesson's fast profile fills the compile cache,
one after another. A record in the compile directory holds for which lessons and packages that was done;
whoever ends this at any moment loses at most one lesson's record, and none of the modules.

In the background it has a low priority, and leaves Theano's lock to every other process that compiles
(the patch ``a-kernel-waits-behind-the-warm-up``).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lessonkit.catalogue import About, Kind, Lesson, about, choose, find_lessons
from lessonkit.errors import LessonkitError
from lessonkit.runner import Progress, RunOptions, run_notebook
from workshop.core import processors
from workshop.core.errors import WorkshopError
from workshop.core.files import take_lock, write_whole
from workshop.core.schedule import read_plans, todays_plan
from workshop.core.settings import Settings

KERNEL = "theano"
OURS = ("deep_learning_workshop-", "lessonkit-", "bubblebreaker-")
"""What the folders of our own packages' metadata begin with."""
RECORD = "warmed.json"
PROGRESS = "warming.json"
GIVES_WAY = "--gives-way"
"""What the command is told by which the background works."""
# Seconds of the reference machine: a cold cache takes far longer than a lesson's budget.
PATIENCE = 900.0

Reporting = Callable[[str], contextlib.AbstractContextManager[Progress]]
"""Shows the progress of what has a name."""


@dataclass(frozen=True)
class Warmth:
    """What is warmed, and the record of what was."""

    folder: Path
    """The notebooks."""
    lessons: list[Lesson]
    record: Path
    packages: str
    """A digest of what else compiled code depends on: the packages of the environment."""
    names: Sequence[str] = ()
    """What was asked for; none means all."""
    every: Sequence[Lesson] = ()
    """All lessons that compile."""
    plan: str = ""
    """The plan of the schedule whose lessons come first; empty for the schedule's first one."""

    def is_warm(self, lesson: Lesson) -> bool:
        """Tell whether the cache was warmed for just this lesson and these packages."""
        return self._read().get(lesson.name, {}).get("digest") == self._digest(lesson)

    def is_done(self) -> bool:
        """Tell whether the cache is warm for all the lessons."""
        return all(map(self.is_warm, self.lessons))

    def remember(self, lesson: Lesson) -> None:
        """Add a lesson to the record, which is written whole or not at all."""
        self._write(self.record, self._read() | {lesson.name: {"digest": self._digest(lesson)}})

    def tell(self, now: str = "") -> None:
        """Write down how far the warming is, and which lesson is at work; ``workshop doctor`` reads it."""
        told = {"lessons": len(self.every), "warm": sum(map(self.is_warm, self.every)), "now": now}
        # A process of low priority may be ended by another one that warms.
        ours = {"process": os.getpid(), "gives_way": os.nice(0) >= processors.NICENESS}
        self._write(self.record.with_name(PROGRESS), told | ours)

    @staticmethod
    def _write(file: Path, document: dict[str, Any]) -> None:
        write_whole(file, json.dumps(document, indent=1) + "\n")

    def _digest(self, lesson: Lesson) -> str:
        return hashlib.sha256(self.packages.encode() + lesson.path.read_bytes()).hexdigest()

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            entries = json.loads(self.record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(entries, dict):
            return {}
        return {name: entry for name, entry in entries.items() if isinstance(entry, dict)}


def survey(folder: Path, settings: Settings, names: Sequence[str] = (), plan: str = "") -> Warmth:
    """Find the lessons to warm for, those of today first, and what their compiled code depends on.

    Args:
        folder: The notebooks.
        settings: Of this machine.
        names: Lessons or chapters; none means all.
        plan: What is held today, as the schedule calls it; empty for the schedule's first.

    Raises WorkshopError on a machine that was not set up, UnknownLessonError for a wrong name.
    """
    if settings.prefix is None:
        raise WorkshopError("this machine was not set up, so it has no compile cache; run set-up first")
    found = find_lessons(folder)
    chosen = {one.name for one in choose(found, names, "workshop lessons list")}
    every = [one for one in found if is_compiled(one, one.name in chosen)]
    lessons = today_first([one for one in every if one.name in chosen], settings, plan)
    packages = hashlib.sha256()
    for path in sorted((settings.prefix / "venvs" / KERNEL).glob("lib/python*/site-packages/*.dist-info")):
        # Our own code compiles nothing differently.
        if not path.name.startswith(OURS):
            packages.update(f"{path.name}\n".encode())
    record = settings.prefix / "theano" / RECORD
    return Warmth(folder, lessons, record, packages.hexdigest(), names, every, plan)


def today_first(lessons: list[Lesson], settings: Settings, plan: str) -> list[Lesson]:
    """Return the lessons in the order in which a plan of the schedule opens them; the others follow.

    Raises WorkshopError when the machine's schedule has no such plan.
    """
    try:
        plans = read_plans(settings.source or Path("/"))
    except (OSError, ValueError, LookupError, TypeError):
        return lessons  # a machine without slides
    if plan and plan not in plans:
        raise WorkshopError(f"the schedule has no plan '{plan}'; it has {', '.join(plans)}")
    items = todays_plan(plans, plan) or []
    opened = [name for item in items for name in item.get("lessons", [])]
    return sorted(lessons, key=lambda one: opened.index(one.name) if one.name in opened else len(opened))


def is_compiled(lesson: Lesson, chosen: bool) -> bool:
    """Tell whether there is something to warm for; a broken notebook that nobody asked for is passed over."""
    try:
        return _compiles(about(lesson.name, lesson.read()))
    except LessonkitError:
        if chosen:
            raise
        return False


def _compiles(told: About) -> bool:
    """Tell whether a notebook is a lesson in Theano; a tool that measures must not run during set-up."""
    return told.kernel == KERNEL and told.kind is Kind.LESSON


def warm(warmth: Warmth, how: RunOptions, progress: Reporting, *, gives_way: bool = False) -> bool:
    """Run each lesson once that the cache is not warm for; return whether there was anything to do.

    A process that does the same in the background is ended, for it may hardly get on: what it compiled stays.
    Any other one is waited for. ``gives_way``: leave the processor to all others. Budgets do not count here.
    Raises WorkshopError when a lesson breaks off.
    """
    with warmth.record.with_suffix(".lock").open("w") as lock:
        while not take_lock(lock):
            _end_background(warmth.record)
            time.sleep(0.2)
        if gives_way:
            processors.give_way()
        waiting = [lesson for lesson in warmth.lessons if not warmth.is_warm(lesson)]
        for lesson in waiting:
            warmth.tell(lesson.name)
            notebook = lesson.read()
            with progress(lesson.name) as report:
                ran = run_notebook(lesson, about(lesson.name, notebook), notebook, how, report, {})
            if ran.outcome.failure is not None:
                raise WorkshopError(f"{lesson.name} fails: {ran.place(ran.outcome.failure)}")
            warmth.remember(lesson)
        if waiting:
            warmth.tell()
        return bool(waiting)


def stop_background(settings: Settings) -> bool:
    """End the process in the background that warms this machine's cache; return whether there was one.

    What it compiled stays, and the next warming goes on from there.
    """
    if settings.prefix is None or not (settings.prefix / "theano").is_dir():
        return False
    record = settings.prefix / "theano" / RECORD
    found = False
    with record.with_suffix(".lock").open("w") as lock:
        while not take_lock(lock) and _end_background(record):
            found = True
            time.sleep(0.2)
    return found


def _end_background(record: Path) -> bool:
    """End the process in the background that warms this cache; return whether there is one."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(record.with_name(PROGRESS).read_text(encoding="utf-8"))
        process = int(told["process"])
        # It may have ended, and its number be another program's by now.
        if told["gives_way"] and b"warm" in Path("/proc", str(process), "cmdline").read_bytes().split(b"\0"):
            os.kill(process, signal.SIGTERM)
            return True
    return False


def warm_in_background(warmth: Warmth, settings: Settings) -> bool:
    """Start the same work as a process of its own, which gives way to all others."""
    with warmth.record.with_suffix(".lock").open("w") as lock:
        if not take_lock(lock):
            return False  # somebody is at it
    if warmth.is_done():
        return False
    assert settings.prefix is not None  # survey() has looked
    # It outlives the set-up that starts it and is not part of it (tools/setup-lock.bash).
    environment = {name: value for name, value in os.environ.items() if name != "WORKSHOP_SETUP"}
    words = ["lessons", "warm", "--json", GIVES_WAY, "--notebooks", str(warmth.folder.absolute())]
    words += [*(["--plan", warmth.plan] if warmth.plan else []), *warmth.names]
    with (settings.prefix / "log" / "warm.log").open("w", encoding="utf-8") as log:
        subprocess.Popen(
            [sys.executable, "-P", "-m", "workshop", *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )
    return True


def warmth_here(notebooks: Path | None, settings: Settings) -> dict[str, str]:
    """Return "warm", "warming" or "cold" for each lesson that compiles; nothing where nobody can know.

    What was compiled is written down by the account that compiles; a server of another account may be kept
    from reading it, and then says nothing.
    """
    if notebooks is None:
        return {}
    with contextlib.suppress(LessonkitError, WorkshopError, OSError):
        found = survey(notebooks, settings)
        if found.record.exists():
            found.record.read_bytes()
        now = _now(found.record.with_name(PROGRESS))
        return {
            one.name: "warm" if found.is_warm(one) else "warming" if one.name == now else "cold"
            for one in found.every
        }
    return {}


def _now(file: Path) -> str:
    """Return the lesson that is being compiled, empty where none is."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return str(json.loads(file.read_text(encoding="utf-8")).get("now", ""))
    return ""
