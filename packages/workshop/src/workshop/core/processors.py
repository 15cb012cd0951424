"""Processor time: how many processors this process may use, and how background work gives way.

On the desktops of most distributions Linux shares the processor between *sessions* (man 7 sched, "The
autogroup feature"), and a nice value counts only within one: a process of its own session, however nice,
takes as much as everything that somebody does in a terminal or a notebook. The session has a nice value
of its own, in /proc/self/autogroup.
"""

from __future__ import annotations

import contextlib
import math
import os
from pathlib import Path

from workshop.core.cgroups import CGROUPS, OWN, groups_of

NICENESS = 10
"""A busy process gets ten times as much of a processor. With 19 it would be seventy times as much: a kernel
that waits until the background has compiled a module would wait for minutes."""


def usable_cores(groups: Path = CGROUPS, own: Path = OWN) -> int:
    """Return how many processors this process may use at once, at least 1.

    Those that it may run on, or as many as the time comes to that a control group gives it: a container
    that was started with ``--cpus 1.5`` may run on all processors, but has no more than two at work.
    """
    given = len(os.sched_getaffinity(0))
    for folder, version in groups_of("cpu", groups, own):
        if (share := _share(folder, version)) is not None:
            given = min(given, math.ceil(share))
    return max(1, given)


def _share(group: Path, version: int) -> float | None:
    """Return how many processors' time a group gives; None where it sets no limit."""
    names = ("cpu.max",) if version == 2 else ("cpu.cfs_quota_us", "cpu.cfs_period_us")
    try:
        quota, period = (int(word) for name in names for word in (group / name).read_text("ascii").split())
    except (OSError, ValueError):  # not there, or "max"
        return None
    return quota / period if quota > 0 and period > 0 else None


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
