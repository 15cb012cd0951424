"""A copy of the checkout with a Vagrantfile of its own life: another folder, another home of Vagrant's."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any, TextIO

import vagrant
import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
NAME = f"workshop-house-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:6]}"
"""Of this checkout's domain in libvirt, and of its box; tools/testbed/vagrant-clean.bash goes by it."""
PORTS = {"jupyter": 8080, "tensorboard": 8081, "start-page": 8082, "ssh": 8282}
"""The ports of this host that machine.yml forwards."""


class House:
    """A copied checkout. ``vagrant`` drives it as a person would; what it prints is in ``log``."""

    def __init__(
        self, provider: str = "libvirt", box: str = "", like: House | None = None, **variables: str
    ) -> None:
        """Copy the checkout; ``box`` is the file of the box that the machine starts from.

        With ``like`` the files are another house's, by links, which is quicker: what a test changes must be a
        new file.
        """
        # Not below pytest's folder: qemu runs as a user of its own and must be able to read the box's kernel.
        self.folder = Path(tempfile.mkdtemp(prefix=f"{NAME}-", dir="/var/tmp"))
        self.folder.chmod(0o755)
        # The domain of libvirt is called after this folder.
        self.checkout = self.folder / NAME
        self.log = self.folder / "vagrant.log"
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("VAGRANT_", "ANSIBLE_"))
            },
            "VAGRANT_HOME": str(self.folder / "home"),
            "VAGRANT_DEFAULT_PROVIDER": provider,
            "VAGRANT_NO_COLOR": "1",
            **variables,
        }
        if box:
            own = self.folder / f"{NAME}.box"
            own.symlink_to(Path(box).resolve())
            self.environment["WORKSHOP_BOX"] = str(own)
        if like:
            copy = ["cp", "--archive", "--link", like.checkout, self.checkout]
            subprocess.run(copy, check=True)
        else:
            self._copy()
        self.vagrant = vagrant.Vagrant(
            self.checkout, env=self.environment, out_cm=self._to_log, err_cm=self._to_log
        )

    def _to_log(self) -> AbstractContextManager[TextIO]:
        return self.log.open("a", encoding="utf-8")

    def _copy(self) -> None:
        """Copy what git has or would have; the copy is a repository, because that is what is carried."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        for name in filter(None, listed.stdout.decode().split("\0")):
            source, target = ROOT / name, self.checkout / name
            if source.is_symlink() or source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target, follow_symlinks=False)
        shutil.copy(HERE / "light.yml", self.checkout / "playbooks/light.yml")
        shutil.copy(HERE / "settings.yml", self.checkout / "playbooks/settings.yml")
        self.git("init", "--quiet")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "A copy")

    def git(self, *words: str) -> None:
        person = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
        subprocess.run(["git", *person, *words], cwd=self.checkout, check=True)

    def settings(self, **values: Any) -> None:
        """Write machine.local.yml."""
        text = yaml.safe_dump({"workshop_machine": values})
        (self.checkout / "machine.local.yml").write_text(text, encoding="utf-8")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run vagrant for its answer, whatever it is."""
        return subprocess.run(
            ["vagrant", *words],
            cwd=self.checkout,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def said_since(self, mark: int) -> str:
        """What vagrant printed after ``mark`` bytes."""
        return self.log.read_text(encoding="utf-8", errors="replace")[mark:]

    def mark(self) -> int:
        return len(self.log.read_text(encoding="utf-8", errors="replace")) if self.log.exists() else 0

    def ssh(self, command: str, seconds: int = 180) -> str:
        """Run a command in the machine through the forwarded port, with the key that Vagrant made."""
        key = next(self.checkout.glob(".vagrant/machines/workshop/*/private_key"))
        options = [
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "LogLevel=ERROR",
            "BatchMode=yes",
        ]
        words = [word for option in options for word in ("-o", option)]
        done = subprocess.run(
            ["ssh", "-p", str(PORTS["ssh"]), "-i", key, *words, "vagrant@127.0.0.1", command],
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def remove(self) -> None:
        """Leave nothing behind: the machine, its image, the folder."""
        self.run("destroy", "--force")
        subprocess.run(["bash", ROOT / "tools/testbed/vagrant-clean.bash"], check=False)
        shutil.rmtree(self.folder)


def listeners(ports: Sequence[int]) -> dict[int, set[str]]:
    """Return the addresses of this host on which something listens on each port."""
    lines = subprocess.run(["ss", "-Hltn"], capture_output=True, text=True, check=True).stdout.splitlines()
    found: dict[int, set[str]] = {port: set() for port in ports}
    for line in lines:
        address, _, port = line.split()[3].rpartition(":")
        if int(port) in found:
            found[int(port)].add(address)
    return found


def is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
