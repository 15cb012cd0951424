"""Why a kernel died, in words for the one whose notebook it was."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path

VMSTAT = Path("/proc/vmstat")
KILLS = {signal.SIGKILL, signal.SIGTERM}
"""What the system and memory killers send."""
CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}

SHARE_WORTH_FREEING = 0.2
"""Other kernels are named when they hold more than this share of what the dead one held."""


@dataclass(frozen=True)
class Death:
    """How a kernel ended that nobody had asked to end, by one of KILLS or CRASHES."""

    number: int
    """The signal that ended it."""
    counted: bool
    """Whether the system has counted a kill for want of memory since the kernel was last seen alive."""
    held_mb: int
    """The most memory that it held, in MB (10⁶ bytes)."""
    total_mb: int
    """The memory that kernels and servers share, in MB."""
    others: int
    """How many other kernels this server runs."""
    others_mb: int
    """The memory that these hold, in MB."""


def kills_for_memory(vmstat: Path = VMSTAT) -> int:
    """Return how many processes the system has killed since it started because memory ran out.

    0 where it does not say. The count is the whole machine's, in a container too.
    """
    try:
        lines = vmstat.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def words(death: Death) -> str:
    """Return what the participant reads: what happened, what is lost, what to do."""
    return f"{_what(death)} {_lost(death)} {_advice(death)}"


def _what(death: Death) -> str:
    held = f"It held {death.held_mb:,} MB; the machine has {death.total_mb:,} MB for everything."
    if death.counted:
        return f"Memory ran out, so the system ended this notebook's kernel. {held}"
    if death.number in KILLS:
        return f"This notebook's kernel was ended from outside, most likely because memory ran out. {held}"
    return f"This notebook's kernel crashed ({signal.strsignal(death.number)})."


def _lost(death: Death) -> str:
    return "Its variables are gone; what is written in the notebook and in files is not."


def _advice(death: Death) -> str:
    again = "run the cells again from the top"
    if death.number not in KILLS:
        return f"A new kernel starts by itself: {again}, one by one, to find the one that crashes."
    if death.others_mb > SHARE_WORTH_FREEING * death.held_mb:
        kernels = "another kernel" if death.others == 1 else f"{death.others} other kernels"
        holds = "holds" if death.others == 1 else "hold"
        room = f"{kernels} {holds} {death.others_mb:,} MB: shut down what you do not need (list Running)"
        return f"A new kernel starts by itself. First make room, {room}; then {again}."
    return f"A new kernel starts by itself: {again}, with less data at once."
