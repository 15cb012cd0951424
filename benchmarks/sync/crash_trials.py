"""Kill syncs at random moments and see whether anything was lost and whether the next one heals it."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.sync.fuzz_edits import sync
from workshop.sync.engine import undo
from workshop.sync.notebook import Cell
from workshop.sync.state import Log, read_record

Files = dict[str, bytes]

ONE_AT_WORK = 6
"""Of so many kills one at least should hit a sync that had begun to write and was not done."""


def book(*texts: str, ran: bool = False) -> bytes:
    """Return a notebook of code cells."""
    cells = [_cell(number, text, ran) for number, text in enumerate(texts, start=1)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _cell(number: int, text: str, ran: bool) -> Cell:
    output = {"output_type": "stream", "name": "stdout", "text": f"{text}\n" * 200}
    return {
        "cell_type": "code",
        "id": f"cell-{text.partition(' ')[0]}",
        "metadata": {},
        "source": text,
        "execution_count": number if ran else None,
        "outputs": [output] if ran else [],
    }


BEFORE: Files = {
    "still.ipynb": book("a 1", "b 1"),
    "ran.ipynb": book("a 1", "b 1"),
    "merge.ipynb": book("a 1", "b 1", "c 1"),
    "clash.ipynb": book("a 1", "b 1"),
    "gone.ipynb": book("x 1", "y 1"),
    "old-name.ipynb": book("r 1", "s 1", "t 1", "u 1"),
    "deep/er/data.bin": bytes(range(256)) * 100,
}
MINE: Files = {
    "ran.ipynb": book("a 1", "b 1", ran=True),
    "merge.ipynb": book("a 1 mine", "b 1", "c 1", ran=True),
    "clash.ipynb": book("a 1 mine", "b 1"),
    "old-name.ipynb": book("r 1 mine", "s 1", "t 1", "u 1"),
    "taken.ipynb": book("m 1"),
}
AFTER: Files = {
    "still.ipynb": book("a 2", "b 1"),
    "ran.ipynb": book("a 1", "b 2"),
    "merge.ipynb": book("a 1", "b 1", "c 2"),
    "clash.ipynb": book("a 2", "b 1"),
    "new-name.ipynb": book("r 1", "s 1", "t 2", "u 1"),
    "taken.ipynb": book("n 1"),
    "fresh/one.ipynb": book("a 1"),
    "deep/er/data.bin": bytes(range(256)) * 101,
}


@dataclass
class Tally:
    """What came of all kills."""

    kills: int = 0
    at_work: int = 0
    """Syncs that were killed after they had begun to write and before they were done."""
    lost: int = 0
    invalid: int = 0
    healed: int = 0
    faults: list[str] = field(default_factory=list)


class Trial:
    """One participant's folder, killed over and over."""

    def __init__(self, folder: Path) -> None:
        """Deliver, let the participant work, publish; then see what an undisturbed sync does."""
        self.folder = folder
        self.pristine = folder / "pristine"
        self.work = folder / "work"
        write(self.pristine / "upstream" / "notebooks", BEFORE)
        sync(self.pristine)
        write(self.pristine / "mine", MINE)
        shutil.rmtree(self.pristine / "upstream")
        write(self.pristine / "upstream" / "notebooks", AFTER)
        self.before = read(self.pristine / "mine")
        # On a busy machine a single undisturbed sync may take many times as long as those to be killed.
        self.seconds, self.writing = (
            min(times) for times in zip(*(self._time() for _ in range(5)), strict=True)
        )
        self.after = read(self.work / "mine")

    def _time(self) -> tuple[float, float]:
        """Return the seconds that an undisturbed sync takes, and those of them in which it writes."""
        self._fresh()
        started = time.perf_counter()
        self._sync_in_child(None)
        seconds = time.perf_counter() - started
        return seconds, seconds - self.planning

    def _fresh(self) -> None:
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.pristine, self.work)

    def _sync_in_child(self, delay: float | None, from_writing: bool = False) -> None:
        """Sync in a process of its own; kill that ``delay`` seconds after its start, or its first write."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _tell_when_writing(writer)
                sync(self.work)
            finally:
                os._exit(0)
        os.close(writer)
        started = time.perf_counter()
        if from_writing or delay is None:
            os.read(reader, 1)  # comes when it begins to write, or when it ends
        self.planning = time.perf_counter() - started
        if delay is not None:
            time.sleep(delay)
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reader)

    def kill(self, delay: float, from_writing: bool, tally: Tally) -> None:
        """Kill one sync after ``delay`` seconds and look at what is left, then at what heals."""
        self._fresh()
        self._sync_in_child(delay, from_writing)
        interrupted = _is_interrupted(Log(self.work / "state"))
        left = read(self.work / "mine")
        faults = list(self._losses(left))
        invalid = [name for name in left if name.endswith(".ipynb") and not is_json(left[name])]
        tally.kills += 1
        tally.at_work += interrupted
        tally.lost += bool(faults)
        tally.invalid += bool(invalid)
        unhealed = list(self._heal())
        tally.healed += not unhealed
        tally.faults += [f"after {delay:.4f} s: {each}" for each in (*faults, *invalid, *unhealed)]

    def _losses(self, left: Files) -> Iterator[str]:
        """Yield what the participant had and now is neither in the folder nor merged nor backed up."""
        kept = {*left.values(), *read(self.work / "state" / "backups").values()}
        yield from (f"{name} is lost" for name, data in self.before.items() if data not in kept)
        for name, data in left.items():
            if data not in (self.before.get(name), self.after.get(name)) and not is_unfinished(name):
                yield f"{name} is neither what it was nor what it should become"

    def _heal(self) -> Iterator[str]:
        """Sync again; yield what is not as it would be had nothing happened, also after an undo."""
        sync(self.work)
        if read(self.work / "mine") != self.after:
            yield "the next sync did not heal it"
        if sync(self.work).files:
            yield "the sync after the next was not at rest"
        undo(self.work / "mine", self.work / "state")
        if read(self.work / "mine") != self.before:
            yield "undo did not bring the folder back as it was"


def _is_interrupted(log: Log) -> bool:
    """Tell whether the sync had begun to write and was not done; the first one only delivered."""
    latest = read_record(log.folders()[0])
    return latest is None or not latest.finished


def _tell_when_writing(pipe: int) -> None:
    """Make this process write a byte into ``pipe`` when its sync begins to write; for a forked child only."""
    begin = Log.begin

    def begin_and_tell(log: Log, *words: Any, **options: Any) -> Any:
        os.write(pipe, b"w")
        return begin(log, *words, **options)

    Log.begin = begin_and_tell  # type: ignore[method-assign,assignment]


def is_unfinished(name: str) -> bool:
    """Tell whether a file is one that a killed sync was writing."""
    return Path(name).name.startswith(".workshop-sync-")


def is_json(data: bytes) -> bool:
    """Tell whether bytes are JSON."""
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def write(folder: Path, files: Files) -> None:
    """Write files below a folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def read(folder: Path) -> Files:
    """Read every file below a folder."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def kill_many(folder: Path, times: int, draw: random.Random) -> Tally:
    """Kill ``times`` syncs at random: one half at any moment of their lives, the rest while they write.

    On a busy machine kills come late. More are made then, up to ten times as many, until one in
    ``ONE_AT_WORK`` of those wanted has hit a sync at work.
    """
    trial, tally = Trial(folder), Tally()
    while tally.kills < times or (tally.at_work < times // ONE_AT_WORK and tally.kills < 10 * times):
        from_writing = tally.kills % 2 == 0
        trial.kill(draw.uniform(0, trial.writing if from_writing else trial.seconds), from_writing, tally)
    return tally
