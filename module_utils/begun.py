"""What was begun before it is needed: who wants the same waits for it, and need not do it again.

Before a play ``tools/fetch-early.py`` begins things that have names; within one ``locked_venvs`` begins
commands, whose outcome ``placed_and_run`` takes. Each has a file in one folder, locked for as long as it is
under way. A process that ends, however it ends, lets go of its locks. Nothing is imported but what any Python
has.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shlex
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

ENDED_WELL = "\nended well\n"
"""Comes behind what a command printed that was begun and did not fail."""


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


def begin(folder: Path, commands: Sequence[Sequence[str]]) -> subprocess.Popen[bytes]:
    """Run commands in turn, beside what goes on, be it to the end of this process and beyond.

    They are a process group of their own, for whoever must end them. They may be another account's, and get
    no lock of ours. Where one is still at work since before it is waited for, as it may not know what has
    changed since.
    """
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    commands = list(dict.fromkeys(map(tuple, commands)))  # one given twice would wait for itself
    files = [folder / _name_of(argv) for argv in commands]
    with contextlib.ExitStack() as stack:
        locks = [stack.enter_context(said.with_suffix(".lock").open("a")).fileno() for said in files]
        for said, lock in zip(files, locks):  # noqa: B905 - for Python 3.9
            os.fchmod(lock, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
            said.unlink(missing_ok=True)
            os.close(os.open(said, os.O_CREAT | os.O_EXCL, 0o600))
        without_locks = "exec " + " ".join(f"{lock}>&-" for lock in locks)
        script = [
            f"({without_locks}; exec {shlex.join(argv)}) >>{shlex.quote(str(said))} "
            f"&& printf {shlex.quote(ENDED_WELL)} >>{shlex.quote(str(said))}"
            for argv, said in zip(commands, files)  # noqa: B905 - for Python 3.9
        ]
        return subprocess.Popen(
            ["bash", "-c", "\n".join(script)],
            # Whatever language the person speaks who runs the play.
            env=os.environ | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=locks,
            start_new_session=True,
        )


def outcome(folder: Path, argv: Sequence[str]) -> str | None:
    """Wait for a command that was begun, and return what it printed; None where it is to be run after all."""
    said = folder / _name_of(argv)
    wait(folder, said.name)
    try:
        text = said.read_text(encoding="utf-8", errors="replace")
        said.unlink()
    except OSError:
        return None
    printed, well, _ = text.rpartition(ENDED_WELL)
    return printed if well else None


def _name_of(argv: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(argv).encode()).hexdigest()[:16]
