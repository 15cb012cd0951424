"""``workshop bench sync``: a sync with nothing new, against nbgitpuller on copies of one repository."""

from __future__ import annotations

import json as jsonlib
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.measuring import Cost, figures, finish, medians, run, say
from benchmarks.peers import install_peers
from benchmarks.scratch import scratch_folder

app = typer.Typer()

CELLS = 10
RATIOS = {"untouched": 0.5, "ran": 1.0}
"""How many times as fast as nbgitpuller it is at least, in CPU seconds."""


@app.command(epilog="Example: workshop bench sync")
def sync(
    rounds: Annotated[int, typer.Option(min=1, help="Timings are medians of so many.")] = 5,
    notebooks: Annotated[int, typer.Option(min=1, help="Notebooks in the repository.")] = 100,
    kilobytes: Annotated[int, typer.Option(min=1, help="Outputs of each notebook, once it has run.")] = 400,
    gitpuller: Annotated[
        Path | None, typer.Option(help="nbgitpuller's command; else it is installed for the run.")
    ] = None,
    scratch: Annotated[Path | None, typer.Option(help="A folder on the disk to measure on.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Time a sync with nothing new, whole commands, alternately with nbgitpuller's.

    Once with untouched notebooks, and once with notebooks that were all run since the last sync. Exit 1 when
    a threshold is missed.
    """
    with scratch_folder(scratch) as folder:
        course = Course(
            folder,
            gitpuller or install_peers(folder / "peer", "sync-peers") / "gitpuller",
            notebooks,
            kilobytes,
        )
        say("untouched notebooks")
        report = {"untouched": course.time(rounds, lambda: None)}
        say("notebooks that were all run")
        report["ran"] = course.time(rounds, course.run_all)
    finish(report | {"missed": missed(report)}, lines(report), json)


class Course:
    """A repository of notebooks and two participants: one syncs with the workshop, one with nbgitpuller."""

    def __init__(self, folder: Path, puller: Path, notebooks: int, kilobytes: int) -> None:
        """Write the notebooks and let both participants fetch them."""
        self.folder, self.puller, self.kilobytes = folder, puller, kilobytes
        self.names = [f"lesson-{number:03}.ipynb" for number in range(notebooks)]
        self.draw = random.Random(2016)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self.upstream = folder / "upstream"
        self._write(self.upstream / "notebooks", {name: self._book(False) for name in self.names})
        who = ["-c", "user.name=organiser", "-c", "user.email=organiser@example.org"]
        for words in (["init", "--quiet", "--initial-branch=main"], ["add", "notebooks"]):
            self._git(*words)
        self._git(*who, "commit", "--quiet", "--message=lessons")
        self.ours()
        self.peers()

    def _git(self, *words: str) -> None:
        run(["git", "-C", self.upstream, *words], self.folder, self.environment)

    def _book(self, ran: bool) -> bytes:
        cells = [self._cell(number, ran) for number in range(CELLS)]
        document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        return jsonlib.dumps(document, indent=1).encode()

    def _cell(self, number: int, ran: bool) -> dict[str, object]:
        text = self.draw.randbytes(self.kilobytes * 1000 // CELLS // 2).hex() if ran else ""
        output = {"output_type": "stream", "name": "stdout", "text": [text]}
        return {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "source": [f"print({number})"],
            "execution_count": number if ran else None,
            "outputs": [output] if ran else [],
        }

    @staticmethod
    def _write(folder: Path, books: dict[str, bytes]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in books.items():
            (folder / name).write_bytes(data)

    def ours(self) -> Cost:
        """Return the cost of ``workshop update notebooks``."""
        command: list[str | Path] = [sys.executable, "-m", "workshop", "sync", "--allow-unsigned"]
        command += ["--from", f"file://{self.upstream}"]
        command += ["--into", self.folder / "ours", "--state", self.folder / "state"]
        return run(command, self.folder, self.environment)

    def peers(self) -> Cost:
        """Return the cost of ``gitpuller``."""
        command: list[str | Path] = [self.puller, f"file://{self.upstream}", "main", self.folder / "theirs"]
        return run(command, self.folder, self.environment)

    def run_all(self) -> None:
        """Let both participants run every notebook again."""
        books = {name: self._book(True) for name in self.names}
        self._write(self.folder / "ours", books)
        self._write(self.folder / "theirs" / "notebooks", books)

    def time(self, rounds: int, before: Callable[[], None]) -> dict[str, Any]:
        """Time both alternately, each round after ``before`` has set the folders up; return medians."""
        ours, peers = [], []
        for _ in range(rounds):
            before()
            ours.append(self.ours())
            peers.append(self.peers())
        mine, theirs = medians(ours), medians(peers)
        return {
            "sync": mine.rounded(),
            "nbgitpuller": theirs.rounded(),
            "times_as_fast": round(theirs.cpu_seconds / mine.cpu_seconds, 1),
        }


def missed(report: dict[str, Any]) -> list[str]:
    """Return a line for each threshold that was missed."""
    return [
        f"{state}: {report[state]['times_as_fast']} times as fast as nbgitpuller, at least {least}"
        for state, least in RATIOS.items()
        if report[state]["times_as_fast"] < least
    ]


def lines(report: dict[str, Any]) -> list[str]:
    """Return the figures for people."""
    titles = {"untouched": "nothing new, untouched notebooks", "ran": "nothing new, all notebooks run"}
    found = []
    for state, title in titles.items():
        found.append(f"{title}: {report[state]['times_as_fast']} times as fast, in CPU seconds")
        found += [f"  {who:12}{figures(report[state][who])}" for who in ("sync", "nbgitpuller")]
    return found
