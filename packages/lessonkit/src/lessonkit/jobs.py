"""What the runner of the lessons and its worker tell each other: a job, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Job:
    """One notebook to run."""

    notebook: str
    """The notebook's file; it is executed in place."""
    folder: str
    """The working directory of the kernel."""
    kernel: str
    limit: float
    """The seconds that all cells together may take, at the least."""
    work_limit: float
    """What they may take in seconds of the reference machine; the longer of the two limits counts."""
    startup_limit: float
    """The seconds that the kernel may take to answer for the first time; more on a slow or busy machine."""
    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    """For each exercise the answers to try where it stands, by a name each."""
    environment: dict[str, str] = field(default_factory=dict)
    """What is different in the environment of this notebook."""
    plugin: str = "lessonkit.plugin:Plugin"
    """What a house adds (``Plugin.name``)."""
    measured: bool = True
    """Whether anybody wants to know memory, and how slow the machine was meanwhile, which takes time."""


@dataclass(frozen=True)
class Failure:
    """A cell that raised, or the fault that ended the run."""

    cell: int | None
    """The position of the cell, from 0; None when the fault lies in no cell."""
    name: str
    """The class of the exception; empty for faults of the run itself."""
    line: str


@dataclass(frozen=True)
class Told:
    """What a check recorded."""

    answer: str
    """``not done``, ``wrong`` or ``right``; of an answer that was tried also ``stops``."""
    message: str = ""
    error: str = ""
    """The class of the exception that made an answer wrong."""


@dataclass
class Outcome:
    """What came of a run."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_rss_mb: float = 0.0
    slowness: float = 1.0
    """The processor seconds that this machine took meanwhile for a second's work of the reference machine."""
    noise: float = 0.0
    """How much that varied; see ``yardstick.Reading``."""
    network: str = ""
    failure: Failure | None = None
    """What ended the run early, if anything did."""
    answers: dict[str, Told] = field(default_factory=dict)
    """For each exercise whose check was run what it recorded."""
    tried: dict[str, dict[str, Told]] = field(default_factory=dict)
    """For each exercise, and each answer tried, what its check recorded (``tried_answers``)."""
    trial_seconds: float = 0.0
    """The processor seconds that this took, which are in no other figure."""
