"""What a house adds to the kit: how it measures, which kernels it knows, what its messages advise.

``Plugin`` is the kit's own, which adds nothing. A house derives one from it, hands it to the commands
(``lessonkit.cli.commands``) and to ``RunOptions``; the worker, a process of its own, makes another one by
its module and class. So it takes no arguments and holds no state.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar, Protocol

from lessonkit.errors import LessonkitError


class Meter(Protocol):
    """How slow the machine is while a lesson runs.

    A lesson's processor seconds, divided by the slowness, are its *work*, which a budget limits.
    """

    stopped_share: float
    """The lesson is stopped for at most this share of the time, to be measured."""

    @property
    def stopped_seconds(self) -> float:
        """How long it was stopped so far, by the clock."""

    def delay(self) -> float:
        """Return how much longer things take by the clock than on the reference machine; before a lesson."""

    def beside(self, group: int | None) -> AbstractContextManager[None]:
        """Measure within the block, beside the lesson whose processes are ``group``."""

    def read(self, *, measured: bool) -> tuple[float, float]:
        """Return slowness and noise; ``measured`` asks to look once more after the lesson."""


class PlainMeter:
    """Takes this machine for the reference: work is processor seconds."""

    stopped_share = 0.0
    stopped_seconds = 0.0

    def delay(self) -> float:
        """Return 1."""
        return 1.0

    def beside(self, group: int | None) -> AbstractContextManager[None]:
        """Do nothing."""
        return contextlib.nullcontext()

    def read(self, *, measured: bool) -> tuple[float, float]:
        """Return 1, without noise."""
        return 1.0, 0.0


class Plugin:
    """What a house adds to the kit; this one adds nothing."""

    command = "lessonkit"
    """How the commands are called."""
    kernel = "python3"
    """Of a new lesson."""
    kernels: ClassVar[Mapping[str, str]] = {"python3": "Python 3"}
    """Kernels that a lesson may name though this environment lacks them, and what Jupyter shows of each."""
    sources: ClassVar[Mapping[str, Path]] = {}
    """Where the sources of the house's packages lie, read for functions that return something to look at."""
    cheaper = ""
    """Where the lesson's kernel finds a ``lessonkit.tried_answers.Cheaper``: MODULE:NAME."""
    environment: ClassVar[Mapping[str, str]] = {}
    """What else is in the environment of a lesson that runs."""

    def notebooks(self, named: Path | None) -> Path:
        """Return the folder with the lessons, absolute: the one that was named, else the working directory.

        Raises LessonkitError when there is none.
        """
        if named is not None and not named.is_dir():
            raise LessonkitError(f"there is no folder {named}; name the lessons' folder with --notebooks")
        return (named or Path.cwd()).resolve()

    def kept(self) -> list[Path]:
        """Return further folders whose notebooks no executed ones may replace."""
        return []

    def slowness(self) -> float | None:
        """Return this machine's slowness, for the minutes that are listed; None where nobody knows."""
        return None

    def has_checkpoint(self, name: str) -> bool:
        """Tell whether what the ten-minute path loads by ``rejoin(NAME)`` comes along."""
        return True

    def no_kernel(self, kernel: str, there: str) -> str:
        """Say in one line that a kernel is missing, and what to do; ``there`` names those that are not."""
        return (
            f"this environment has no kernel '{kernel}' (it has: {there}); "
            f"install it, e.g. python -m ipykernel install --sys-prefix --name {kernel}"
        )

    def print_json(self, document: Any) -> None:
        """Write the document of ``--json`` to stdout."""
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
        sys.stdout.flush()

    def begin_worker(self) -> None:
        """Prepare the process that runs a lesson."""

    def kernel_manager(self) -> Any:
        """Return the class of the kernel's manager; nbclient's default where it is None."""
        return None

    def meter(self) -> Meter:
        """Return what measures how slow the machine is."""
        return PlainMeter()

    def name(self) -> str:
        """Return how the worker finds this class."""
        return f"{type(self).__module__}:{type(self).__qualname__}"


PLAIN = Plugin()


def plugin_named(name: str) -> Plugin:
    """Return the plug-in that ``Plugin.name`` calls so."""
    module, _, kind = name.partition(":")
    made: Plugin = getattr(importlib.import_module(module), kind)()
    return made
