"""What a server's machine uses for a class: processor time without the browsers', and memory by PSS."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

V1 = Path("/sys/fs/cgroup/cpuacct/cpuacct.usage")
V2 = Path("/sys/fs/cgroup/cpu.stat")
MB = 1e6


def machine_seconds(v1: Path = V1, v2: Path = V2) -> float:
    """Return the processor seconds that this machine, or this container of one, has used so far."""
    if v1.exists():
        return int(v1.read_text(encoding="ascii")) / 1e9
    if v2.exists():
        fields = dict(line.split() for line in v2.read_text(encoding="ascii").splitlines())
        return int(fields["usage_usec"]) / 1e6
    times = psutil.cpu_times()
    return float(times.user + times.system)


def own_seconds() -> float:
    """Return those of this process, in which the browsers are, and of the commands that it ran."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@dataclass
class Stopwatch:
    """Counts what the machine does without the browsers."""

    machine: float
    own: float

    @classmethod
    def started(cls) -> Stopwatch:
        """Return one that counts from now."""
        return cls(machine_seconds(), own_seconds())

    def seconds(self) -> float:
        """Return the processor seconds since it was started."""
        return machine_seconds() - self.machine - (own_seconds() - self.own)


def pss_mb(process: Path) -> float:
    """Return the proportional set size of a process, a folder of /proc: what it shares counts once."""
    for line in (process / "smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / MB
    return 0.0


@dataclass(frozen=True)
class Memory:
    """MB, by PSS."""

    hub: float
    """Hub and proxy together."""
    seats: list[float]
    """Each seat's server, without kernels."""


def memory(accounts: Mapping[int, str], hub_signs: Sequence[str], proc: Path = Path("/proc")) -> Memory:
    """Look into all processes.

    accounts: names of the seats' accounts, by their numbers.
    hub_signs: what one of must be in the command line of hub and proxy, which are no seat's.
    """
    seats: dict[str, float] = {}
    hub = 0.0
    for process in proc.glob("[0-9]*"):
        try:
            owner = process.stat().st_uid
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if owner in accounts and "ipykernel" not in command:
                seats[accounts[owner]] = seats.get(accounts[owner], 0.0) + pss_mb(process)
            elif owner not in accounts and any(sign in command for sign in hub_signs):
                hub += pss_mb(process)
        except (OSError, ValueError):  # it has just ended
            continue
    return Memory(hub, sorted(seats.values()))
