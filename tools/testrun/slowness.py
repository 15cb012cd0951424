"""What a run asks this machine: how slow it is, beside the reference; its cores; room on its disk."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

REFERENCE = 0.9
"""Seconds that the work takes on the reference: two cores of an AMD EPYC server, with nothing beside."""


LONG = 300
"""From so many seconds on a run looks again at its end."""


def work() -> None:
    """Work for about a second on each core: the interpreter, hashing, and memory."""
    numbers = [number * number % 7 for number in range(3_000_000)]
    words = {str(number): number for number in range(350_000)}
    digest = hashlib.sha256(str(len(numbers) + len(words)).encode())
    block = bytes(range(256)) * 4096
    for _ in range(320):
        digest.update(block)
    memory = bytearray(32 << 20)
    for _ in range(16):
        memory = bytearray(memory)


def measure() -> float:
    """Return how many times slower than the reference this machine is, with all cores at work at once.

    A figure in WORKSHOP_TEST_SLOWNESS is taken as it is.
    """
    if named := os.environ.get("WORKSHOP_TEST_SLOWNESS"):
        return float(named)
    started = time.monotonic()
    workers = [subprocess.Popen([sys.executable, "-I", __file__]) for _ in range(cores())]
    for worker in workers:
        worker.wait()
    return (time.monotonic() - started) / REFERENCE


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0))


def free_disk(folder: Path) -> float:
    """Return how many GB are free for anybody on the disk of a folder, or of where it will be."""
    while not folder.exists():
        folder = folder.parent
    # What is kept for root is none of ours: set-up, in a container, asks as an account.
    return shutil.disk_usage(folder).free / 1e9


def describe(slowness: float, what: str = "this machine") -> str:
    """Say it for people."""
    if slowness < 1:
        return f"{what}: as fast as the reference (takes {slowness:.1f} times its time)"
    return f"{what}: {slowness:.1f} times slower than the reference"


def overall(begun: float, seconds: float) -> float:
    """Return how slow this machine was during a run: the mean of its beginning and its end.

    Other guests of its host may come and go meanwhile, and what it takes longer for that is no growth.

    Args:
        begun: How slow it was when the run began.
        seconds: How long the run took; after a short one nothing is measured again.
    """
    return begun if seconds < LONG else (begun + max(measure(), 1)) / 2


if __name__ == "__main__":
    work()
