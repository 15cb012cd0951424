"""Tier c: the true chart on a true cluster, from nothing to the end, in a namespace that is deleted.

``tools/testbed/release.bash cluster`` runs it, and writes a report, where these are given: ``KUBECONFIG``;
``WORKSHOP_CLUSTER_PINS``, a file with what ``tools/chart-pins.bash`` printed; ``WORKSHOP_CLUSTER_IMAGE``,
NAME@sha256:HEX, which the cluster can pull. From inside a seat it tries what only a cluster can refuse.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from machines.kubernetes.browsing import Participant
from machines.kubernetes.conftest import FAILED
from machines.kubernetes.speaking import Speaker
from machines.kubernetes.writing import ROOT
from waiting import end, wait_until

from organiser.hub.cluster.folder import load, write_manifest
from organiser.hub.seats import numbered

GIVEN = {
    name: os.environ.get(name, "")
    for name in ("KUBECONFIG", "WORKSHOP_CLUSTER_PINS", "WORKSHOP_CLUSTER_IMAGE")
}
ANSIBLE = os.environ.get("WORKSHOP_CLUSTER_ANSIBLE", "")
REPORT = Path(os.environ.get("WORKSHOP_CLUSTER_REPORT", "cluster-report.md"))
METADATA = "169.254.169.254"
pytestmark = [
    pytest.mark.machine,
    pytest.mark.release,
    pytest.mark.xdist_group("kubernetes"),
    pytest.mark.skipif(not ANSIBLE or not all(GIVEN.values()), reason=f"needs {', '.join(GIVEN)}"),
]


@dataclass
class Classroom:
    """The classroom on the cluster, and what was seen of it."""

    folder: Path
    namespace: str
    codes: dict[int, str] = field(default_factory=dict)
    door: str = ""
    lines: list[str] = field(default_factory=list)

    def playbook(self, **changed: Any) -> None:
        """Run the playbook."""
        variables = {
            "hub_service_seats": 3,
            "hub_kubernetes_folder": str(self.folder),
            "hub_kubernetes_namespace": self.namespace,
            "hub_kubernetes_kubeconfig": GIVEN["KUBECONFIG"],
            **yaml.safe_load(Path(GIVEN["WORKSHOP_CLUSTER_PINS"]).read_text()),
            "hub_kubernetes_image": GIVEN["WORKSHOP_CLUSTER_IMAGE"],
            **changed,
        }
        command = [
            ANSIBLE,
            "-i",
            "localhost,",
            "playbooks/classroom-kubernetes.yml",
            "-e",
            json.dumps(variables),
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]

    def kubectl(self, *words: str, check: bool = True, given: str = "") -> str:
        """Return what kubectl says, on both ways."""
        command = ["kubectl", "--namespace", self.namespace, *words]
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout + ("" if check else done.stderr)

    def command(self, *words: str) -> dict[str, Any]:
        """Return what the organiser's command says."""
        done = subprocess.run(
            [sys.executable, "-m", "workshop", "cluster", *words, "--json"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def participant(self, number: int) -> Participant:
        """Return a browser that has a seat's card."""
        return Participant(self.door, number, self.codes[number])

    def saw(self, what: str, figure: str = "") -> None:
        """Add a line to the report."""
        self.lines.append(f"| {what} | {figure or 'as it should be'} |")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    made = Classroom(tmp_path_factory.mktemp("cluster") / "room", f"workshop-test-{secrets.token_hex(3)}")
    # Cards are the only place of codes: this classroom gets some that the tests know.
    made.playbook(hub_kubernetes_kubeconfig="")
    known = load(made.folder)
    seats = known.seats()
    made.codes = {number: seats.add(numbered(number)) for number in (1, 2, 3)}
    seats.save(known.seats_file, os.getegid())
    write_manifest(known)
    started = time.monotonic()
    try:
        made.playbook()
        made.saw("the chart is installed, the image is on each node", f"{time.monotonic() - started:.0f} s")
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        lead = [
            "kubectl",
            "--namespace",
            made.namespace,
            "port-forward",
            "service/proxy-public",
            f"{port}:80",
        ]
        with subprocess.Popen(lead, stdout=subprocess.DEVNULL) as leading:
            try:
                made.door = f"http://127.0.0.1:{port}"
                said = json.loads((made.folder / "classroom.json").read_text())
                (made.folder / "classroom.json").write_text(json.dumps(said | {"address": made.door}))
                wait_until(lambda: made.participant(1).open("/hub/login")[0] == 200, 60, "the door answers")
                yield made
            finally:
                leading.terminate()
    except Exception as error:
        first = (str(error).strip().splitlines() or ["nothing"])[0]
        made.saw("a classroom could not be made", f"**failed**: {first[:200].replace('|', '/')}")
        raise
    finally:
        made.kubectl("delete", "namespace", made.namespace, "--wait=false", check=False)
        version = made.kubectl("version", check=False).strip().splitlines()
        head = [
            f"# The classroom on a cluster, {datetime.now(UTC):%d %B %Y}",
            "",
            f"- {'; '.join(version)}",
            f"- chart by {GIVEN['WORKSHOP_CLUSTER_PINS']}, image {GIVEN['WORKSHOP_CLUSTER_IMAGE']}",
            "",
            "| what was tried | what was seen |",
            "|---|---|",
        ]
        missed = [f"| {name} | **failed**: {why.replace('|', '/')} |" for name, why in FAILED.items()]
        REPORT.write_text("\n".join([*head, *made.lines, *missed, ""]))
        print(f"the report is in {REPORT}", file=sys.stderr)


@pytest.fixture(scope="module")
def first(room: Classroom) -> Participant:
    """Return who sits on seat 1."""
    browser = room.participant(1)
    browser.log_in()
    started = time.monotonic()
    browser.start(300)
    assert browser.run("1+1") == "2"
    room.saw("log-in by a card, to the output of `1+1`", f"{time.monotonic() - started:.1f} s")
    return browser


def test_a_seat_is_restricted_from_inside(room: Classroom, first: Participant) -> None:
    look = """
import os
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(os.getuid(), *(status[name].strip() for name in ("CapEff", "NoNewPrivs", "Seccomp")))
print(os.path.exists("/var/run/secrets/kubernetes.io"))
"""
    assert first.run(look).split() == ["1000", "0" * 16, "1", "2", "False"]
    room.saw("a seat: no root, no capability, no new privileges, filtered calls, no token of the cluster")


def test_a_privileged_pod_is_refused(room: Classroom) -> None:
    spec = {"containers": [{"name": "a", "image": "a", "securityContext": {"privileged": True}}]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec}
    said = room.kubectl("create", "--dry-run=server", "--filename=-", check=False, given=json.dumps(pod))
    assert "restricted" in said, said
    room.saw("Pod Security refuses a privileged pod in the namespace")


def test_a_seat_reaches_neither_metadata_nor_seats_nor_the_api(room: Classroom, first: Participant) -> None:
    second = room.participant(2)
    second.log_in()
    second.start(300)
    other = room.kubectl("get", "pod", "jupyter-seat-002", "--output=jsonpath={.status.podIP}")
    api = room.kubectl(
        "get", "service", "kubernetes", "--namespace=default", "--output=jsonpath={.spec.clusterIP}"
    )
    for what, address, port in (
        ("the cloud's metadata", METADATA, 80),
        ("another seat", other, 8888),
        ("the API server", api, 443),
    ):
        code = (
            "import socket\nknock = socket.socket()\nknock.settimeout(5)\n"
            f"print(knock.connect_ex(({address!r}, {port})))"
        )
        assert first.run(code).strip() != "0", f"{what} at {address} answers a seat"
        room.saw(f"a seat does not reach {what}")


def test_a_kernel_that_takes_too_much_says_why(room: Classroom, first: Participant) -> None:
    assert "ran out" in first.run("x = b'x' * (3 << 30); print(len(x))")
    status = json.loads(room.kubectl("get", "pod", "jupyter-seat-001", "--output=json"))["status"]
    restarts = status["containerStatuses"][0]["restartCount"]
    room.saw(
        "a kernel that takes too much is ended, its notebook says why", f"{restarts} restarts of the seat"
    )
    assert first.run("1+1") == "2"


def test_a_pod_that_is_killed_comes_back_with_its_home(room: Classroom, first: Participant) -> None:
    first.run("open('mine.txt', 'w').write('mine')")
    room.kubectl("delete", "pod", "jupyter-seat-001", "--grace-period=0", "--force")
    started = time.monotonic()
    wait_until(lambda: not first.is_in(), 60, "the hub notices")
    first.start(300)
    assert first.run("open('mine.txt').read()") == "'mine'"
    room.saw(
        "a pod killed: the home is back", f"{time.monotonic() - started:.1f} s, the hub's noticing included"
    )


def test_the_speaker_sees_the_pods(room: Classroom, first: Participant) -> None:
    told = room.command("speaker-code", str(room.folder))
    way = subprocess.Popen(shlex.split(told["way"]), stdout=subprocess.PIPE, text=True)
    try:
        assert way.stdout is not None and "Forwarding" in way.stdout.readline()
        view = Speaker(told["address"], told["code"])
        rows = {each["seat"]: each for each in view.state()["seats"]}
    finally:
        end(way)
    assert rows[1]["state"] == "ready" and rows[1]["node"]
    room.saw("the speaker's view has seat and node")


def test_an_upgrade_and_the_way_back_end_no_seat(room: Classroom, first: Participant) -> None:
    first.run("open('before.txt', 'w').write('before')")
    began = room.kubectl("get", "pod", "jupyter-seat-001", "--output=jsonpath={.metadata.uid}")
    room.playbook(hub_service_seat_memory_max="3G")
    room.playbook(hub_service_seat_memory_max="3G", hub_kubernetes_state="rolled-back")
    assert room.kubectl("get", "pod", "jupyter-seat-001", "--output=jsonpath={.metadata.uid}") == began
    room.saw("upgrade and roll-back: the seat's pod goes on")


def test_homes_are_archived_and_stay_at_the_end(room: Classroom, first: Participant, tmp_path: Path) -> None:
    told = room.command("archive", str(room.folder), "--into", str(tmp_path / "archive"))
    assert not told["failed"] and "001" in told["archived"], told
    room.saw("homes are archived", f"{len(told['archived'])}")
    room.playbook(hub_kubernetes_state="absent")
    claims = room.kubectl("get", "persistentvolumeclaims", "--output=name").split()
    assert "persistentvolumeclaim/claim-seat-001" in claims
    room.saw("the end keeps the homes")
    room.playbook(hub_kubernetes_state="absent", hub_kubernetes_delete_homes=True)
    assert "NotFound" in room.kubectl("get", "namespace", room.namespace, check=False)
    room.saw("the end of the homes, when it is asked for")
