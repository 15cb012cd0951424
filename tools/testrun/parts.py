"""The graph of parts and their jobs, as ``tools/test-parts/parts.toml`` describes it."""

from __future__ import annotations

import graphlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

TABLE = Path("tools/test-parts/parts.toml")
DEPTHS = ("normal", "full")


class UsageError(Exception):
    """One line that says what is wrong and what to do."""


@dataclass(frozen=True)
class Job:
    """One call of ``bash tools/test-parts/PART.bash NAME``."""

    part: str
    name: str
    cores: float = 1
    """How many it computes on; 0 for one that mostly waits, 0.5 for one that often waits."""
    after: tuple[str, ...] = ()
    """Jobs, as ``part.job``, that must have passed before this one starts."""
    seconds: float = 0.0
    """What it usually takes on two idle cores, for the order before it ever ran here; 0: not known."""
    disk: float = 0
    """How many GB it is to find free; those that want some run side by side only where all find room."""
    holds: tuple[str, ...] = ()
    """Things of which there is one; jobs that hold the same thing never run at the same time."""
    depth: str = "normal"
    tests: tuple[str, ...] = ()
    """Where its tests are; ``!PATH`` leaves one out."""
    changed: bool = False
    """Whether ``--changed`` may take its tests: they need nothing but the tests' environment."""
    depends: tuple[str, ...] = ()
    """Git's pathspecs of what can make it fail; a full job that passed counts until one changes."""

    def __str__(self) -> str:
        """Return its full name."""
        return f"{self.part}.{self.name}"

    @property
    def full(self) -> bool:
        """Whether only a full run, or its own name, runs it."""
        return self.depth == "full"

    def has_test(self, test: str) -> bool:
        """Tell whether a path or node id is one of its tests, or a folder that holds some."""
        path = test.partition("::")[0].rstrip("/")
        if any(is_below(path, place[1:]) for place in self.tests if place.startswith("!")):
            return False
        return any(is_below(path, place) or is_below(place, path) for place in self.tests)


@dataclass(frozen=True)
class Part:
    """What people ask for by name: jobs that belong together, with one row in the table."""

    name: str
    about: str
    budget: float
    """Seconds that its jobs may take together, on two idle cores."""
    depth: str = "normal"
    jobs: Mapping[str, Job] = field(default_factory=dict)


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path is the folder or lies in it."""
    return path == folder or path.startswith(folder + "/")


def load(root: Path) -> dict[str, Part]:
    """Read the table of a checkout; a mistake in it is named."""
    try:
        table = tomllib.loads((root / TABLE).read_text(encoding="utf-8"))
        parts = {name: _part(name, entry) for name, entry in table.items()}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(f"cannot read {TABLE}: {error}") from None
    for name in parts:
        if not (root / TABLE).with_name(f"{name}.bash").is_file():
            raise UsageError(f"{TABLE}: the part '{name}' has no {name}.bash beside it")
    _check(all_jobs(parts))
    return parts


def _part(name: str, entry: dict[str, Any]) -> Part:
    entry = dict(entry)
    jobs = entry.pop("jobs")
    # What all jobs of a part share is written once.
    depends = (*entry.pop("depends", ()), f"tools/test-parts/{name}.bash")
    part = Part(name=name, **entry)
    built = {}
    for job, said in jobs.items():
        settings: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in said.items()
        }
        own = [path for path in settings.get("tests", ()) if not path.startswith("!")]
        settings["depends"] = (*depends, *settings.get("depends", ()), *own)
        built[job] = Job(part=name, name=job, **({"depth": part.depth} | settings))
    return replace(part, jobs=built)


def _check(jobs: Mapping[str, Job]) -> None:
    for name, job in jobs.items():
        if job.depth not in DEPTHS:
            raise UsageError(f"{TABLE}: the depth of {name} is '{job.depth}'; it must be one of {DEPTHS}")
        for other in job.after:
            if other not in jobs:
                raise UsageError(f"{TABLE}: {name} comes after '{other}', which does not exist")
            if jobs[other].full and not job.full:
                raise UsageError(f"{TABLE}: {name}, of normal depth, cannot come after {other}, a full one")
    try:
        graphlib.TopologicalSorter({name: job.after for name, job in jobs.items()}).prepare()
    except graphlib.CycleError as error:
        raise UsageError(f"{TABLE}: these jobs wait for each other: {' → '.join(error.args[1])}") from None


def all_jobs(parts: Mapping[str, Part]) -> dict[str, Job]:
    """Return every job by its full name, in the order of the table."""
    return {str(job): job for part in parts.values() for job in part.jobs.values()}


@dataclass(frozen=True)
class Choice:
    """What one run is to do."""

    jobs: dict[str, Job]
    """With everything that those asked for need, in the order of the table."""
    left_out: tuple[Job, ...] = ()
    """Full jobs of the parts that were asked for, which this run leaves out."""
    tests: tuple[str, ...] = ()
    """When not empty, only these tests run."""


def choose(
    parts: Mapping[str, Part], words: Iterable[str], full: bool | None, root: Path, also: Iterable[str] = ()
) -> Choice:
    """Choose jobs by the words of the command line.

    Args:
        parts: The table.
        words: Parts, single jobs as ``part.job``, and tests (paths or node ids) of the part before them;
            none for every part.
        full: Run full jobs, too; None to run them in parts that are named.
        root: The checkout in which tests are.
        also: Full jobs, as ``part.job``, that a run of every part does not leave out.
    """
    jobs = all_jobs(parts)
    also = set(also)
    if unknown := also - set(jobs):
        raise UsageError(f"there is no job '{min(unknown)}' to run, too; see tools/test.bash --list")
    wanted: dict[str, Job] = {}
    left_out: list[Job] = []
    tests: list[str] = []
    part: Part | None = None
    words = list(words)
    every_part = not words
    for position, word in enumerate(words or parts):
        if word in parts:
            part = parts[word]
            # A part before tests is there only to say whose they are.
            if any(is_test(later) for later in words[position + 1 : position + 2]):
                continue
            with_full = not every_part if full is None else full
            for job in part.jobs.values():
                if job.full and not with_full and not (every_part and str(job) in also):
                    left_out.append(job)
                else:
                    wanted[str(job)] = job
        elif word in jobs:
            part, wanted[word] = None, jobs[word]
        elif is_test(word) and part:
            wanted |= _with_test(part, word, root)
            tests.append(word)
        elif is_test(word):
            raise UsageError(f"name the part before its test: tools/test.bash unit {word}")
        else:
            raise UsageError(f"there is no part '{word}'; see tools/test.bash --list")
    chosen = _with_needs(wanted, jobs)
    # What one of those that run needs is not left out.
    return Choice(chosen, tuple(job for job in left_out if str(job) not in chosen), tuple(tests))


def is_test(word: str) -> bool:
    """Tell whether a word of the command line names tests rather than a part."""
    return "/" in word or "::" in word


def _with_test(part: Part, test: str, root: Path) -> dict[str, Job]:
    if not (root / test.partition("::")[0]).exists():
        raise UsageError(f"there is no test '{test}'")
    found = {str(job): job for job in part.jobs.values() if job.has_test(test)}
    if not found:
        raise UsageError(f"no job of the part '{part.name}' runs '{test}'")
    return found


def _with_needs(wanted: Mapping[str, Job], jobs: Mapping[str, Job]) -> dict[str, Job]:
    needed: set[str] = set()
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += jobs[name].after
    return {name: job for name, job in jobs.items() if name in needed}


def owner(parts: Mapping[str, Part], test: str) -> str:
    """Return the part that runs a test, or nothing."""
    return next((job.part for job in all_jobs(parts).values() if job.has_test(test)), "")
