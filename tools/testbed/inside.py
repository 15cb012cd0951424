"""How a command comes into a machine of the test bed: by crun itself.

``podman exec`` starts the same crun in the end, after a tenth of a second of a processor of its own, and
tests ask their machines thousands of things. Namespaces, groups, rights and filters are the container's
either way, for crun reads them where podman wrote them. Where that is not to be had, podman does it.
"""

from __future__ import annotations

import json
from pathlib import Path

IDS = Path("/run/workshop-testbed")
"""A file for each machine, with the container's own name in it: machine.bash writes it."""
STATES = Path("/run/crun")
NOT_PODMANS = {"HOME", "HOSTNAME", "container_uuid"}
"""What a first process has in its environment, and a command by ``podman exec`` has not, or otherwise."""


def inside(machine: str, user: str = "", folder: str = "") -> list[str]:
    """Return the words before a command that a user runs in a machine; by default root, in the first folder.

    It has the streams of whoever runs it, as a child has; what it leaves at work must let go of them.
    """
    try:
        container = (IDS / machine).read_text(encoding="ascii").strip()
        state = json.loads((STATES / container / "status").read_text(encoding="utf-8"))
        made = json.loads(Path(state["bundle"], "config.json").read_text(encoding="utf-8"))
        numbers, home = _account(Path(f"/proc/{state['pid']}/root/etc"), user or "root")
    except (OSError, ValueError, KeyError, LookupError):
        options = [*(["--user", user] if user else []), *(["--workdir", folder] if folder else [])]
        return ["podman", "exec", "--interactive", *options, machine]
    # All of them, for crun gives either these or its own.
    variables = [each for each in made["process"]["env"] if each.partition("=")[0] not in NOT_PODMANS]
    return [
        *("crun", "exec", "--user", numbers),
        *(word for each in [*variables, f"HOME={home}"] for word in ("--env", each)),
        *(["--cwd", folder] if folder else []),
        container,
    ]


def _account(etc: Path, user: str) -> tuple[str, str]:
    """Return numbers and home of an account; LookupError where it is unknown, or in further groups."""
    if any(user in words[3].split(",") for words in _table(etc / "group")):
        raise LookupError(user)
    found = {words[0]: words for words in _table(etc / "passwd")}[user]
    return f"{found[2]}:{found[3]}", found[5]


def _table(path: Path) -> list[list[str]]:
    return [line.split(":") for line in path.read_text(encoding="utf-8").splitlines() if line.count(":") >= 3]
