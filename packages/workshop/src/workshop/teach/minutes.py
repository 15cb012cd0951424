"""The line at the top of a lesson: how long it takes on this machine.

The figure is the one of ``workshop lessons list``; see ``workshop.lessons.pace``.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from lessonkit.catalogue import Lesson, about
from lessonkit.errors import LessonkitError
from lessonkit.minutes import minutes_here
from workshop.lessons.pace import measure_beside, slowness_here, words

NOTEBOOK = "JPY_SESSION_NAME"
"""In this variable Jupyter names the notebook that a kernel was started for."""


def line() -> str:
    """Say what the notebook of this kernel takes here; empty where it is none of the lessons, or headless."""
    named = Path(os.environ.get(NOTEBOOK, ""))
    if "LESSONKIT_HEADLESS" in os.environ or named.suffix != ".ipynb":
        return ""
    with contextlib.suppress(OSError, LessonkitError):
        told = about(named.stem, Lesson(named.stem, named).read())
        if told.minutes is not None and (slowness := slowness_here(measure_beside)) is not None:
            minutes = minutes_here(told, slowness)
            assert minutes is not None  # it says its minutes
            return f"Time: about {words(minutes).strip()}, on this machine."
    return ""
