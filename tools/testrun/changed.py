"""A change checked in a minute: lint, and the unit tests nearest to what the working tree touches."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from . import figures, imports, slowness
from .parts import Choice, Job, Part, UsageError, all_jobs, is_below

SECONDS = 20
"""What the tests may take on each core, of the minute: lint and pytest's own start take the rest."""
GUESS = 1.0
"""Seconds of a test that never ran here: rather too many, so that the first time is a minute, too."""
NEAR = 1
"""Up to this distance the quick tests of a file run although not all of them fit into the minute."""
TESTS = "packages/workshop/tests"
RELATED = {
    "roles": ("tests/roles", "tests/tools/test_role_readmes.py"),
    "notebooks": (f"{TESTS}/lessons/test_static.py", f"{TESTS}/lessons/test_catalogue.py"),
    "js-demos": (f"{TESTS}/web",),
    "presentation": (f"{TESTS}/slides", f"{TESTS}/web"),
    "docs": ("tests/test_docs.py",),
    "README.md": ("tests/test_docs.py",),
}
"""Tests of what is no Python, by folder."""
PART = Part(
    name="changed",
    about="lint and unit tests of what the working tree touches",
    budget=60,
    jobs={
        "lint": Job("changed", "lint", after=("prepare.environment",)),
        "tests": Job("changed", "tests", after=("prepare.environment",)),
    },
)


@dataclass
class Selection:
    """The tests to run."""

    files: list[str]
    """Nearest first."""
    deselected: list[str]
    """Node ids of those that would take too long."""
    left_out: int
    """How many tests depend on the change, and are not run."""


def plan(
    root: Path, table: Mapping[str, Part], cache: Path, machine: float
) -> tuple[dict[str, Part], Choice, str]:
    """Return the table with one more part, what of it to run, and a line on that.

    Args:
        root: The checkout.
        table: Its parts.
        cache: Where former runs left their figures; what the jobs must know is left there, too.
        machine: Its slowness.
    """
    since, touched = changes(root)
    if not touched:
        raise UsageError("nothing has changed, and there is no commit to compare with")
    chosen = select(root, table, touched, figures.read(cache / "durations.json"), machine)
    lists = {"files": [file for file in touched if (root / file).is_file()]}
    lists |= {"tests": chosen.files, "deselected": chosen.deselected}
    for name, lines in lists.items():
        (cache / f"changed.{name}").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    jobs = all_jobs({"prepare": table["prepare"], "changed": PART})
    wanted = ["prepare.environment", "changed.lint", *(["changed.tests"] if chosen.files else [])]
    said = f"changed since {since}: {_counted(len(touched), 'file')}"
    said += f"; tests: {_counted(len(chosen.files), 'file')}"
    if chosen.left_out:
        said += f"; {_counted(chosen.left_out, 'further test')} left out for want of time"
    return {**table, "changed": PART}, Choice({name: jobs[name] for name in wanted}), said


def _counted(number: int, thing: str) -> str:
    """Return a number of things in words."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def changes(root: Path) -> tuple[str, list[str]]:
    """Return the files that the working tree touches, and since when.

    In a clean tree that is since the branch left origin/main, or else since the last commit.
    """
    untracked = git(root, "ls-files", "--others", "--exclude-standard")
    if files := sorted({*git(root, "diff", "--name-only", "--no-renames", "HEAD"), *untracked}):
        return "HEAD", files
    head = git(root, "rev-parse", "HEAD")
    for base, words in (
        (git(root, "merge-base", "origin/main", "HEAD"), "where the branch left origin/main"),
        (git(root, "rev-parse", "--verify", "HEAD~1"), "the last commit but one"),
    ):
        if base and base != head:
            return f"{base[0][:7]}, {words}", git(
                root, "diff", "--name-only", "--no-renames", base[0], "HEAD"
            )
    return "HEAD", []


def git(root: Path, *words: str) -> list[str]:
    """Return the lines that git answers; none when it fails."""
    command = ["git", "-c", "core.quotePath=false", *words]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UsageError("--changed needs git; install it") from None
    return done.stdout.splitlines() if done.returncode == 0 else []


def select(
    root: Path,
    table: Mapping[str, Part],
    touched: Sequence[str],
    durations: Mapping[str, float],
    machine: float,
) -> Selection:
    """Choose files of tests, nearest first, while they fit into the minute."""
    files = {*git(root, "ls-files", "--cached", "--others", "--exclude-standard"), *touched}
    distances = imports.Graph(root, files).distances(beginnings(files, touched))
    jobs = [job for job in all_jobs(table).values() if job.changed]
    tests = [
        file
        for file in distances
        if PurePosixPath(file).name.startswith("test_") and file.endswith(".py") and (root / file).is_file()
        if any(job.has_test(file) for job in jobs)
    ]
    times = {file: _times(root, file, durations) for file in tests}
    chosen = Selection([], [], 0)
    left: float = SECONDS * slowness.cores() / machine
    for file in sorted(tests, key=lambda file: (distances[file], sum(times[file].values()), file)):
        fits = _quick_ones(times[file], left)
        if len(fits) == len(times[file]) or (fits and distances[file] <= NEAR):
            chosen.files.append(file)
            chosen.deselected += times[file].keys() - fits
            left -= sum(times[file][test] for test in fits)
        else:
            fits = set()
        chosen.left_out += len(times[file]) - len(fits)
    return chosen


def beginnings(files: Collection[str], touched: Iterable[str]) -> dict[str, int]:
    """Return the distances with which a change begins: its files, what mirrors them, what is about them."""
    start: dict[str, int] = {}

    def begin(file: str, distance: int) -> None:
        start[file] = min(distance, start.get(file, distance))

    for file in touched:
        path = PurePosixPath(file)
        begin(file, 0)
        # Who names a folder may mean this file.
        for folder in [str(folder) for folder in path.parents][:-1]:
            begin(folder, 1 if "/" in folder else imports.FAR)
        for other in files:
            if mirrors(other, path):
                begin(other, 0)
        if path.parts[0] in ("packages", "benchmarks", "tests") and path.suffix != ".py":
            for other in modules_beside(path, files):
                begin(other, 1)
        for folder, tests in RELATED.items():
            if is_below(file, folder):
                for other in files:
                    if any(is_below(other, test) for test in tests):
                        begin(other, 1)
    return start


def mirrors(test: str, path: PurePosixPath) -> bool:
    """Tell whether a file is the one of the tests for a module.

    That is packages/p/tests/a/test_b.py for packages/p/src/name/a/b.py; tests/tools/test_b.py for tools/b.py.
    """
    name = f"test_{path.stem.replace('-', '_')}.py"
    parts = path.parts
    if len(parts) > 4 and parts[0] == "packages" and parts[2] == "src":
        return test == str(PurePosixPath(*parts[:2], "tests", *parts[4:-1], name))
    folders = {path.parent, PurePosixPath(*parts[1:]).parent}
    return any(test == str("tests" / folder / name) for folder in folders)


def modules_beside(path: PurePosixPath, files: Collection[str]) -> list[str]:
    """Return the modules to which a file belongs that is none: those in its folder, or the next above."""
    for folder in path.parents[:-1]:
        if found := [file for file in files if file.endswith(".py") and PurePosixPath(file).parent == folder]:
            return found
    return []


def _times(root: Path, file: str, durations: Mapping[str, float]) -> dict[str, float]:
    """Return the seconds of each test in a file; of a file that never ran, guesses."""
    if known := {test: seconds for test, seconds in durations.items() if test.startswith(file + "::")}:
        return known
    text = (root / file).read_text(encoding="utf-8", errors="replace")
    return {f"{file}::{number}": GUESS for number in range(text.count("def test_"))}


def _quick_ones(times: Mapping[str, float], left: float) -> set[str]:
    """Return the quickest tests that fit together into the seconds left."""
    fits = set()
    for test, seconds in sorted(times.items(), key=lambda item: item[1]):
        left -= seconds
        if left >= 0:
            fits.add(test)
    return fits
