"""How far a long build is: what it took until now, what is at work, and how long it will still take.

Root and roles take an hour where they are emulated, and whoever waits wants to know for what. Ansible's log
names each task as it begins; how long each took the last time is kept among the downloads. Seconds are
written down while they pass, so that a build which was killed and went on knows how long it took in all.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from organiser.appliance.architecture import AMD64, Architecture
from workshop.errors import WorkshopError
from workshop.lessons.catalogue import choose, find_lessons
from workshop.lessons.warm import is_compiled
from workshop.system.files import write_whole

TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(.+)\] \**$")
"""Ansible's word that a task begins."""
SPENT = "seconds.json"
"""In the folder of what is half-built: seconds of each step and of each task until now."""
TELLING = 10.0
"""Seconds that a task took the last time from which on it tells how fast this time is."""
DID_SOMETHING = 0.25
"""A task that takes a smaller part of its last time had been done before, and tells nothing."""

TIMES = "times.json"
"""Among the downloads: seconds of each step and task of the last build of each kind."""
GUESSES = {False: 20, True: 50}
"""Minutes for root and roles where nobody measured any: natively, and emulated, where these come on top."""
TENSORFLOW_GUESS = 10
LESSON_GUESS = 3
"""For each lesson that is compiled: 27 took 85 minutes when they hardly trained, two at a time; as they
stand, nobody has measured it."""

Seconds = dict[str, float]


@dataclass
class Times:
    """How long one build takes."""

    steps: Seconds = field(default_factory=dict)
    """Root, provisioning, cleaning."""
    tasks: Seconds = field(default_factory=dict)
    """Ansible's, which are most of the second step."""

    def as_document(self) -> dict[str, Seconds]:
        """Return it as a file holds it."""
        return {"steps": self.steps, "tasks": self.tasks}


def _document(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _times(document: Any) -> Times:
    """Return the times in a document, none where somebody else wrote it."""
    tables = document if isinstance(document, dict) else {}

    def numbers(name: str) -> Seconds:
        table = tables.get(name)
        if not isinstance(table, dict):
            return {}
        return {str(key): float(value) for key, value in table.items() if isinstance(value, (int, float))}

    return Times(numbers("steps"), numbers("tasks"))


def kind_of(
    architecture: Architecture, emulated: object, without: Iterable[str] = (), options: Sequence[str] = ()
) -> str:
    """Return which builds take as long as each other.

    options: the words for ansible-playbook. Which lessons are compiled is one of them, and makes hours of
    minutes. They are named by a sum, for a variable may be nobody else's business.
    """
    left_out = [f"without {one}" for one in sorted(without)]
    told = hashlib.sha256(json.dumps(list(options)).encode()).hexdigest()[:12]
    chosen = [f"with {told}"] if options else []
    return " ".join([architecture.name, *(["emulated"] if emulated else []), *left_out, *chosen])


def last_time(cache: Path, kind: str) -> Times:
    """Return how long the last build of a kind took; empty where none was timed here."""
    return _times(_document(cache / TIMES).get(kind))


def remember(cache: Path, kind: str, times: Times) -> None:
    """Note how long a build took, for the next one's estimate."""
    cache.mkdir(parents=True, exist_ok=True)
    known = _document(cache / TIMES) | {kind: times.as_document()}
    write_whole(cache / TIMES, json.dumps(known, indent=1) + "\n")


def guess(emulated: object, without: Iterable[str] = (), lessons: int = 0) -> int:
    """Return the minutes of root and roles where nobody measured any; ``lessons``: how many are compiled."""
    if not emulated:
        return GUESSES[False]
    return round(GUESSES[True] + TENSORFLOW_GUESS * ("tensorflow" not in without) + LESSON_GUESS * lessons)


def lessons_compiled(notebooks: Path, options: Sequence[str] = ()) -> int:
    """Return how many lessons a build compiles, by the role's variables among the words for ansible-playbook.

    A name that no lesson has is the role's to refuse, later and in its own words.
    """
    names: list[str] = []
    for word in options:
        with suppress(ValueError):
            told = json.loads(word)
            if isinstance(told, dict):
                names = told.get("deep_libs_warm_lessons", names)
    with suppress(WorkshopError, TypeError):
        return sum(is_compiled(lesson, False) for lesson in choose(find_lessons(notebooks), names))
    return 0


def estimate(
    cache: Path, architecture: Architecture, emulated: object, kind: str, minutes: int, again: bool = False
) -> str:
    """Return how long root and roles will take, in one line that says where the number is from.

    minutes: what is guessed where no such build was timed. again: a root that was finished is gone on with.
    """
    less = "; less now, for an earlier root is brought up to date" if again else ""
    how = f"emulated on {AMD64.machine}" if emulated else "at this computer's own speed"
    if steps := last_time(cache, kind).steps:
        return (
            f"{architecture.name}, {how}: about {_minutes(sum(steps.values()))} min, as the last time{less}"
        )
    return f"{architecture.name}, {how}: some {minutes} min; a guess, none was timed here yet{less}"


def _minutes(seconds: float) -> int:
    return max(1, round(seconds / 60))


class Spent:
    """Seconds of steps and tasks of one build, across all the times that it was run."""

    def __init__(self, folder: Path) -> None:
        """Go on with what the folder's earlier runs took."""
        self._path = folder / SPENT
        document = _document(self._path)
        self.times = _times(document)
        self.again = document.get("again") is True
        """Whether the root had been finished before: to provision it once more tells nothing of a new one."""

    def save(self) -> None:
        """Write both down."""
        self._write({**self.times.as_document(), "again": self.again})

    def finish(self) -> None:
        """Count anew from now on: the root is finished, and may be kept and gone on with."""
        self._write({"again": True})

    def _write(self, document: Mapping[str, Any]) -> None:
        write_whole(self._path, json.dumps(document, indent=1) + "\n")

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[], None]]:
        """Add what is done inside to a step; yields what writes down how long it took until now."""
        before, started = self.times.steps.get(name, 0.0), time.monotonic()

        def note() -> None:
            self.times.steps[name] = round(before + time.monotonic() - started, 1)
            self.save()

        try:
            yield note
        finally:
            note()


class Course:
    """What a running play does, by its log, and how long it will still take."""

    def __init__(
        self,
        log: Path,
        last: Mapping[str, float],
        tasks: Seconds,
        guess: float = 0.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look at what is added to ``log`` from now on.

        last: seconds of each task in the last such build. tasks: gets those of this one, the longest of
        all the times that it was run, for what was done is passed over soon. guess: seconds of them all,
        where there is no last build.
        """
        self._log, self._last, self._tasks = log, last, tasks
        self._guess, self._now = guess, now
        self._read = log.stat().st_size if log.is_file() else 0
        self._started = self._since = now()
        self._seen: set[str] = set()
        self._ratios: list[float] = []
        self.task = ""

    def look(self) -> None:
        """Read what the log says since the last look."""
        with suppress(OSError), self._log.open("rb") as file:
            file.seek(self._read)
            data = file.read()
            whole = data[: data.rfind(b"\n") + 1]
            self._read += len(whole)
            for line in whole.decode("utf-8", "replace").splitlines():
                if found := TASK.match(line):
                    self._begin(found[1])
        if self.task:
            self._note(self._now() - self._since)

    def _note(self, seconds: float) -> None:
        self._tasks[self.task] = round(max(seconds, self._tasks.get(self.task, 0.0)), 1)

    def _begin(self, task: str) -> None:
        now = self._now()
        if self.task:
            seconds, before = now - self._since, self._last.get(self.task, 0.0)
            self._note(seconds)
            if before >= TELLING and seconds >= before * DID_SOMETHING:
                self._ratios.append(seconds / before)
        self.task, self._since = task, now
        self._seen.add(task)

    def end(self) -> None:
        """Note how long the last task took."""
        self.look()
        self.task = ""

    def left(self) -> str:
        """Return how long the rest will take, in words that say how that is known.

        What is still to come is taken at its last time, multiplied by how this time's tasks did against
        theirs.
        """
        if not self._last:
            rest = self._guess - (self._now() - self._started)
            return f"some {_minutes(rest)} min left, by a guess" if rest > 0 else "longer than was guessed"
        pace = median(self._ratios) if self._ratios else 1.0
        ahead = sum(seconds for task, seconds in self._last.items() if task not in self._seen) * pace
        here = self._last.get(self.task, 0.0) * pace - (self._now() - self._since)
        if here < 0 and ahead < -here:
            return "this takes longer than the last time"
        return f"about {_minutes(max(here, 0.0) + ahead)} min left"

    def sentence(self, more: str = "") -> str:
        """Return how far it is, in one line; ``more`` says what the task itself tells."""
        minutes = round((self._now() - self._started) / 60)
        return f"{minutes} min: {self.task or 'starting'}{f' ({more})' if more else ''}; {self.left()}"
