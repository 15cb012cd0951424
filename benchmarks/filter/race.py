"""``git add`` of the same notebooks through one filter after the other, again and again."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workshop.errors import WorkshopError


@dataclass
class Runner:
    """One filter, or none, and its times."""

    name: str
    install: Sequence[str | Path]
    """The command that sets a repository up; none for git as it is."""
    runs: int
    """How often it runs at most; one that takes minutes runs less often."""
    trouble: str = ""
    """Why it is not measured."""
    seconds: list[float] = field(default_factory=list)
    stored: int = 0
    """Bytes of the notebooks that git stored, before compression."""


@dataclass(frozen=True)
class Course:
    """Where the race is run."""

    notebooks: Path
    scratch: Path
    programs: Path | None = None
    """A folder of programs that filters call by name."""

    @property
    def environment(self) -> dict[str, str]:
        """Return an environment in which git reads nobody's settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        path = os.pathsep.join([str(self.programs)] * (self.programs is not None) + [kept.get("PATH", "")])
        kept.pop("XDG_CONFIG_HOME", None)
        return kept | {"HOME": str(self.scratch), "GIT_CONFIG_NOSYSTEM": "1", "PATH": path}


def race(course: Course, runners: Sequence[Runner], repeat: int, say: Callable[[str], None]) -> None:
    """Let every runner add the notebooks ``repeat`` times, in turns; each round begins with another.

    A runner with fewer ``runs`` sits out the later rounds. Raises WorkshopError when git fails, or when
    a filter stores outputs.
    """
    size = sum(path.stat().st_size for path in course.notebooks.rglob("*.ipynb"))
    for number in range(repeat):
        turn = number % len(runners)
        for runner in [*runners[turn:], *runners[:turn]]:
            if runner.trouble or len(runner.seconds) >= runner.runs:
                continue
            seconds, runner.stored = _add(course, runner)
            runner.seconds.append(seconds)
            say(f"round {number + 1} of {repeat}: {runner.name} {seconds:.2f} s")
            if runner.install and runner.stored > size / 4:
                raise WorkshopError(f"{runner.name} let the outputs through; its time says nothing")


def _add(course: Course, runner: Runner) -> tuple[float, int]:
    """Add all notebooks to a fresh repository; return the seconds and the bytes that git stored."""
    repository = course.scratch / "repository"
    shutil.copytree(course.notebooks, repository, copy_function=os.link)
    try:
        _run(course, repository, ["git", "init", "--quiet"])
        if runner.install:
            _run(course, repository, runner.install)
        started = time.perf_counter()
        _run(course, repository, ["git", "add", "--all"])
        seconds = time.perf_counter() - started
        listed = _run(
            course,
            repository,
            ["git", "cat-file", "--batch-all-objects", "--batch-check=%(objectsize)", "--unordered"],
        )
        return seconds, sum(map(int, listed.split()))
    finally:
        shutil.rmtree(repository)


def _run(course: Course, folder: Path, command: Sequence[str | Path]) -> str:
    """Run a command in a folder; return what it printed, or raise WorkshopError with its last line."""
    try:
        done = subprocess.run(
            command, cwd=folder, env=course.environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise WorkshopError(f"{error.filename} is not installed; this benchmark needs it") from error
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it said nothing"]
        raise WorkshopError(f"{' '.join(map(str, command[:2]))} failed: {last[0]}")
    return done.stdout
