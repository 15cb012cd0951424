"""Two seats as the role makes their units, without the hub: what keeps one from the other is in the unit."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from machines.local.bed import OURS
from machines.local.bed import Bed as Container
from required import lacking
from waiting import wait_until

from tools.testbed.inside import inside

PREFIX = "/opt/workshop"
SEATS = ("001", "002")
MOST_MIB, MOST_TOGETHER_MIB, MOST_TASKS = 128, 192, 40
UNITS = """
- name: Make the units of seats
  hosts: all
  gather_facts: true
  tasks:
    - name: Write them as the classroom has them
      ansible.builtin.include_role:
        name: hub-service
        tasks_from: units
"""
# Root's, as set-up makes it, so that what is refused is there.
PREPARE = f"""
useradd --create-home --shell /bin/bash workshop
mkdir -p {PREFIX}/venvs/hub/bin {PREFIX}/hub/private {PREFIX}/hub/theano {PREFIX}/etc
mkdir -p /run/classroom /etc/polkit-1/rules.d
chmod 750 {PREFIX}/hub/private
install -m 640 /dev/null {PREFIX}/hub/private/key
"""
SEAT = """
useradd --create-home --user-group --shell /bin/bash --key=HOME_MODE=0700 seat-{number}
install -d -o seat-{number} -g seat-{number} -m 700 {prefix}/hub/theano/{number} /home/seat-{number}/notebooks
install -m 600 /dev/null /run/classroom/{number}.env
echo 'JUPYTERHUB_API_TOKEN=secret' >/run/classroom/{number}.env
systemctl start classroom-seat@{number}
"""


class Seats:
    """The machine with both of them."""

    def __init__(self) -> None:
        """Name it; it does not run yet."""
        options = ["--cap-add=SYS_ADMIN", "--cap-add=DAC_READ_SEARCH"]
        self.bed = Container(f"workshop-seats-{OURS}", options, kind="debian", user="root", sees="no")

    def make(self, folder: Path) -> None:
        """Write the units, and start both seats."""
        self.bed.root(PREPARE)
        server = f"{PREFIX}/venvs/hub/bin/python"
        self.write(server, Path(__file__).with_name("server.py").read_text(encoding="utf-8"))
        self.bed.root(f"chmod 755 {server}")
        book = folder / "units.yml"
        book.write_text(UNITS, encoding="utf-8")
        done = self.bed.play(
            book,
            workshop_user="workshop",
            workshop_prefix=PREFIX,
            hub_service_seat_memory_max=f"{MOST_MIB}M",
            hub_service_seats_memory_max=f"{MOST_TOGETHER_MIB}M",
            hub_service_seat_tasks_max=MOST_TASKS,
            hub_service_seat_tmp_max="16M",
        )
        assert done.status == 0, done.text
        for number in SEATS:
            self.bed.root(SEAT.format(number=number, prefix=PREFIX))

    def write(self, path: str, text: str) -> None:
        """Write a file of root's."""
        command = [*inside(self.bed.name), "tee", path]
        subprocess.run(command, input=text, text=True, check=True, stdout=subprocess.DEVNULL)

    def begin(self, number: str, program: str, name: str = "try") -> None:
        """Let a seat run a program, as a notebook would."""
        folder = f"/home/seat-{number}/notebooks"
        self.write(f"{folder}/{name}.new", program)
        self.bed.root(f"cd {folder} && chown seat-{number}: {name}.new && mv {name}.new {name}.py")

    def end(self, number: str, name: str = "try") -> dict[str, Any]:
        """Wait until it has ended; return its status and what it printed."""
        file = f"/home/seat-{number}/notebooks/{name}.json"
        wait_until(lambda: self.bed.exists(file), 60, f"the end of a program on seat {number}")
        said: dict[str, Any] = json.loads(self.bed.root(f"cat {file} && rm {file}"))
        return said

    def run(self, number: str, program: str) -> dict[str, Any]:
        """Let a seat run a program to its end."""
        self.begin(number, program)
        return self.end(number)

    def servers(self) -> list[str]:
        """Return the number of each seat's server process, which changes where one had to start anew."""
        show = "systemctl show --property=MainPID --value classroom-seat@"
        return [self.bed.root(f"{show}{number}").strip() for number in SEATS]


@pytest.fixture(scope="session")
def seats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seats]:
    made = Seats()
    made.bed.start()
    try:
        groups = "/sys/fs/cgroup"
        if made.bed.run(
            f"grep -qw memory {groups}/cgroup.controllers || test -d {groups}/memory/system.slice"
        ).status:
            lacking("systemd has no memory controller here, so no limit of a seat bites")
        made.make(tmp_path_factory.mktemp("seats"))
        yield made
    finally:
        made.bed.stop()
