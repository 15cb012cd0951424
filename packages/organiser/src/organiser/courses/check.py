"""Prove a course: its file, its notebooks, its kernels; every notebook runs headless, without a network."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from lessonkit.judging import run_lesson
from lessonkit.runner import RunOptions
from workshop.core import programs
from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.courses.changing import fetch_data, require_whole
from workshop.courses.course import Course, require_sound
from workshop.courses.kernels import make_environments, register
from workshop.lessons.plugin import WORKSHOP
from workshop.sync.source import read_folder

MISSING = "No module named"
ADVICE = "; add its package to the requirements, and run 'workshop course lock' again"


def check(course: Course, settings: Settings, say: Callable[[str], None]) -> dict[str, str]:
    """Return for each notebook why it failed; empty when it ran. The notebooks themselves stay as they are.

    Raises WorkshopError when the course could not be added.
    """
    require_sound(course)
    require_whole(read_folder(course.folder, "."))
    place = (settings.cache / "courses" / course.name).absolute()
    environments = make_environments(course, place / "venvs", settings, say)
    fetch_data(course, place / "data", settings)
    register(course, environments, place / "jupyter" / "kernels", place / "data")
    for name, environment in environments.items():
        _require_start(name, environment)
    return _run(course, place / "jupyter", say)


def _require_start(kernel: str, environment: Path) -> None:
    """Raise WorkshopError when a kernel cannot start, before each notebook waits for it."""
    words = [str(environment / "bin" / "python"), "-m", "ipykernel_launcher", "--version"]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", cwd="/", check=False)
    if done.returncode:
        raise WorkshopError(f"the kernel {kernel} cannot start: {programs.last_line(done.stderr)}")


def _run(course: Course, jupyter: Path, say: Callable[[str], None]) -> dict[str, str]:
    how = RunOptions(course.notebooks_folder.resolve(), plugin=WORKSHOP, measured=False)
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = str(jupyter)  # for the runner's process
    try:
        found = {}
        for lesson in course.lessons():
            say(f"{lesson.name} …")
            inside = type(lesson)(lesson.name, lesson.path.resolve())
            result = run_lesson(inside, how, lambda cell, cells: None, solved=True)
            found[lesson.name] = "" if result.passed else result.why + (MISSING in result.why) * ADVICE
        return found
    finally:
        if before is None:
            del os.environ["JUPYTER_PATH"]
        else:
            os.environ["JUPYTER_PATH"] = before
