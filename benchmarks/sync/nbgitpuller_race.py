"""Time a sync with nothing new beside nbgitpuller's: whole commands, on copies of one repository."""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.sync.crash_trials import Files, write
from workshop.errors import WorkshopError
from workshop.system.programs import last_line

VERSION = "1.3.0"
NOTEBOOKS = 100
OUTPUT_BYTES = 400_000
"""In each notebook: 40 MB in all."""
CELLS = 10


SETTLING = 1.2
"""So many seconds after its last write a file counts as settled."""


@dataclass(frozen=True)
class Cost:
    """What a command took."""

    seconds: float
    """By the clock."""
    work: float
    """Of the processor, with all that the command started: other work on the machine hardly changes it."""


@dataclass(frozen=True)
class Timing:
    """Medians of one state of the participant's folder, and how often it was timed."""

    ours: Cost
    peers: Cost
    rounds: int

    @property
    def ratio(self) -> float:
        """How many times faster ours is, in seconds of the processor."""
        return self.peers.work / self.ours.work


class Course:
    """A repository of notebooks and two participants: one syncs with the workshop, one with nbgitpuller."""

    def __init__(self, folder: Path) -> None:
        """Install the peer, write the notebooks and let both participants fetch them."""
        self.folder = folder
        self.draw = random.Random(2016)
        self.puller = install(folder / "peer")
        self.upstream = folder / "upstream"
        write(self.upstream / "notebooks", {name: self._book(False) for name in names()})
        self._commit()
        self.ours()
        self.peers()
        # As on every day after the first that brings nothing new: that one noted what is there.
        time.sleep(SETTLING)
        self.ours()

    def _book(self, ran: bool) -> bytes:
        return json.dumps(
            {
                "cells": [self._cell(number, ran) for number in range(CELLS)],
                "metadata": {},
                "nbformat": 4,
                "nbformat_minor": 5,
            },
            indent=1,
        ).encode()

    def _cell(self, number: int, ran: bool) -> dict[str, object]:
        text = f"{self.draw.getrandbits(4 * OUTPUT_BYTES // CELLS):x}" if ran else ""
        output = {"output_type": "stream", "name": "stdout", "text": [text]}
        return {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "source": [f"print({number})"],
            "execution_count": number if ran else None,
            "outputs": [output] if ran else [],
        }

    def _commit(self) -> None:
        who = ["-c", "user.name=organiser", "-c", "user.email=organiser@example.org"]
        for words in (["init", "--quiet", "--initial-branch=main"], ["add", "--all"]):
            run(["git", *words], self.upstream)
        run(["git", *who, "commit", "--quiet", "--message=lessons"], self.upstream)

    @property
    def url(self) -> str:
        """The repository's address."""
        return f"file://{self.upstream}"

    def ours(self) -> Cost:
        """Return the cost of ``workshop sync``."""
        command = [sys.executable, "-m", "workshop", "sync", "--from", self.url, "--allow-unsigned"]
        command += ["--into", str(self.folder / "ours"), "--state", str(self.folder / "state")]
        return run(command, self.folder)

    def peers(self) -> Cost:
        """Return the cost of ``gitpuller``."""
        return run([str(self.puller), self.url, "main", str(self.folder / "theirs")], self.folder)

    def run_all(self) -> None:
        """Let both participants run every notebook anew."""
        books: Files = {name: self._book(True) for name in names()}
        write(self.folder / "ours", books)
        write(self.folder / "theirs" / "notebooks", books)

    def time(self, rounds: int, before: Callable[[], None]) -> Timing:
        """Time both, in turns, after ``before`` has set the folders up."""
        pairs = []
        for _ in range(rounds):
            before()
            pairs.append((self.ours(), self.peers()))
        ours, peers = zip(*pairs, strict=True)
        return Timing(middle(ours), middle(peers), rounds)


def middle(costs: Sequence[Cost]) -> Cost:
    """Return the medians."""
    return Cost(median(each.seconds for each in costs), median(each.work for each in costs))


def names() -> list[str]:
    """Return the notebooks' names."""
    return [f"lesson-{number:03}.ipynb" for number in range(NOTEBOOKS)]


def install(folder: Path) -> Path:
    """Install nbgitpuller in an environment of its own; return its command.

    Raises WorkshopError when the package registry cannot be reached.
    """
    run([sys.executable, "-m", "venv", str(folder)], folder.parent)
    try:
        run(
            [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", f"nbgitpuller=={VERSION}"], folder
        )
    except WorkshopError as error:
        raise WorkshopError(
            "nbgitpuller cannot be installed; leave it out with --without-peer, or try again online"
        ) from error
    return folder / "bin" / "gitpuller"


def run(command: Sequence[str], folder: Path) -> Cost:
    """Run a command and return what it took; raises WorkshopError when it fails."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=False)
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode:
        why = last_line(done.stderr or done.stdout) or "without a word"
        raise WorkshopError(f"{' '.join(command[:3])} failed: {why}")
    return Cost(seconds, work)
