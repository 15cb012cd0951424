"""The collection's connection to a container, with pipelining.

A task's module goes to the container's Python through standard input: one ``podman exec`` a task instead
of the four or five with which the collection makes a folder, copies the module there, runs and removes it.
"""

from __future__ import annotations

import shlex
from typing import Any

from ansible.plugins.connection import ensure_connect
from ansible_collections.containers.podman.plugins.connection import podman

DOCUMENTATION = podman.DOCUMENTATION.replace("name: podman", "name: piped_podman")


class Connection(podman.Connection):
    """A container of podman's, by its name."""

    transport = "piped_podman"
    has_pipelining = True

    @ensure_connect
    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = False) -> Any:
        """Run a command with ``in_data`` as its input; return its status, stdout and stderr."""
        user = ["--user", self.user] if self.user else []
        return self._podman(["exec", "--interactive", *user], shlex.split(cmd), in_data)
