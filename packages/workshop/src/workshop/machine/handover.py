"""Whoever sits at a notebook compiles before the warm-up in the background does.

Theano's processes compile one after the other, by a lock. The warm-up takes it again as soon as it has let it
go, and whoever waits looks only every second or two whether it is free: a notebook could wait for many
modules that it does not need. So a process that wants the lock says so, by the time of a file beside it. One
that gives way to all others (``workshop.priority``) takes it only when nobody has said so for a while.

``theano_patches`` lays a copy of this file into Theano's package and lets its lock call it; so it imports
nothing of ours. Whatever goes wrong with the file, the lock is taken as Theano takes it.
"""

from __future__ import annotations

import contextlib
import os
import time

WANTED = "wanted"
NICEST = 19
HELD_BACK_S = 2.0
"""So long after somebody wanted the lock, nobody who gives way takes it: cells come one after the other."""
LOOK_S = 0.05


def begin(lock: str) -> None:
    """Be called before the lock is asked for: say that it is wanted, or let those be first who said so."""
    if not gives_way():
        _want(lock)
        return
    while _was_wanted(lock):
        time.sleep(LOOK_S)


def wait(lock: str, seconds: float) -> None:
    """Be called as often as the lock was found taken; ``seconds`` is how long Theano would wait."""
    if gives_way():
        time.sleep(seconds)
        return
    _want(lock)
    time.sleep(LOOK_S)


def gives_way() -> bool:
    """Tell whether this process leaves the processor to all others."""
    return os.getpriority(os.PRIO_PROCESS, 0) >= NICEST


def _want(lock: str) -> None:
    file = _file(lock)
    with contextlib.suppress(OSError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600))
        os.utime(file)


def _was_wanted(lock: str) -> bool:
    try:
        age = time.time() - os.lstat(_file(lock)).st_mtime
    except OSError:
        return False
    # A file from the future is of a clock that was set.
    return 0 <= age < HELD_BACK_S


def _file(lock: str) -> str:
    return os.path.join(os.path.dirname(lock), WANTED)  # noqa: PTH118, PTH120 - as Theano names its lock
