"""Copies of an appliance that run under qemu: from the text on their console to a login over ssh.

Nothing is known of a copy but what its console shows, as for a participant.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import testinfra

from organiser.appliance.boot import Guest, booted

FIGURES: list[str] = []
"""What the tests measured, for the end of their report."""
USER = "workshop"
SSH = 22
JUPYTER = 8080
CONFIG = """
Host copy
  HostName 127.0.0.1
  Port {port}
  User {user}
  IdentityFile {folder}/key
  ControlPath {folder}/control
  ControlMaster auto
  ControlPersist 600
  ConnectTimeout 180
  ServerAliveInterval 30
  StrictHostKeyChecking no
  UserKnownHostsFile {folder}/known_hosts
  LogLevel ERROR
"""
TOLD = {
    "code": r"code\s+([a-z0-9]{4}-[a-z0-9]{4})\s",
    "password": r"password\s+([a-z0-9-]{19})",
}
"""What the console shows before the login."""


@dataclass
class Copy:
    """One running copy."""

    guest: Guest
    folder: Path
    seconds_to_jupyter: float = 0.0
    """From switching on until JupyterLab answered."""

    @property
    def slowness(self) -> float:
        """How many times longer than on real hardware things may take."""
        return 12.0 if self.guest.accelerator == "tcg" else 1.0

    @cached_property
    def told(self) -> dict[str, str]:
        """The code that counted first, and the password, from the console."""
        end = time.monotonic() + 60 * self.slowness
        while True:
            console = self.guest.console()
            # The last one counts: the text is written again when there is another code.
            found = {name: re.findall(pattern, console) for name, pattern in TOLD.items()}
            if all(found.values()):
                return {name: matches[-1] for name, matches in found.items()}
            assert time.monotonic() < end, f"the console shows no code and password:\n{console[-2000:]}"
            time.sleep(1)

    def guest_code(self) -> str:
        """Return the code that the console shows now; it is asked anew each time."""
        return re.findall(TOLD["code"], self.guest.console())[-1] if self.told else ""

    def logs_in_with(self, code: str) -> bool:
        """Tell whether JupyterLab's log-in page takes a code."""
        connection = http.client.HTTPConnection("127.0.0.1", self.guest.ports[JUPYTER], timeout=60)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        with contextlib.closing(connection):
            connection.request("POST", "/login", f"password={code}", form)
            return connection.getresponse().status == http.HTTPStatus.FOUND

    @cached_property
    def config(self) -> Path:
        """An ssh configuration whose `copy` is this machine; a key is let in with the password first."""
        self.folder.mkdir(parents=True, exist_ok=True)
        config, key, ask = self.folder / "config", self.folder / "key", self.folder / "ask"
        config.write_text(CONFIG.format(port=self.guest.port("ssh"), user=USER, folder=self.folder))
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        ask.write_text(f"#!/bin/sh\necho '{self.told['password']}'\n")
        ask.chmod(0o700)
        public = key.with_suffix(".pub").read_text().strip()
        done = subprocess.run(
            [
                *("ssh", "-F", config, "-o", "PreferredAuthentications=password", "-o", "ControlMaster=no"),
                *("copy", f"umask 077; mkdir -p .ssh; echo '{public}' >>.ssh/authorized_keys"),
            ],
            env={"SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force", "PATH": "/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"the console's password does not let in: {done.stderr}"
        return config

    @cached_property
    def host(self) -> Any:
        """Testinfra's host, as the workshop's account."""
        return testinfra.get_host(f"ssh://copy?ssh_config={self.config}&timeout=180")

    def as_root(self, command: str) -> str:
        """Run a shell command as root, who is reached with the same password."""
        line = f"echo '{self.told['password']}' | sudo -S -p '' sh -c \"$(cat <<'END'\n{command}\nEND\n)\""
        result = self.host.run(line)
        assert result.rc == 0, f"{command}\n{result.stdout}\n{result.stderr}"
        return str(result.stdout).strip()

    def close(self) -> None:
        """End the connection that ssh keeps."""
        if "config" in self.__dict__:
            subprocess.run(["ssh", "-F", self.config, "-O", "exit", "copy"], capture_output=True, check=False)


@contextmanager
def running_copy(ova: Path, folder: Path) -> Iterator[Copy]:
    """Boot a copy and wait until its JupyterLab answers."""
    started = time.monotonic()
    with booted(ova, folder=folder) as guest:
        copy = Copy(guest, folder)
        guest.wait_for_http(JUPYTER, "/api", seconds=900)
        copy.seconds_to_jupyter = round(time.monotonic() - started, 1)
        try:
            yield copy
        finally:
            copy.close()
