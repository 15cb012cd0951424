"""How many processors this process may use."""

from __future__ import annotations

import math
import os
from pathlib import Path

from workshop.system.cgroups import CGROUPS, OWN, groups_of


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
