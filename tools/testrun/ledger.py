"""The ledger of full runs: when each full job last passed, at which commit, and whether that counts."""

from __future__ import annotations

import datetime
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .parts import Job
from .schedule import Result

FILE = Path("tests/full-runs.json")


@dataclass(frozen=True)
class State:
    """What the ledger knows of a job."""

    words: str
    stale: bool
    """Whether it is time to run the job again."""


class Ledger:
    """The file of one checkout."""

    def __init__(self, root: Path) -> None:
        """Read it; a checkout without one has never run anything in full."""
        self.root = root
        try:
            self.entries = json.loads((root / FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            self.entries = {}

    def state(self, job: Job) -> State:
        """Say when a job last passed, and whether what it depends on is still the same."""
        entry = self.entries.get(str(job))
        if not entry:
            return State("never passed", stale=True)
        words = f"last passed {entry['date']} at {entry['commit'][:7]}"
        if not self._git_agrees("cat-file", "-e", f"{entry['commit']}^{{commit}}"):
            return State(f"{words}, which this clone does not have", stale=True)
        if not self._git_agrees("diff", "--quiet", entry["commit"], "--", *self._pathspecs(job)):
            return State(f"{words}; changed since", stale=True)
        return State(words, stale=False)

    def enter(self, results: Sequence[Result]) -> list[str]:
        """Write down the full jobs that passed; return a line on each one that could not be.

        What passed with changes that no commit has says nothing about any commit.
        """
        said, before = [], dict(self.entries)
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        for result in results:
            if not result.job.full or result.verdict != "passed":
                continue
            if commit := self._clean_commit(result.job):
                seconds = round(result.seconds)
                self.entries[str(result.job)] = {"commit": commit, "date": today, "seconds": seconds}
            else:
                said.append(f"{result.job} passed, but not at a commit: {FILE} stays as it is")
        if self.entries != before:
            text = json.dumps(self.entries, indent=2, sort_keys=True) + "\n"
            beside = self.root / f"{FILE}.new"
            beside.write_text(text, encoding="utf-8")
            beside.rename(self.root / FILE)
            said.append(f"{FILE} has changed; commit it")
        return said

    def _clean_commit(self, job: Job) -> str:
        """Return the commit at which a job's paths are, or nothing where they differ from it."""
        status = self._git("status", "--porcelain", "--untracked-files=all", "--", *self._pathspecs(job))
        head = self._git("rev-parse", "HEAD")
        if status.returncode or head.returncode or status.stdout:
            return ""
        return head.stdout.strip()

    @staticmethod
    def _pathspecs(job: Job) -> list[str]:
        return [*job.depends, f":(exclude){FILE}"]

    def _git_agrees(self, *words: str) -> bool:
        return self._git(*words).returncode == 0

    def _git(self, *words: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(["git", *words], cwd=self.root, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            return subprocess.CompletedProcess(words, 127, "", "")
