"""What was begun before a play, by ``tools/fetch-early.py``: who wants the same waits for it.

Each thing has a file in one folder, locked for as long as it is under way. A process that ends, however it
ends, lets go of its locks. Nothing is imported but what any Python has.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO


class Begun:
    """What this process has begun."""

    def __init__(self, held: dict[str, IO[str]]) -> None:
        """Take the locked file of each thing."""
        self._held = held

    def __contains__(self, name: str) -> bool:
        """Tell whether something is ours to do."""
        return name in self._held

    def end(self, name: str) -> None:
        """Let go of who waits for something."""
        self._held.pop(name).close()


@contextlib.contextmanager
def begun(folder: Path, names: Iterable[str]) -> Iterator[Begun]:
    """Say that some things are under way; what another process has begun is not among them."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        held = {}
        for name in names:
            lock = stack.enter_context((folder / f"{name}.lock").open("a"))
            # Whoever can open it, and be it to read, can hold it for ever.
            os.fchmod(lock.fileno(), 0o600)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                held[name] = lock
        yield Begun(held)


def wait(folder: Path, name: str) -> None:
    """Wait until nobody is at something any more, where that can be told; to do it twice is no harm."""
    with contextlib.suppress(OSError), (folder / f"{name}.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
