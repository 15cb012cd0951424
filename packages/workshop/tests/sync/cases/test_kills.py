"""Row 60 of the promise: whenever a sync is killed, nothing is lost, and the next one completes it."""

import os
import random
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from sync.bed import Bed, book, cell, memory_folder
from workshop.sync.apply import undo
from workshop.sync.state import Log, read_record

WRITES = ("sync/apply.py", "sync/state.py", "system/files.py")
"""The modules in which a sync writes; it is killed before one of their lines."""
Files = dict[str, bytes]


def texts(*sources: str, ran: str = "") -> bytes:
    return book(*(cell(source, f"cell-{source.split()[0]}", ran=ran) for source in sources))


BEFORE: dict[str, bytes] = {
    "still.ipynb": texts("a 1", "b 1"),
    "ran.ipynb": texts("a 1", "b 1"),
    "merge.ipynb": texts("a 1", "b 1", "c 1"),
    "clash.ipynb": texts("a 1", "b 1"),
    "gone.ipynb": texts("x 1", "y 1"),
    "old-name.ipynb": texts("r 1", "s 1", "t 1", "u 1"),
    "deep/er/data.bin": bytes(range(256)) * 100,
}
MINE: dict[str, bytes] = {
    "ran.ipynb": texts("a 1", "b 1", ran="output " * 200),
    "merge.ipynb": texts("a 1 mine", "b 1", "c 1", ran="output " * 200),
    "clash.ipynb": texts("a 1 mine", "b 1"),
    "old-name.ipynb": texts("r 1 mine", "s 1", "t 1", "u 1"),
    "taken.ipynb": texts("m 1"),
}
AFTER: dict[str, bytes] = {
    "still.ipynb": texts("a 2", "b 1"),
    "ran.ipynb": texts("a 1", "b 2"),
    "merge.ipynb": texts("a 1", "b 1", "c 2"),
    "clash.ipynb": texts("a 2", "b 1"),
    "new-name.ipynb": texts("r 1", "s 1", "t 2", "u 1"),
    "taken.ipynb": texts("n 1"),
    "fresh/one.ipynb": texts("a 1"),
    "deep/er/data.bin": bytes(range(256)) * 101,
}


def bed_in(folder: Path) -> Bed:
    return Bed(folder / "upstream", folder / "mine", folder / "state")


def read(folder: Path) -> Files:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def sync_and_die(bed: Bed, line: int | None) -> int:
    """Sync in a process of its own, killed before that line of what writes; return how many it came to."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        count = 0

        def trace(frame: FrameType, event: str, argument: object) -> Any:
            nonlocal count
            if not frame.f_code.co_filename.endswith(WRITES):
                return None
            if event == "line":
                count += 1
                if count == line:
                    os.kill(os.getpid(), signal.SIGKILL)
            return trace

        try:
            threading.settrace(trace)
            sys.settrace(trace)
            bed.sync()
            sys.settrace(None)
            os.write(writer, b"%d" % count)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        said = told.read()
    os.waitpid(child, 0)
    return int(said or b"0")


class Trial:
    """A participant who worked, and an organiser who published, copied anew for each kill."""

    def __init__(self, folder: Path) -> None:
        self.pristine, self.work = folder / "pristine", folder / "work"
        bed = bed_in(self.pristine)
        for name, data in BEFORE.items():
            bed.write(bed.upstream / "notebooks" / name, data)
        bed.sync()
        for name, data in MINE.items():
            bed.edit(name, data)
        shutil.rmtree(bed.upstream)
        for name, data in AFTER.items():
            bed.write(bed.upstream / "notebooks" / name, data)
        self.before = read(bed.mine)
        self.lines = sync_and_die(self.copy(), None)
        self.after = read(self.work / "mine")

    def copy(self) -> Bed:
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.pristine, self.work)
        return bed_in(self.work)

    def faults(self, bed: Bed) -> Iterator[str]:
        """Yield what was lost or half written, then what the next sync, and an undo, do not put right."""
        left = read(bed.mine)
        kept = {*left.values(), *read(bed.state / "backups").values()}
        yield from (f"{name} is lost" for name, data in self.before.items() if data not in kept)
        for name, data in left.items():
            unfinished = Path(name).name.startswith(".workshop-sync-")
            if not unfinished and data not in (self.before.get(name), self.after.get(name)):
                yield f"{name} is neither what it was nor what it should become"
        bed.sync()
        if read(bed.mine) != self.after:
            yield "the next sync did not complete it"
        if bed.sync().files:
            yield "the sync after the next was not at rest"
        undo(bed.mine, bed.state)
        if read(bed.mine) != self.before:
            yield "undo did not bring the folder back as it was"


def at_work(bed: Bed) -> bool:
    """Tell whether a killed sync had begun to write; the first one only delivered."""
    latest = read_record(Log(bed.state).folders()[0])
    return latest is None or not latest.finished


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    with tempfile.TemporaryDirectory(dir=memory_folder() or tmp_path) as folder:
        yield Trial(Path(folder))


@pytest.mark.parametrize("kills", [25, pytest.param(300, marks=pytest.mark.slow)])
def test_60_a_kill_at_any_moment_loses_nothing_and_is_healed(trial: Trial, kills: int) -> None:
    assert {"clash.ipynb", "new-name.ipynb"} < {*trial.after} and "gone.ipynb" not in trial.after
    draw, hits = random.Random(60), 0
    for _ in range(kills):
        line = draw.randint(1, trial.lines)
        bed = trial.copy()
        sync_and_die(bed, line)
        hits += at_work(bed)
        assert list(trial.faults(bed)) == [], f"killed before line {line} of {trial.lines}"
    assert hits >= kills / 5, "the kills must hit syncs at work"
