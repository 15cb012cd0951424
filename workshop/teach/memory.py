"""The memory line: what this kernel uses and what the machine has left."""

from __future__ import annotations

import resource
import sys

import psutil


def used_mb() -> int:
    """Return the memory that this kernel holds now, in MB (10⁶ bytes)."""
    return int(psutil.Process().memory_info().rss // 1_000_000)


def peak_mb() -> int:
    """Return the most memory that this kernel has held so far, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 1_000_000


def line() -> str:
    """Return one line about memory: this kernel's and the machine's."""
    machine = psutil.virtual_memory()
    return (
        f"Memory: this kernel uses {used_mb():,} MB (at most {peak_mb():,} so far); "
        f"the machine has {machine.available // 1_000_000:,} of {machine.total // 1_000_000:,} MB left."
    )
