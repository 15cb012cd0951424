"""Everything that a run starts, found and ended with it; and one run at a time on a machine."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import resource
import signal
import stat
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from .parts import UsageError

MARK = "WORKSHOP_TEST_RUN"
"""The variable by which a process belongs to a checkout's run, also after the runner was killed."""
PATIENCE = 30
"""Seconds that jobs have for their own clean-up."""
KILLING = 10
"""Seconds after which a process that does not even end when killed (the kernel holds it) is given up."""
_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends; where that cannot be, do without."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Ended(NamedTuple):
    """How a child ended."""

    code: int
    """Its exit code, negative for a signal."""
    spent: float
    """Processor seconds, its own and those of the descendants that were waited for."""


def reap() -> dict[int, Ended]:
    """Collect the children that ended, adopted ones too."""
    ended = {}
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                break
            ended[pid] = Ended(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime)
    return ended


def descendants(ancestor: int) -> list[int]:
    """Return the processes below one, without itself and without those that have already ended."""
    children: dict[int, list[int]] = {}
    dead = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # After the name, which may hold anything, come the state and the parent.
                state, parent = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
                children.setdefault(int(parent), []).append(int(entry.name))
                if state == "Z":
                    dead.add(int(entry.name))
    found: list[int] = []
    waiting = [ancestor]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return [pid for pid in found if pid not in dead]


def name_of(pid: int) -> str:
    """Return what a process is called, for people."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "?"
    return " ".join(words).strip()[:60] or "?"


def send(number: int, pids: Iterable[int], whole_group: bool = False) -> None:
    """Send a signal to processes, or to the groups that they lead; one that has ended is no fault."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            (os.killpg if whole_group else os.kill)(pid, number)


def spent() -> float:
    """Return the processor seconds of all that has ended: jobs, what they started, and what was adopted."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def end_jobs(
    leaders: Iterable[int], hurry: Callable[[], bool], patience: float = PATIENCE
) -> dict[int, Ended]:
    """End jobs and wait until their own traps have cleaned up; return those that ended.

    Args:
        leaders: The first process of each job, which leads a session of its own.
        hurry: Asked again and again; true when somebody cannot wait any longer.
        patience: Seconds to wait at most.
    """
    waiting = set(leaders)
    ended: dict[int, Ended] = {}
    send(signal.SIGTERM, waiting, whole_group=True)
    limit = time.monotonic() + patience
    while waiting and time.monotonic() < limit and not hurry():
        time.sleep(0.05)
        ended |= reap()
        waiting -= ended.keys()
    return ended


def kill_descendants() -> list[str]:
    """Kill all that descends from this process, and what it starts meanwhile; return what that was."""
    killed: dict[int, str] = {}
    limit = time.monotonic() + KILLING
    while (found := descendants(os.getpid())) and time.monotonic() < limit:
        killed |= {pid: name_of(pid) for pid in found if pid not in killed}
        send(signal.SIGKILL, found)
        reap()
        time.sleep(0.01)
    reap()
    return list(killed.values())


def kill_marked(mark: str) -> int:
    """Kill what a runner of this checkout left when it was killed itself; return the number of processes."""
    wanted, killed = f"{MARK}={mark}".encode(), 0
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                os.kill(int(entry.name), signal.SIGKILL)
                killed += 1
    return killed


def lock_file() -> Path:
    """Return the file whose lock a run holds, the same one for all users of a machine."""
    return Path(os.environ.get("WORKSHOP_TEST_LOCK") or "/tmp/workshop-test.lock")


def take_lock() -> int:
    """Lock this machine for one run, until this process ends; children do not inherit the lock."""
    path = lock_file()
    try:
        descriptor = _open(path)
    except OSError as error:
        raise UsageError(f"cannot open {path} ({error.strerror}); remove it and run this again") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise UsageError(f"{path} is no file; remove it and run this again")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = _holder(descriptor)
        raise UsageError(f"another run is at work on this machine ({holder}); wait until it ends") from None
    return descriptor


def _open(path: Path) -> int:
    """Open a file that may be another user's, in a folder to which everybody writes.

    A link there could lead anywhere, and the kernel refuses to open another user's file as if to create it.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW
    with contextlib.suppress(FileExistsError):
        return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o644)
    return os.open(path, flags)


def _holder(descriptor: int) -> str:
    """Describe who holds the lock of an open file."""
    file = os.fstat(descriptor)
    wanted = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
    with contextlib.suppress(OSError):
        for line in Path("/proc/locks").read_text().splitlines():
            words = line.split()
            if wanted in words and "->" not in words:
                pid = words[words.index(wanted) - 1]
                try:
                    return f"process {pid} in {Path(f'/proc/{pid}/cwd').readlink()}"
                except OSError:
                    return f"process {pid}"
    return "its process is not visible here"
