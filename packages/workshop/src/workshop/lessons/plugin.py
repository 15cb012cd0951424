"""What the workshop adds to the kit of lessons: this machine's folders and kernels, and the yardstick."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar

import lessonkit.plugin
from workshop.core import processors
from workshop.core.command import print_json
from workshop.core.errors import WorkshopError
from workshop.core.kernels import NAMES
from workshop.core.settings import CHECKOUT, load_settings

SOURCES = Path(__file__).parents[1]


class Plugin(lessonkit.plugin.Plugin):
    """What the workshop adds to the kit of lessons."""

    command = "workshop lessons"
    kernel = "theano"
    kernels: ClassVar[Mapping[str, str]] = NAMES
    sources: ClassVar[Mapping[str, Path]] = {"workshop": SOURCES}
    cheaper = "workshop.teach.tried_in_theano:CHEAPER"

    def notebooks(self, named: Path | None) -> Path:
        """Return the lessons' folder: that of ``notebooks_folder``."""
        return notebooks_folder(named)

    def kept(self) -> list[Path]:
        """Return the participant's notebooks."""
        return [load_settings().notebooks]

    def slowness(self) -> float | None:
        """Return this machine's slowness by the yardstick."""
        from workshop.lessons.pace import slowness_here

        return slowness_here()

    def has_checkpoint(self, name: str) -> bool:
        """Tell whether a trained network comes with the workshop."""
        return (SOURCES / "teach" / "shipped" / f"{name}.npz").is_file()

    def no_kernel(self, kernel: str, there: str) -> str:
        """Say that it was left out on purpose, or else how to get it."""
        settings = load_settings()
        if kernel in settings.lacking.split():
            return (
                f"set-up could not get {NAMES[kernel]}, which the lesson needs; "
                "connect to a network and run ./local/setup.bash"
            )
        if kernel in settings.left_out.split():
            return f"this machine was made without {NAMES[kernel]}; the lesson runs on one that has it"
        return (
            f"this environment has no kernel '{kernel}' (it has: {there}); "
            "set the machine up by ./local/setup.bash, or run the workshop command of the jupyter "
            "environment that it made"
        )

    def print_json(self, document: Any) -> None:
        """Write a document as every command of the workshop does."""
        print_json(document)

    def begin_worker(self) -> None:
        """Let a lesson give way to what people do, where its runner does."""
        processors.keep_giving_way()

    def kernel_manager(self) -> Any:
        """Return the manager of kernels that no other account can hear."""
        from workshop.jupyter.ipc import OwnSockets

        return OwnSockets

    def meter(self) -> lessonkit.plugin.Meter:
        """Return the yardstick."""
        return YardstickMeter()


class YardstickMeter:
    """Takes rounds of the yardstick before a lesson, beside it, and after it."""

    def __init__(self) -> None:
        """Prepare the pieces of work."""
        from workshop.lessons import yardstick

        self._module = yardstick
        self._yardstick = yardstick.Yardstick()
        self._rounds: list[yardstick.Round] = []
        self._beside: yardstick.Beside | None = None
        self.stopped_share = yardstick.STOPPED_SHARE

    @property
    def stopped_seconds(self) -> float:
        """How long the lesson was stopped so far, by the clock."""
        return self._beside.stopped_seconds if self._beside is not None else 0.0

    def delay(self) -> float:
        """Return the delay of the slowest round at rest."""
        self._rounds = self._yardstick.rounds()
        return max(each.delay for each in self._rounds)

    def beside(self, group: int | None) -> AbstractContextManager[None]:
        """Take rounds within the block."""
        return self._taking(group)

    @contextlib.contextmanager
    def _taking(self, group: int | None) -> Iterator[None]:
        self._beside = self._module.Beside(self._yardstick, group)
        with self._beside:
            yield
        self._rounds += self._beside.rounds

    def read(self, *, measured: bool) -> tuple[float, float]:
        """Return what all rounds come to."""
        reading = self._module.read(self._rounds + (self._yardstick.rounds() if measured else []))
        return reading.slowness, reading.noise


WORKSHOP = Plugin()


def notebooks_folder(named: Path | None = None) -> Path:
    """Return the folder that holds the lessons, absolute.

    In this order: the one that was named, the one of the checkout that the machine was set up
    from, the one of the checkout around the working directory, the one beside this package.
    """
    if named is not None:
        return lessonkit.plugin.PLAIN.notebooks(named)
    for checkout in _checkouts():
        folder = checkout / "notebooks"
        if folder.is_dir():
            return folder.resolve()
    raise WorkshopError("no lessons here; change to the checkout or use --notebooks DIR")


def _checkouts() -> Iterator[Path]:
    """Yield the checkouts to look at, best first."""
    source = load_settings().source
    if source is not None:
        yield source
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "site.yml").is_file() and (folder / "packages/workshop").is_dir():
            yield folder
    yield CHECKOUT


def learners_folders() -> Iterator[Path]:
    """Yield the folders with lessons that this machine's settings name (an entry point of ``lessonkit``)."""
    settings = load_settings()
    if settings.notebooks is not None:
        yield settings.notebooks
    if settings.source is not None:
        yield settings.source / "notebooks"
