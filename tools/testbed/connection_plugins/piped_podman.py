"""The collection's connection to a container, with pipelining, and without podman at each step.

A task's module goes to the container's Python through standard input: one command a task (``inside.py``).
The collection asks podman for a mount, makes a folder, copies the module there, runs and removes it.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.connection import ConnectionBase, ensure_connect
from ansible_collections.containers.podman.plugins.connection import podman

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from inside import inside

DOCUMENTATION = podman.DOCUMENTATION.replace("name: podman", "name: piped_podman")


class Connection(podman.Connection):
    """A container of podman's, by its name."""

    transport = "piped_podman"
    has_pipelining = True

    def _connect(self) -> None:
        """Have nothing mounted: files go the way of commands."""
        ConnectionBase._connect(self)
        self._connected = True

    def _inside(self, *words: str, in_data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = inside(self._play_context.remote_addr, self._play_context.remote_user or "")
        return subprocess.run([*command, *words], input=in_data, capture_output=True, check=False)

    @ensure_connect
    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = False) -> Any:
        """Run a command with ``in_data`` as its input; return its status, stdout and stderr."""
        # What goes before each command: tools/testbed/root-trace.sh, where a test looks over root's shoulder.
        wrapper = shlex.split(os.environ.get("WORKSHOP_TEST_WRAPPER", ""))
        done = self._inside(*wrapper, *shlex.split(cmd), in_data=in_data or b"")
        return done.returncode, done.stdout, done.stderr

    @ensure_connect
    def put_file(self, in_path: str, out_path: str) -> None:
        """Write a file of this machine's into the container."""
        self._copied(
            self._inside("sh", "-c", 'cat >"$0"', out_path, in_data=Path(in_path).read_bytes()), out_path
        )

    @ensure_connect
    def fetch_file(self, in_path: str, out_path: str) -> None:
        """Write a file of the container's onto this machine."""
        Path(out_path).write_bytes(self._copied(self._inside("cat", in_path), in_path))

    @staticmethod
    def _copied(done: subprocess.CompletedProcess[bytes], path: str) -> bytes:
        if done.returncode:
            raise AnsibleError(f"cannot copy {path}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout
