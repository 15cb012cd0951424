"""A classroom: a container with systemd, set up by the roles, and browsers that come with cards."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from canaries import GIVEN
from machines.local.bed import OURS, Ran
from machines.local.bed import Bed as Container
from machines.secrecy import watched

from tools.testbed.inside import inside

PREFIX = "/opt/workshop"
WORKSHOP = f"{PREFIX}/venvs/hub/bin/workshop"
NAME = "classroom.test"
SEATS = 3
HOME_BYTES = 4 * 2**30
"""Of the disk with the homes, of a file that takes only the room that is written."""

# What a classroom needs beside its lessons' environments, which the roles' tests have; what any server has.
PREPARE = """
apt-get update --quiet=2
export DEBIAN_FRONTEND=noninteractive
apt-get install --yes --quiet=2 --no-install-recommends \\
  git python3-venv openssh-server libpam-systemd cron at
useradd --create-home --shell /bin/bash workshop
headers=$(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))')
mkdir -p "$headers"
touch "$headers/Python.h"
"""
SET_UP = """
- name: Set up a classroom
  hosts: all
  gather_facts: true
  roles:
    - role: python-venv
    - role: notebook-sync
    - role: js-demos
    - role: hub-service
"""
OPEN = {"hub_service_name": NAME, "hub_service_bind_address": "0.0.0.0", "hub_service_port": 8443}
"""What opens the door."""
LAB = {"hub_service_lab_address": "127.0.0.1", "hub_service_lab_stick": "/srv/stick"}
"""What gives a lab of machines what it needs."""
TOOLS = "/srv/tests"
"""Where the machine has the programs that play browsers and attackers."""


@dataclass
class Classroom:
    """One container."""

    folder: Path
    bed: Container = field(init=False)
    name: str = f"workshop-classroom-{OURS}"
    address: str = "http://127.0.0.1:8000"
    """Where the door is, since the last set-up."""
    first: Ran = field(init=False)
    """The set-up of the bare machine, which said all that it did."""
    commands: list[str] = field(default_factory=list)
    """Command lines and environments that an account without rights saw meanwhile."""
    disk: str = ""
    """What /home is on: a file system of its own, small enough to be filled."""

    def start(self) -> None:
        """Start the machine, bare but for what every Debian server has."""
        # As on a real server, systemd may make namespaces, which polkit and the isolation of seats need.
        options = ["--cap-add=SYS_ADMIN", "--cap-add=DAC_READ_SEARCH", *self._home()]
        self.bed = Container(self.name, options, kind="debian", user="root")
        self.bed.start()
        self.bed.root(PREPARE)
        self.bed.root(f"mkdir -p {TOOLS}")
        for tool in ("browser.py", "attacker.py", "crawl.py"):
            self.write(f"{TOOLS}/{tool}", Path(__file__).with_name(tool).read_text(encoding="utf-8"))

    def _home(self) -> list[str]:
        """Make the disk with the homes; return what podman is told of it."""
        image, place = self.folder / "home.img", self.folder / "home"
        place.mkdir()
        with image.open("wb") as opened:
            opened.truncate(HOME_BYTES)
        # Nothing is kept for root: what is full is full for all.
        made = subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], check=False).returncode == 0
        if made and subprocess.run(["mount", "-o", "loop", image, place], check=False).returncode == 0:
            self.disk = "ext4"
            return [f"--volume={place}:/home"]
        self.disk = "tmpfs"
        return [f"--tmpfs=/home:size={HOME_BYTES},mode=755"]

    def stop(self) -> None:
        """Take the machine away, and its disk."""
        self.bed.stop()
        if self.disk == "ext4":
            subprocess.run(["umount", self.folder / "home"], check=True)

    def set_up_first(self) -> Ran:
        """Make a classroom of the bare machine, with everybody looking on."""
        with watched(self.name) as self.commands:
            self.first = self.set_up("--diff", "-vvv")
        return self.first

    def set_up(self, *words: str, **variables: Any) -> Ran:
        """Run the roles against the machine from outside, as over ssh."""
        book = self.folder / "set-up.yml"
        given: dict[str, Any] = {
            "workshop_source": "/srv/workshop",
            "workshop_cache": "/srv/cache",
            "workshop_ca_bundle": "/srv/ca-bundle.pem",
            "python_venv_names": ["jupyter", "hub"],
            "python_venv_interpreter": "/usr/bin/python3",
            "notebook_sync_carry": True,
            "hub_service_seats": SEATS,
            "hub_service_seat_tmp_max": "32M",
            "hub_service_authenticator_settings": GIVEN["hub_service_authenticator_settings"],
            "notebook_sync_variables": GIVEN["notebook_sync_variables"],
        }
        # The authority's client reads the canary, and what a test gives it.
        key = "hub_service_acme_environment"
        variables[key] = GIVEN[key] | variables.get(key, {})
        book.write_text(SET_UP, encoding="utf-8")
        done = self.bed.play(book, *words, **(given | variables))
        if done.status == 0:
            port = variables.get("hub_service_port")
            self.address = f"https://127.0.0.1:{port}" if port else type(self).address
        return done

    def write(self, path: str, text: str) -> None:
        """Write a file of root's."""
        command = [*inside(self.name), "tee", path]
        subprocess.run(command, input=text, text=True, check=True, stdout=subprocess.DEVNULL)

    def hub(self, *words: str) -> Any:
        """Run a command of the organiser's; return its document, whether or not it is content."""
        done = self.bed.run(shlex.join([WORKSHOP, "classroom", *words, "--json"]) + " 2>/dev/null", "root")
        return json.loads(done.text)

    def cards(self) -> dict[str, str]:
        """Return the code of each seat, as the cards' pages say."""
        pages = self.bed.root(f"cat {PREFIX}/hub/cards/*.html")
        found = re.findall(r"<h2>Seat (\d+)</h2>.*?<code>([\w-]+)</code>", pages, re.S)
        return dict(found)

    def browse(self, *words: str, address: str = "", jar: str = "first") -> Any:
        """Let a browser do something on the machine; each jar is a browser of its own."""
        python = f"{PREFIX}/venvs/hub/bin/python"
        command = [python, f"{TOOLS}/browser.py", address or self.address, f"{TOOLS}/{jar}.jar", *words]
        done = self.bed.run(shlex.join(command), "root")
        assert done.status == 0, done.text
        return json.loads(done.text.strip().splitlines()[-1])
