"""What is lost, killed or missing on a real Kubernetes of two nodes, and what a seat's person has of it."""

from __future__ import annotations

import json
import time

import pytest
from machines.kubernetes.conftest import IMAGE
from machines.kubernetes.room import NAMESPACE, Room
from waiting import wait_until

from organiser.hub import pods

pytestmark = [pytest.mark.machine, pytest.mark.release, pytest.mark.xdist_group("kubernetes")]


def test_a_pod_that_is_killed_comes_back_with_its_home(room: Room, figures: list[str]) -> None:
    room.sit("seat-001")
    room.run("seat-001", "open('mine.txt', 'w').write('mine')")
    room.cluster.kubectl(
        "--namespace", NAMESPACE, "delete", "pod", "jupyter-seat-001", "--grace-period=0", "--force"
    )
    started = time.monotonic()
    wait_until(lambda: not room.is_ready("seat-001"), 60, "the hub notices")
    noticed = time.monotonic()
    room.start("seat-001", 60)
    assert room.run("seat-001", "open('mine.txt').read()") == "'mine'"
    ended = time.monotonic()
    figures.append(
        f"a pod killed: noticed after {noticed - started:.1f} s, {ended - noticed:.1f} s after the click "
        f"a cell reads its file, {ended - started:.1f} s in all"
    )


def test_the_api_servers_end_is_none_of_the_seats(room: Room) -> None:
    room.sit("seat-001")
    room.run("seat-001", "open('mine.txt', 'w').write('mine')")
    server = room.server("seat-001")
    if room.pod("seat-002"):
        room.end("seat-002")
    room.cluster.kill("kube-apiserver")
    # Who is in works on, and who wants in is told to wait, not that it failed.
    assert room.run_at(server, "open('mine.txt').read()") == "'mine'"
    assert room.ask("GET", "/users/seat-001")[0] == 200
    room.cluster.launch("kube-apiserver")
    wait_until(room.cluster.answers, 120, "the API server answers again")
    wait_until(room.cluster.is_ready, 120, "the nodes are ready")
    assert room.is_ready("seat-001"), "nobody was put out of the seat"
    room.start("seat-002")
    assert room.run("seat-002", "1+1") == "2"
    room.end("seat-002")


def test_a_node_that_is_lost_costs_nobody_the_home(room: Room, figures: list[str]) -> None:
    room.sit("seat-001")
    room.run("seat-001", "open('mine.txt', 'w').write('mine')")
    lost = room.cluster.node(room.pod("seat-001")["spec"]["nodeName"])
    room.cluster.lose(lost)
    started = time.monotonic()
    wait_until(lambda: not room.cluster.is_ready(lost.name), 120, "the cluster notices")
    known = time.monotonic()
    wait_until(lambda: not room.is_ready("seat-001"), 120, "the hub notices")
    noticed = time.monotonic()
    room.start("seat-001", 60)
    assert room.run("seat-001", "open('mine.txt').read()") == "'mine'"
    ended = time.monotonic()
    assert room.pod("seat-001")["spec"]["nodeName"] != lost.name
    assert not room.cluster.is_ready(lost.name), "it stays lost"
    figures.append(
        f"a node lost for good: the cluster knows after {known - started:.1f} s, the hub "
        f"{noticed - known:.1f} s later; {ended - noticed:.1f} s after the click a cell on the other node "
        f"reads its file, {ended - started:.1f} s in all"
    )


def test_an_image_that_is_missing_is_told_in_words(room: Room) -> None:
    room.sit("seat-001")
    if room.pod("seat-003"):
        room.end("seat-003")
    room.close()
    room.open(image=f"{IMAGE}@sha256:{'0' * 64}")
    room.press("seat-003")
    room.told("seat-003", pods.NO_IMAGE, 120)
    room.end("seat-003")
    room.close()
    room.open()
    assert room.run("seat-001", "1+1") == "2", "a hub that starts anew finds the seats"


def test_a_home_that_finds_no_disk_is_told_in_words(room: Room) -> None:
    if room.pod("seat-050"):
        room.end("seat-050")
    kubectl = ["--namespace", NAMESPACE]
    room.cluster.kubectl(*kubectl, "delete", "pvc", "claim-seat-050", "--ignore-not-found")
    # All disks are taken by claims that ask for as much; the quota would not have it.
    room.cluster.kubectl(*kubectl, "delete", "resourcequota", "--all")
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}}
    claims = [f"taken-{number}" for number in range(room.free_disks())]
    kind = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": spec}
    items = [{**kind, "metadata": {"name": name, "namespace": NAMESPACE}} for name in claims]
    listed = {"apiVersion": "v1", "kind": "List", "items": items}
    try:
        if claims:
            room.cluster.kubectl("apply", "--filename=-", given=json.dumps(listed))
            wait_until(lambda: room.free_disks() == 0, 60, "all disks are taken")
        room.press("seat-050")
        room.told("seat-050", pods.NO_DISK, 120)
        room.end("seat-050")
    finally:
        room.cluster.kubectl(*kubectl, "delete", "pvc", "claim-seat-050", *claims, "--ignore-not-found")
        room.add_disks(len(claims) + 1)
