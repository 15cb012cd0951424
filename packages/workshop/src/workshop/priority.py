"""Background work that gives way to whoever sits at the machine.

On the desktops of most distributions Linux shares the processor between *sessions* (man 7 sched, "The
autogroup feature"), and a nice value counts only within one: a process of its own session, however nice,
takes as much as everything that somebody does in a terminal or a notebook. The session has a nice value
of its own, in /proc/self/autogroup.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

NICENESS = 10
"""A busy process gets ten times as much of a processor. With 19 it would be seventy times as much: a kernel
that waits until the background has compiled a module would wait for minutes."""


def give_way() -> None:
    """Leave the processor to all others; to be called by a process that has begun a session."""
    os.nice(NICENESS)
    keep_giving_way()


def keep_giving_way() -> None:
    """Make this process's session as nice as the process itself.

    A program that a nice process starts in a session of its own, as Jupyter starts kernels, would else
    compete with everybody again.
    """
    niceness = os.nice(0)
    if niceness > 0:
        # Without that feature of Linux there is no such file, and the process's own value counts.
        with contextlib.suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(niceness), encoding="ascii")
