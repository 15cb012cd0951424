"""A real memory limit around some processes: a control group of version 1 or 2.

usage: with memory_limit("tests", megabytes) as limit: subprocess.Popen(limit.around([…]))
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path

from waiting import patience

MIB = 1024 * 1024
SAMPLE_SECONDS = 0.1


class NoLimitHereError(Exception):
    """This machine cannot limit memory; the message says why."""


class Limit(ABC):
    """A group of processes that share a memory limit, without swap."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.size = 0
        """The limit in bytes."""
        self.peak = 0
        """The most bytes that were held at once and could not be given back: no cached files."""
        self._ended = threading.Event()

    def around(self, command: Sequence[str | Path]) -> list[str]:
        """Return the command that runs ``command`` inside the group."""
        enter = f'echo $$ > {shlex.quote(str(self.folder / "cgroup.procs"))} && exec "$@"'
        return ["sh", "-c", enter, "sh", *map(str, command)]

    def processes(self) -> list[int]:
        return [int(word) for word in (self.folder / "cgroup.procs").read_text().split()]

    def set(self, size: int) -> None:
        """Limit the group to ``size`` bytes, none of them in swap."""
        self.size = size
        for name, value in self.settings(size).items():
            (self.folder / name).write_text(value)

    @abstractmethod
    def settings(self, size: int) -> dict[str, str]:
        """Return the files to be written, and what to write."""

    @abstractmethod
    def kills(self) -> int:
        """Return how many processes of the group were killed for want of memory."""

    @abstractmethod
    def held(self) -> int:
        """Return the bytes that the group holds and cannot give back."""

    @abstractmethod
    def touched(self) -> int:
        """Return the most bytes that counted against the limit, cached files included."""

    def watch(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, self.held())

    def remove(self) -> None:
        """End what still runs in the group, and remove it."""
        self._ended.set()
        end = time.monotonic() + patience(60)
        while (left := self.processes()) and time.monotonic() < end:
            for process in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.2)
        self.folder.rmdir()

    def _counter(self, file: str, name: str) -> int:
        lines = (line.split() for line in (self.folder / file).read_text().splitlines())
        return next(int(line[1]) for line in lines if line[0] == name)


class Version1(Limit):
    def settings(self, size: int) -> dict[str, str]:
        return {"memory.limit_in_bytes": str(size), "memory.swappiness": "0"}

    def kills(self) -> int:
        return self._counter("memory.oom_control", "oom_kill")

    def held(self) -> int:
        return self._counter("memory.stat", "total_rss") + self._counter("memory.stat", "total_shmem")

    def touched(self) -> int:
        return int((self.folder / "memory.max_usage_in_bytes").read_text())


class Version2(Limit):
    def settings(self, size: int) -> dict[str, str]:
        return {"memory.max": str(size), "memory.swap.max": "0"}

    def kills(self) -> int:
        return self._counter("memory.events", "oom_kill")

    def held(self) -> int:
        return self._counter("memory.stat", "anon") + self._counter("memory.stat", "shmem")

    def touched(self) -> int:
        return int((self.folder / "memory.peak").read_text())


def _group(name: str) -> Limit:
    """Make a group beside that of this process, or say why not."""
    if os.geteuid() != 0:
        raise NoLimitHereError("a memory limit needs root")
    top = Path("/sys/fs/cgroup")
    kind, parent = (Version2, top) if (top / "cgroup.controllers").is_file() else (Version1, top / "memory")
    try:
        if kind is Version2:
            (parent / "cgroup.subtree_control").write_text("+memory")
        elif not (parent / "memory.limit_in_bytes").is_file():
            raise NoLimitHereError("this machine's kernel has no memory control groups")
        # A run that was killed leaves its group behind, with what it counted.
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=parent))
    except OSError as error:
        raise NoLimitHereError(f"this machine's control groups cannot be changed: {error}") from error
    return kind(folder)


@contextlib.contextmanager
def memory_limit(name: str, megabytes: int) -> Iterator[Limit]:
    """Give a group whose processes share ``megabytes`` (of 2²⁰ bytes); they end with it.

    Raises NoLimitHereError where it cannot be had.
    """
    limit = _group(name)
    limit.set(megabytes * MIB)
    watcher = threading.Thread(target=limit.watch, daemon=True)
    watcher.start()
    try:
        yield limit
    finally:
        limit.remove()
        watcher.join()
