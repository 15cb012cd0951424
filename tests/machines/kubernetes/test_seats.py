"""Seats of our image on a real Kubernetes of two nodes: as the role writes them, started by KubeSpawner.

No network plug-in here enforces policies, and this Kubernetes knows no pod security admission: of those two
only the objects are applied.
"""

from __future__ import annotations

import io
import statistics
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from machines.kubernetes.room import NAMESPACE, SEATS, DeadKernelError, Room
from machines.kubernetes.speaking import Speaker
from waiting import wait_until

from organiser.hub import pods

pytestmark = [pytest.mark.machine, pytest.mark.release, pytest.mark.xdist_group("kubernetes")]

ENDING = 6


def test_a_seat_calculates_and_may_do_nothing_else(room: Room) -> None:
    room.sit("seat-001")
    assert room.run("seat-001", "1+1") == "2"
    look = """
import os, pathlib
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(os.getuid(), os.getgid() != 0, *(status[name].strip() for name in ("CapEff", "NoNewPrivs", "Seccomp")))
print(os.path.exists("/var/run/secrets/kubernetes.io"), os.getcwd(), len(os.listdir(".")) > 3)
print(os.environ.get("JUPYTER_CONFIG_PATH", "").split(":")[0])
"""
    first, second, third = room.run("seat-001", look).splitlines()
    assert first.split() == ["1000", "True", "0" * 16, "1", "2"]
    assert second.split() == ["False", "/home/workshop/notebooks", "True"]
    assert third == "/etc/workshop-seat"
    limits = room.pod("seat-001")["spec"]["containers"][0]["resources"]["limits"]
    assert limits["memory"] and limits["ephemeral-storage"] == "4Gi"


def test_a_kernel_that_takes_too_much_is_ended_alone_and_its_notebook_says_why(room: Room) -> None:
    room.sit("seat-001")
    # More than the seat's limit, of which each page is written.
    with pytest.raises(DeadKernelError, match="ran out"):
        room.run("seat-001", "x = b'x' * (3 << 30); print(len(x))")
    assert room.run("seat-001", "1+1") == "2"
    status = room.pod("seat-001")["status"]["containerStatuses"][0]
    assert status["restartCount"] == 0, "the seat's server went on"


def test_a_seat_has_the_pages_of_one_servers_seat(room: Room) -> None:
    room.sit("seat-001")
    server = room.server("seat-001")
    status, page = room.page("/workshop/", server)
    assert status == 200 and b"Deep Learning" in page
    assert room.page("/lab/extensions/workshop-classroom/static/remoteEntry.js", server)[0] == 200
    status, _ = room.page("/tensorboard/", server)
    assert status == 200, "the seat's own TensorBoard, on demand"


def test_the_speaker_sees_all_pods_and_speaks_to_them(room: Room) -> None:
    room.sit("seat-001")
    told = room.command("speaker-code", str(room.folder))
    view = Speaker(told["address"], told["code"])

    def row() -> dict[str, Any]:
        return next(each for each in view.state()["seats"] if each["seat"] == 1)

    assert view.state()["machine"] is None
    assert (row()["state"], row()["node"]) == ("ready", room.pod("seat-001")["spec"]["nodeName"])
    wait_until(lambda: (row()["memory"] or 0) > 50_000_000, 90, "the seat tells its memory")
    assert row()["memory"] < 2_000_000_000
    view.act(what="say", text="Ten minutes left")
    server = room.server("seat-001")
    wait_until(
        lambda: b"Ten minutes left" in room.page("/workshop/api/message", server)[1], 90, "the seat hears it"
    )
    # A pod that somebody starts and that waits is told of in words.
    for node in room.cluster.nodes:
        room.cluster.kubectl("cordon", node.name)
    room.press("seat-004")
    wait_until(lambda: pods.NO_PLACE in told_of(view, 4), 60, "the speaker is told why a seat waits")
    for node in room.cluster.nodes:
        room.cluster.kubectl("uncordon", node.name)
    wait_until(lambda: room.is_ready("seat-004"), 120, "it goes on by itself")
    room.end("seat-004")


def told_of(view: Speaker, number: int) -> str:
    """Return why a seat is not there yet, as the speaker's view has it."""
    return str(next(each["why"] for each in view.state()["seats"] if each["seat"] == number))


def test_a_home_goes_home_and_is_archived_and_deleted(room: Room, tmp_path: Path) -> None:
    room.sit("seat-001")
    room.run("seat-001", "import pathlib; pathlib.Path('mine.txt').write_text('mine')")
    status, packed = room.page("/workshop/home/workshop-seat-001.zip", room.server("seat-001"))
    assert status == 200
    assert "notebooks/mine.txt" in names_of(packed)
    # Two homes: of a server that runs, and of one that does not.
    room.sit("seat-005")
    room.run("seat-005", "import pathlib; pathlib.Path('ours.txt').write_text('ours')")
    room.end("seat-005")
    told = room.command("archive", str(room.folder), "1", "5", "--into", str(tmp_path / "archive"))
    assert told["failed"] == {}
    files = {seat: Path(each["file"]) for seat, each in told["archived"].items()}
    assert "notebooks/mine.txt" in names_of(files["001"].read_bytes())
    assert "notebooks/ours.txt" in names_of(files["005"].read_bytes())
    assert not [
        each for each in room.cluster.kubectl("-n", NAMESPACE, "get", "pods").split() if "keeper" in each
    ]
    # On the machine at home it is taken up by the engine that brings updates.
    home = tmp_path / "home"
    home.mkdir()
    words = ["sync", "--from", str(files["005"]), "--into", str(home), "--state", str(tmp_path / "state")]
    subprocess.run([sys.executable, "-m", "workshop", *words], check=True, capture_output=True)
    assert (home / "ours.txt").read_text() == "ours"
    assert room.command("delete", str(room.folder), "5", "--yes")["deleted"] == ["005"]
    assert "claim-seat-005" not in room.claims()
    assert "claim-seat-001" in room.claims()


def names_of(packed: bytes) -> list[str]:
    """Return what lies in a packed folder."""
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        return file.namelist()


def test_fifty_seats_in_turn(room: Room, figures: list[str]) -> None:
    have = room.free_disks() + sum(each.startswith("claim-") for each in room.claims())
    room.add_disks(max(1, SEATS - have))
    took = in_turn(room, SEATS)
    figures.append(f"{SEATS} seats in turn, to the output of 1+1: {spread(took)}")
    assert {f"claim-seat-{number:03}" for number in range(1, SEATS + 1)} <= room.claims()


def in_turn(room: Room, number: int, first: int = 1) -> list[float]:
    """Start seats one after the other; return the seconds from the click to the output of 1+1.

    A seat ends while the next ones start: this Kubernetes takes ten seconds to say that a pod is gone.
    """
    took = []
    with ThreadPoolExecutor(ENDING) as ending:
        ended = []
        for each in range(first, first + number):
            seat = f"seat-{each:03}"
            if room.pod(seat):
                room.end(seat)
            started = time.monotonic()
            room.start(seat)
            assert room.run(seat, "1+1") == "2"
            took.append(time.monotonic() - started)
            ended.append(ending.submit(room.end, seat))
        for one in ended:
            one.result()
    return took


def spread(took: list[float]) -> str:
    """Return the middle and the slowest of twenty, in words."""
    ordered = sorted(took)
    most = ordered[max(0, round(0.95 * len(ordered)) - 1)]
    return f"median {statistics.median(ordered):.1f} s, p95 {most:.1f} s, most {ordered[-1]:.1f} s"
