"""The memory limits that processes run under, apart from what the machine has."""

from __future__ import annotations

from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
NO_LIMIT = 1 << 60
"""Version 1 writes "no limit" as a number about as large as this one, or larger."""


def memory_limits(groups: Path = CGROUPS, own: Path = OWN) -> list[int]:
    """Return the limits, in bytes, of this process' control group and of all groups above it.

    Both versions of control groups are read, from inside a container too, where the path that the
    kernel names is the host's and only the mounted top is there. No limit, or no such groups: none.
    """
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    limits: list[int] = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            limits += _up(groups, path, "memory.max")
        elif "memory" in controllers.split(","):
            limits += _up(groups / "memory", path, "memory.limit_in_bytes")
    return limits


def _up(top: Path, path: str, name: str) -> list[int]:
    """Return the limits that files called ``name`` set from the group ``path`` up to ``top``."""
    group = Path(path.lstrip("/"))
    limits = []
    for folder in (group, *group.parents) if group.parts else (group,):
        try:
            limit = int((top / folder / name).read_text(encoding="ascii"))
        except (OSError, ValueError):  # not there, or "max"
            continue
        if limit < NO_LIMIT:
            limits.append(limit)
    return limits
