"""Twelve machines of a lab take packages, wheels and data from the server: bytes from outside are counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from machines.classroom.house import Classroom
from machines.local.bed import FIGURES, ROOT

pytestmark = [pytest.mark.machine, pytest.mark.slow, pytest.mark.xdist_group("classroom")]

SERVER = "127.0.0.1:3142"
MACHINES = 12
MOST = 1.05
"""Of what one machine takes from outside."""
PACKAGES = "g++ libopenblas-dev graphviz wamerican-large"
"""The largest of set-up, and two more."""


def from_outside(room: Classroom) -> int:
    """Return how many bytes have come into the machine; its own loopback does not count."""
    return int(room.bed.root("cat /sys/class/net/eth0/statistics/rx_bytes"))


def takes_packages(room: Classroom, name: str, *options: str) -> int:
    """Let a machine look for packages, and download some, from its own empty folders; return its bytes."""
    place = f"/srv/lab/{name}"
    room.bed.root(f"mkdir -p {place}/state/lists/partial {place}/cache/archives/partial")
    words = [f"-o Dir::State={place}/state", f"-o Dir::Cache={place}/cache", *options]
    words += ["-o Dir::State::status=/var/lib/dpkg/status", "--quiet=2"]
    apt = f"apt-get {' '.join(words)}"
    room.bed.root(f"{apt} update && {apt} install --download-only --no-install-recommends --yes {PACKAGES}")
    got = room.bed.root(f"find {place}/cache/archives -name '*.deb' -printf '%s\\n'").split()
    assert got, name
    return sum(map(int, got))


def test_a_room_takes_from_outside_what_one_machine_takes(room: Classroom) -> None:
    for name in ("wheels/one.whl", "data/mnist/images"):
        room.bed.root(f"mkdir -p /srv/stick/{Path(name).parent}")
        room.bed.root(f"head --bytes=3000000 /dev/urandom >/srv/stick/{name}")
    room.bed.root("cd /srv/stick && sha256sum wheels/* data/*/* >SHA256SUMS && chmod -R a+rX .")
    # It was set up with the first open door (test_origins.py), and stays.
    take = (ROOT / "playbooks/files/take-stick.py").read_text(encoding="utf-8")
    room.write("/srv/tests/take-stick.py", take)
    before = from_outside(room)
    archives = takes_packages(room, "alone")
    alone = from_outside(room) - before
    assert alone > archives > 1_000_000

    def takes_all(name: str) -> None:
        assert takes_packages(room, name, f"-o Acquire::http::Proxy=http://{SERVER}") == archives
        said = room.bed.root(f"python3 /srv/tests/take-stick.py http://{SERVER}/stick /srv/lab/{name}/stick")
        assert said.strip() == "took 2 files"

    before = from_outside(room)
    for number in range(MACHINES):
        takes_all(f"machine-{number}")
    shared = from_outside(room) - before
    FIGURES.append(
        f"a room of {MACHINES} takes {shared / 1e6:.2f} MB from outside, one machine {alone / 1e6:.2f}"
    )
    assert shared <= MOST * alone, (shared, alone)
    # It is no open proxy.
    for address in (
        "http://127.0.0.1:8001/api/routes",
        "http://169.254.169.254/",
        "http://127.0.0.1:8085/hub/api",
    ):
        asked = (
            f"curl --silent --output /dev/null --write-out '%{{http_code}}' --proxy http://{SERVER} {address}"
        )
        assert room.bed.run(asked, "root").text.strip()[-3:] in ("403", "404", "502", "503"), address
