"""The collection's connection to a container, with pipelining.

A task's module goes to the container's Python through standard input: one ``podman exec`` a task instead
of the four or five with which the collection makes a folder, copies the module there, runs and removes it.
Newer collections do so themselves; which one is locked goes by this machine's Python.
"""

from __future__ import annotations

import os
import shlex
import subprocess
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
        container, user = self._play_context.remote_addr, self._play_context.remote_user
        command = ["podman", "exec", "--interactive", *(["--user", user] if user else []), container]
        # What goes before each command: tools/testbed/root-trace.sh, where a test looks over root's shoulder.
        wrapper = shlex.split(os.environ.get("WORKSHOP_TEST_WRAPPER", ""))
        done = subprocess.run(
            [*command, *wrapper, *shlex.split(cmd)], input=in_data or b"", capture_output=True, check=False
        )
        return done.returncode, done.stdout, done.stderr
