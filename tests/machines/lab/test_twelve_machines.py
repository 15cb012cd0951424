"""A room of twelve machines takes from outside what one takes: three set up, nine ask for the same again.

Their network has no way out but the server, so whatever they have is the server's.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from machines.local.bed import FIGURES, LEAST, OURS, ROOT, Ran
from machines.local.bed import Bed as Container
from machines.sync.updating import changed

from workshop.core.files import hash_file

pytestmark = [pytest.mark.machine, pytest.mark.release, pytest.mark.xdist_group("lab")]

NETWORK = f"workshop-lab-{OURS}"
STICK = "/srv/stick"
PORT = 3142
REAL, REPLAYED = 3, 9
MOST = 1.05
"""Of what one machine takes from outside."""
PREFIX = "/opt/workshop"
STATUS = "/srv/before/status"
SERVER = """
- name: Give a lab of machines what it needs
  hosts: all
  gather_facts: true
  tasks:
    - name: As the classroom's server does
      ansible.builtin.include_role:
        name: hub-service
        tasks_from: lab
"""
PARTS = {
    "parts": [
        {
            "name": "wheels",
            "title": "Python packages",
            "kind": "wheels",
            "into": "wheels",
            "locks": [
                {"lock": "uv", "python": ["3.13"]},
                {"lock": "build", "python": ["3.11"]},
                {"lock": "jupyter", "python": ["3.11"]},
            ],
        }
    ]
}
GIVEN: dict[str, Any] = {
    **LEAST,
    "workshop_source": "/srv/workshop",
    "workshop_ca_bundle": "/srv/ca-bundle.pem",
    "notebook_sync_carry": True,
}
"""The smallest workshop, on a machine that has no downloads of the tests' own."""


def machine(name: str, *options: str) -> Container:
    """Start a bare machine, and keep what it had; what other tests downloaded it is not told of."""
    made = Container(f"workshop-lab-{name}-{OURS}", list(options), kind="debian", user="root")
    made.start()
    made.root("useradd --create-home --shell /bin/bash workshop")
    made.root(f"mkdir -p {Path(STATUS).parent} && cp /var/lib/dpkg/status {STATUS}")
    return made


def received(bed: Container, interface: str = "eth0") -> int:
    """Return how many bytes have come to a machine."""
    return int(bed.root(f"cat /sys/class/net/{interface}/statistics/rx_bytes"))


@dataclass
class Lab:
    """The server, the machines, and what was counted."""

    folder: Path
    beds: list[Container] = field(default_factory=list)
    alone: int = 0
    """Bytes that one machine takes from outside, set up by itself."""
    stick: int = 0
    """Bytes of wheels and data, which come to the server once."""
    server: Container = field(init=False)
    address: str = ""

    def start(self, name: str, *options: str) -> Container:
        """Start one more machine."""
        self.beds.append(machine(name, *options))
        return self.beds[-1]

    def set_up_alone(self) -> None:
        """Set one machine up from outside, and count."""
        bed = self.start("alone")
        before = received(bed)
        done = bed.play(ROOT / "playbooks/site.yml", **GIVEN)
        assert done.status == 0, done.text
        self.alone = received(bed) - before

    def stage(self) -> None:
        """Put wheels and data together, as an organiser does; the data are those that one machine fetched."""
        contents, stick = self.folder / "contents.yml", self.folder / "stick"
        contents.write_text(yaml.safe_dump(PARTS), encoding="utf-8")
        command = [sys.executable, "-m", "workshop", "stick", "stage", stick, "--contents", contents]
        command += ["--work", self.folder / "work"]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        subprocess.run(["podman", "cp", f"{self.beds[0].name}:{PREFIX}/data", stick / "data"], check=True)
        files = [each for kind in ("wheels", "data") for each in (stick / kind).rglob("*") if each.is_file()]
        sums = [f"{hash_file(each)}  {each.relative_to(stick)}\n" for each in sorted(files)]
        (stick / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
        subprocess.run(["chmod", "-R", "a+rX", stick], check=True)
        self.stick = sum(each.stat().st_size for each in files)

    def open(self) -> None:
        """Make the server, which is in the room's network and has a way out."""
        self.server = self.start("server", f"--volume={self.folder / 'stick'}:{STICK}:ro")
        subprocess.run(["podman", "network", "connect", NETWORK, self.server.name], check=True)
        shown = subprocess.run(["podman", "inspect", self.server.name], check=True, capture_output=True)
        address = json.loads(shown.stdout)[0]["NetworkSettings"]["Networks"][NETWORK]["IPAddress"]
        self.address = f"{address}:{PORT}"
        book = self.folder / "server.yml"
        book.write_text(SERVER, encoding="utf-8")
        done = self.server.play(
            book, hub_service_lab_address=address, hub_service_lab_stick=STICK, workshop_user="workshop"
        )
        assert done.status == 0, done.text

    def set_up(self, bed: Container) -> Ran:
        """Set a machine of the room up from the server."""
        return bed.play(ROOT / "playbooks/lab.yml", workshop_lab_server=self.address, **GIVEN)


def packages(bed: Container) -> list[str]:
    """Return the packages that set-up has installed, each with its version."""
    show = "dpkg-query --show --showformat='${Package}=${Version}\\n' | sort"
    before = "dpkg-query --admindir=/srv/before/admin --show --showformat='${Package}=${Version}\\n' | sort"
    bed.root(f"mkdir -p /srv/before/admin/info && cp {STATUS} /srv/before/admin/status")
    return bed.root(f"comm -13 <({before}) <({show})").split()


def asks_again(bed: Container, number: int, server: str, wanted: list[str]) -> None:
    """Ask for what a set-up asks for, with empty folders, as one more machine would."""
    place = f"/srv/replay/{number}"
    bed.root(f"mkdir -p {place}/lists/partial {place}/archives/partial")
    options = f"-o Acquire::http::Proxy=http://{server} -o Dir::State::lists={place}/lists"
    options += f" -o Dir::State::status={STATUS} -o Dir::Cache::archives={place}/archives --quiet=2"
    names = " ".join(wanted)
    bed.root(
        f"apt-get {options} update && apt-get {options} install --download-only --no-install-recommends"
        f" --yes {names}"
    )
    got = bed.root(f"ls {place}/archives/*.deb | wc -l")
    assert int(got) >= len(wanted)
    bed.root(f"python3 /srv/take-stick.py http://{server}/stick {place}/stick && rm -r {place}")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    made = Lab(tmp_path_factory.mktemp("lab"))
    subprocess.run(
        ["podman", "network", "create", "--internal", "--disable-dns", NETWORK],
        check=True,
        capture_output=True,
    )
    try:
        made.set_up_alone()
        made.stage()
        made.open()
        yield made
    finally:
        for bed in made.beds:
            bed.stop()
        subprocess.run(["podman", "network", "rm", "--force", NETWORK], check=True, capture_output=True)
        shutil.rmtree(made.folder, ignore_errors=True)


def test_twelve_machines_take_from_outside_what_one_takes(lab: Lab) -> None:
    before = received(lab.server)
    beds = [lab.start(str(number), f"--network={NETWORK}") for number in range(REAL)]
    # There is no other way to the packages.
    assert beds[0].run("timeout 20 apt-get update -o APT::Update::Error-Mode=any", "root").status != 0
    with ThreadPoolExecutor(REAL) as at_once:
        for done in at_once.map(lab.set_up, beds):
            assert done.status == 0, done.text
    for bed in beds:
        bed.behaves("test_services.py", PREFIX)
    again = lab.set_up(beds[0])
    assert (again.status, changed(again)) == (0, 0), again.text
    wanted = packages(beds[0])
    assert len(wanted) > 20, wanted
    take = (ROOT / "playbooks/files/take-stick.py").read_text(encoding="utf-8")
    subprocess.run(
        ["podman", "exec", "-i", beds[0].name, "tee", "/srv/take-stick.py"],
        input=take,
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    for number in range(REPLAYED):
        asks_again(beds[0], number, lab.address, wanted)
    shared = received(lab.server) - before + lab.stick
    FIGURES.append(
        f"{REAL} machines that set up and {REPLAYED} that ask again: {shared / 1e6:.1f} MB from outside; "
        f"one alone {lab.alone / 1e6:.1f} MB; ratio {shared / lab.alone:.3f}"
    )
    assert shared <= MOST * lab.alone, (shared, lab.alone)
