"""What came of handed-in notebooks: the course's own checks run again, and a table tells what they say."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lessonkit import sandbox
from lessonkit.catalogue import (
    SOLUTIONS,
    Lesson,
    Notebook,
    Profile,
    about,
    exercises_in,
    find_lessons,
    read_solution,
)
from lessonkit.errors import LessonkitError
from lessonkit.files import write_whole
from lessonkit.kernel import HEADLESS
from lessonkit.runner import copy_course, prepare
from lessonkit.worker import SCRATCH

COLUMNS = ("person", "lesson", "exercise", "state", "misconception", "seconds")
LARGEST_NOTEBOOK = 50 * 10**6
LONGEST_CELL = 100_000
LONGEST_RUN = 1800


@dataclass(frozen=True)
class HandIn:
    """One notebook of one person."""

    person: str
    shown: str
    notebook: Notebook


def collect(paths: list[Path]) -> tuple[list[HandIn], list[str]]:
    """Return the notebooks that were handed in, and what is wrong with others, one line each.

    A folder that holds folders or zip files has one person in each; else it is one person's, as a zip is.
    """
    found: list[HandIn] = []
    faults: list[str] = []
    for person, path in _persons(paths, faults):
        for shown, read in _files(path, faults):
            try:
                with tempfile.TemporaryDirectory(prefix=SCRATCH) as folder:
                    copied = Path(folder, "hand-in.ipynb")
                    copied.write_bytes(read)
                    found.append(HandIn(person, shown, Lesson(shown, copied).read()))
            except LessonkitError as error:
                faults.append(f"{shown}: it is not a notebook of format 4 ({error.__cause__})")
    return found, faults


def _persons(paths: list[Path], faults: list[str]) -> Iterator[tuple[str, Path]]:
    for path in paths:
        if not path.exists():
            faults.append(f"{path}: there is no such file or folder")
            continue
        inner = sorted(path.iterdir()) if path.is_dir() and not path.is_symlink() else []
        several = [
            each for each in inner if not each.is_symlink() and (each.is_dir() or each.suffix == ".zip")
        ]
        loose = [each for each in inner if each.suffix == ".ipynb"]
        if several and not loose:
            yield from ((each.stem if each.is_file() else each.name, each) for each in several)
        else:
            yield (path.resolve().name if path.is_dir() else path.stem), path


def _files(path: Path, faults: list[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the notebooks of one person: no links, nothing hidden, nothing too large."""
    try:
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                for member in archive.infolist():
                    parts = PurePosixPath(member.filename).parts
                    if member.filename.endswith(".ipynb") and not any(
                        p.startswith((".", "__")) for p in parts
                    ):
                        shown = f"{path}:{member.filename}"
                        with archive.open(member) as file:
                            yield from _small(shown, file.read(LARGEST_NOTEBOOK + 1), faults)
            return
        files = sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]
        for each in files:
            hidden = path.is_dir() and any(p.startswith(".") for p in each.relative_to(path).parts)
            if hidden:
                continue
            if each.is_symlink() or not each.is_file():
                faults.append(f"{each}: it is a link or no file; hand in the notebook itself")
                continue
            with each.open("rb") as file:
                yield from _small(str(each), file.read(LARGEST_NOTEBOOK + 1), faults)
    except Exception as error:  # nobody knows what all a damaged file makes its readers raise
        faults.append(f"{path}: it cannot be read ({error})")


def _small(shown: str, read: bytes, faults: list[str]) -> Iterator[tuple[str, bytes]]:
    if len(read) > LARGEST_NOTEBOOK:
        faults.append(f"{shown}: it is larger than {LARGEST_NOTEBOOK // 10**6} MB; clear its outputs")
    else:
        yield shown, read


def report(
    notebooks: Path, paths: list[Path], target: Path, seconds: float
) -> tuple[list[dict[str, object]], list[str]]:
    """Judge what was handed in and write the table; return its rows and the faults, one line each.

    Raises LessonkitError where there is no sandbox, and no hand-in is run.
    """
    sandbox.require_apart(notebooks, *paths, target)
    lessons = {lesson: lesson.read() for lesson in find_lessons(notebooks)}
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix=SCRATCH, ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        copy_course(notebooks, scratch / "judge")
        copy_course(notebooks, scratch / "course", without=SOLUTIONS)
        sandbox.require(scratch / "course")
        found, faults = collect(paths)
        for hand_in in found:
            names = set(exercises_in(hand_in.notebook))
            fits = [(len(names & set(exercises_in(each))), lesson) for lesson, each in lessons.items()]
            most, lesson = max(fits, key=lambda fit: fit[0])
            if not most:
                faults.append(f"{hand_in.shown}: it has no exercise of this course")
                continue
            try:
                judged = _judge(hand_in, lesson, lessons[lesson], notebooks, scratch, seconds)
            except LessonkitError as error:
                faults.append(f"{hand_in.shown}: {error}")
                continue
            rows += [{"person": hand_in.person, "lesson": lesson.name, **row} for row in judged]
    write_whole(target, table(rows))
    return rows, faults


def _judge(
    hand_in: HandIn, lesson: Lesson, original: Notebook, notebooks: Path, scratch: Path, seconds: float
) -> list[dict[str, object]]:
    """Let a process of its own judge one hand-in."""
    solutions = {name: read_solution(notebooks, name) for name in exercises_in(original)}
    folder = str(lesson.path.relative_to(notebooks).parent)
    own = prepare(hand_in.notebook, Profile.FAST, {}).notebook
    if any(len("".join(cell.get("source", ""))) > LONGEST_CELL for cell in own["cells"]):
        raise LessonkitError(f"a cell has more than {LONGEST_CELL} characters")
    order = {
        "lesson": prepare(original, Profile.FAST, solutions).notebook,
        "hand_in": own,
        "solutions": solutions,
        "course": str(scratch / "course"),
        "folder": folder,
        "seconds": seconds,
    }
    asked, told = scratch / "order.json", scratch / "result.json"
    asked.write_text(json.dumps(order), encoding="utf-8")
    told.unlink(missing_ok=True)
    command = [
        _python(about(lesson.name, original).kernel),
        "-P",
        "-m",
        "lessonkit.grading",
        str(asked),
        str(told),
    ]
    environment = {**os.environ, HEADLESS: "1", "MPLBACKEND": "agg", "IPYTHONDIR": str(scratch / "ipython")}
    try:
        done = subprocess.run(
            command,
            cwd=scratch / "judge" / folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=LONGEST_RUN,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LessonkitError(f"it was given up after {LONGEST_RUN // 60} minutes") from error
    if done.returncode or not told.is_file():
        said = (done.stderr.strip().splitlines() or ["it was killed"])[-1]
        raise LessonkitError(f"the judge stopped: {said}")
    results = json.loads(told.read_text(encoding="utf-8"))
    return [
        {
            "exercise": each["exercise"],
            "state": each["state"],
            "misconception": each["said"],
            "seconds": each["seconds"],
        }
        for each in results
    ]


def _python(kernel: str) -> str:
    """Return the interpreter of a kernel."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        program = str(KernelSpecManager().get_kernel_spec(kernel).argv[0])
        # As Jupyter does: a bare name is the environment's own.
        return program if "/" in program else sys.executable
    except NoSuchKernel as error:
        raise LessonkitError(f"this environment has no kernel '{kernel}'") from error


def table(rows: list[dict[str, object]]) -> str:
    """Return the rows as CSV; what a spreadsheet would take for a formula begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _harmless(row[key]) for key in COLUMNS})
    return text.getvalue()


def _harmless(value: object) -> object:
    if not isinstance(value, str):
        return value
    line = " ".join(value.split())
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line
