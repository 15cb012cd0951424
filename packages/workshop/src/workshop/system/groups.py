"""This process' control groups, in both versions of them: where limits are that bind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")


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
