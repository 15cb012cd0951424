"""Compile what the lessons need before anybody waits for it.

Theano translates each function to C and compiles it, which takes seconds to a minute a lesson the
first time and next to nothing afterwards. Running every lesson's fast profile once fills its
compile cache; a stamp beside the cache remembers for which lessons and packages that was done.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.lessons.catalogue import choose, find_lessons
from workshop.lessons.model import About, Kind, Lesson, about
from workshop.lessons.runner import How, Progress, run_notebook
from workshop.settings import Settings

KERNEL = "theano"
# Seconds of the reference machine: a cold cache takes far longer than a lesson's budget.
PATIENCE = 900.0


@dataclass(frozen=True)
class Warmth:
    """What is warmed, and the stamp that remembers it."""

    lessons: list[Lesson]
    stamp: Path
    digest: str
    names: Sequence[str] = ()
    """What was asked for; none means all."""

    def is_done(self) -> bool:
        """Tell whether the cache was warmed for just these lessons and packages."""
        return self.stamp.is_file() and self.stamp.read_text(encoding="utf-8").strip() == self.digest

    def remember(self) -> None:
        """Write the stamp, whole or not at all."""
        beside = self.stamp.with_suffix(".new")
        beside.write_text(self.digest + "\n", encoding="utf-8")
        beside.replace(self.stamp)


def survey(folder: Path, settings: Settings, names: Sequence[str] = ()) -> Warmth:
    """Find the lessons to warm for and the digest of what their compiled code depends on.

    names: lessons or chapters; none means all.

    Raises WorkshopError on a machine that was not set up, UnknownLessonError for a wrong name.
    """
    if settings.prefix is None:
        raise WorkshopError("this machine was not set up, so it has no compile cache; run the set-up first")
    chosen = choose(find_lessons(folder), names)
    lessons = [one for one in chosen if _compiles(about(one.name, one.read()))]
    digest = hashlib.sha256()
    for lesson in lessons:
        digest.update(lesson.path.read_bytes())
    packages = (settings.prefix / "venvs" / KERNEL).glob("lib/python*/site-packages/*.dist-info")
    names = sorted(path.name for path in packages if not path.name.startswith("deep_learning_workshop"))
    digest.update("\n".join(names).encode())
    return Warmth(lessons, settings.prefix / "theano" / "warmed", digest.hexdigest(), names)


def _compiles(told: About) -> bool:
    """Tell whether a notebook is a lesson in Theano; a tool that measures must not run during set-up."""
    return told.kernel == KERNEL and told.kind is Kind.LESSON


@contextlib.contextmanager
def _alone(stamp: Path) -> Iterator[bool]:
    """Hold the lock of the cache; yield False when another process warms it already."""
    with stamp.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def warm(
    warmth: Warmth, how: How, progress: Callable[[str], contextlib.AbstractContextManager[Progress]]
) -> bool:
    """Run each lesson once; return whether there was anything to do.

    Budgets do not count here. Raises WorkshopError when a lesson breaks off.
    """
    with _alone(warmth.stamp) as mine:
        if not mine or warmth.is_done():
            return False
        for lesson in warmth.lessons:
            notebook = lesson.read()
            with progress(lesson.name) as report:
                ran = run_notebook(lesson, about(lesson.name, notebook), notebook, how, report, {})
            if ran.outcome.failure is not None:
                raise WorkshopError(f"{lesson.name} breaks off: {ran.place(ran.outcome.failure)}")
        warmth.remember()
    return True


def warm_in_background(warmth: Warmth, settings: Settings) -> bool:
    """Start the same work as a process of its own that gives way to all others."""
    with _alone(warmth.stamp) as mine:
        if not mine or warmth.is_done():
            return False
    assert settings.prefix is not None  # survey() has looked
    # It outlives the set-up that starts it and is no part of it (tools/setup-lock.bash).
    environment = {name: value for name, value in os.environ.items() if name != "WORKSHOP_SETUP"}
    with (settings.prefix / "log" / "warm.log").open("w", encoding="utf-8") as log:
        subprocess.Popen(
            [sys.executable, "-m", "workshop", "lessons", "warm", "--json", *warmth.names],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: os.nice(19),
        )
    return True
