"""This process' control groups, in both versions: where its limits are, and what is left of memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
NO_LIMIT = 1 << 60
"""Version 1 writes "no limit" as a number about as large as this one, or larger."""


@dataclass(frozen=True)
class Version:
    """What one version of control groups calls its files."""

    limit: str
    used: str
    given_back: str
    """In memory.stat: what counts as used, and the system takes when something else needs it."""


V2 = Version("memory.max", "memory.current", "inactive_file")
V1 = Version("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def groups_of(controller: str, groups: Path = CGROUPS, own: Path = OWN) -> Iterator[tuple[Path, int]]:
    """Yield the folders of this process' group and of all above it, and of which version they are.

    Both versions of control groups are read, from inside a container too, where the path that the
    kernel names is the host's and only the mounted top is there: some folders may not exist.

    controller: What limits, by its name in version 1, ``memory`` or ``cpu``; version 2 has all in one tree.
    """
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            top, version = groups, 2
        elif controller in controllers.split(","):
            top, version = groups / controller, 1
        else:
            continue
        group = Path(path.lstrip("/"))
        for folder in (group, *group.parents) if group.parts else (group,):
            yield top / folder, version


def memory_limits(groups: Path = CGROUPS, own: Path = OWN) -> list[int]:
    """Return the limits, in bytes, of this process' control group and of all groups above it.

    No limit, or no such groups: none.
    """
    return [limit for _, _, limit in _limited(groups, own)]


def memory_left(groups: Path = CGROUPS, own: Path = OWN) -> list[int]:
    """Return what is left below each of these limits, in bytes; of all that may be had it is the least."""
    return [max(0, limit - (taken(folder, version) or 0)) for folder, version, limit in _limited(groups, own)]


def taken(group: Path, version: Version) -> int | None:
    """Return the bytes that a group takes, less what the system would give back; None: it does not say."""
    try:
        used = int((group / version.used).read_text(encoding="ascii"))
        lines = (group / "memory.stat").read_text(encoding="ascii").splitlines()
        counts = dict(line.split() for line in lines)
        return max(0, used - int(counts[version.given_back]))
    except (OSError, ValueError, KeyError):
        return None


def _limited(groups: Path, own: Path) -> Iterator[tuple[Path, Version, int]]:
    """Yield each group that has a limit, from this process' own up to the top."""
    for folder, number in groups_of("memory", groups, own):
        version = V2 if number == 2 else V1
        try:
            limit = int((folder / version.limit).read_text(encoding="ascii"))
        except (OSError, ValueError):  # not there, or "max"
            continue
        if limit < NO_LIMIT:
            yield folder, version, limit
