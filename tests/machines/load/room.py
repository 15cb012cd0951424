"""A classroom in a container, made by its playbook, that a rehearsal of a class comes to.

By hand, as root, each in one mount namespace that ``tools/testbed/limits.bash`` made: ``python -m
machines.load.room make SEATS``, then ``bench OPTION…`` as often as is wanted, then ``stop``.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from machines.local.bed import LEAST, OURS, ROOT, Ran
from machines.local.bed import Bed as Container

from tools.testbed.inside import inside

PREFIX = "/opt/workshop"
LESSON = "1-mnist/10-mlp"
"""Its functions are compiled at set-up, as all lessons' are on a classroom's server."""
DISK_BYTES = 24 * 2**30
"""Of the disk with homes, environments and the hub's database: a file, as large as what is written."""
PREPARE = """
apt-get update --quiet=2
export DEBIAN_FRONTEND=noninteractive
apt-get install --yes --quiet=2 --no-install-recommends git openssh-server libpam-systemd
useradd --create-home --shell /bin/bash workshop
"""
# Its service would hold the ports that the rehearsal gives to it.
DEBIANS = """
export DEBIAN_FRONTEND=noninteractive
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
apt-get install --yes --quiet=2 --no-install-recommends jupyterhub jupyter-notebook
rm /usr/sbin/policy-rc.d
"""


@dataclass
class Room:
    """One container, whose homes and hub are on one disk."""

    folder: Path
    bed: Container = field(init=False)
    name: str = f"workshop-load-{OURS}"

    def __post_init__(self) -> None:
        """Name the machine; it does not run yet."""
        places = [f"--volume={self.folder}/disk/{each}:/{each}" for each in ("home", "opt")]
        options = ["--cap-add=SYS_ADMIN", "--cap-add=DAC_READ_SEARCH", *places]
        self.bed = Container(self.name, options, kind="debian", user="root")

    def start(self) -> None:
        """Start the machine, bare but for what every Debian server has."""
        image, place = self.folder / "disk.img", self.folder / "disk"
        with image.open("wb") as opened:
            opened.truncate(DISK_BYTES)
        place.mkdir()
        # Nothing is kept for root: what is full is full for all.
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], check=True)
        subprocess.run(["mount", "-o", "loop", image, place], check=True)
        for each in ("home", "opt"):
            (place / each).mkdir()
        self.bed.start()
        self.bed.root(PREPARE)

    def set_up(self, seats: int) -> Ran:
        """Make the classroom: without TensorFlow and with one lesson's functions, which is quicker."""
        return self.bed.play(
            ROOT / "playbooks/classroom.yml",
            **LEAST
            | {
                "workshop_source": "/srv/workshop",
                "workshop_cache": "/srv/cache",
                "workshop_ca_bundle": "/srv/ca-bundle.pem",
                "python_venv_names": ["jupyter", "theano", "hub"],
                "deep_libs_kernels": ["theano"],
                "deep_libs_warm_lessons": [LESSON],
                "notebook_sync_carry": True,
                "hub_service_seats": seats,
            },
        )

    def bring_peer(self) -> None:
        """Install Debian's hub."""
        self.bed.root(DEBIANS)

    def bench(self, *options: str) -> dict[str, Any]:
        """Let a class come; return what was measured. Bars that are missed are in it."""
        command = [f"{PREFIX}/venvs/hub/bin/workshop", "bench", "classroom", "--json", *options]
        # Progress is on stderr, which is the caller's.
        done = subprocess.run(
            [*inside(self.name), "bash", "-lc", shlex.join(command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        found: dict[str, Any] = json.loads(done.stdout)
        assert "error" not in found, found
        return found

    def stop(self) -> None:
        """Take the machine away, and its disk."""
        self.bed.stop()
        subprocess.run(["umount", self.folder / "disk"], check=True)
        (self.folder / "disk.img").unlink()


def main(words: list[str]) -> None:
    """Do one thing by hand."""
    folder = ROOT / ".cache/room"
    folder.mkdir(parents=True, exist_ok=True)
    room = Room(folder)
    match words:
        case ["make", seats]:
            room.start()
            done = room.set_up(int(seats))
            print(done.text, f"{done.seconds:.0f} s")
            if done.status:
                sys.exit(done.status)
            room.bring_peer()
        case ["bench", *options]:
            print(json.dumps(room.bench(*options), indent=1))
        case ["stop"]:
            room.stop()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
