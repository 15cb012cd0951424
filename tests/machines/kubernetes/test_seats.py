"""Seats of our image on a real Kubernetes of one node: as the role writes them, started by KubeSpawner.

No network plug-in here enforces policies, and this Kubernetes knows no pod security admission: of those two
only the objects are applied.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import secrets
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from machines.classroom.browser import execute_request
from machines.kubernetes.cluster import NODE, Cluster
from machines.kubernetes.conftest import IMAGE
from machines.kubernetes.speaking import Speaker
from machines.kubernetes.writing import ROOT, values_of, write
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect
from waiting import patience, wait_until

from organiser.hub import pods

NAMESPACE = "workshop"
SEATS = 50
HUB = "http://10.250.0.1:18285"
VOLUME = """\
apiVersion: v1
kind: PersistentVolume
metadata: {{name: home-{number}}}
spec:
  capacity: {{storage: 2Gi}}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  hostPath: {{path: {path}}}
"""
pytestmark = pytest.mark.full


class DeadKernelError(Exception):
    """Its words are those that the notebook shows."""


class Room:
    """The classroom: a hub beside the cluster, whose seats are pods."""

    def __init__(self, cluster: Cluster, folder: Path, work: Path) -> None:
        self.cluster, self.folder, self.work = cluster, folder, work
        self.token = secrets.token_hex(16)
        self.hub: subprocess.Popen[bytes] | None = None
        self.pod_addresses: dict[str, str] = {}

    def open(self, image: str = "") -> None:
        """Start the hub, with another image where one is named."""
        environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'tests'}:{os.environ.get('PYTHONPATH', '')}",
            "WORKSHOP_TEST_ADDRESS": HUB,
            "KUBECONFIG": str(self.cluster.kubeconfig),
            "WORKSHOP_TEST_CLASSROOM": str(self.folder),
            "WORKSHOP_TEST_HUB": str(self.work),
            "WORKSHOP_TEST_TOKEN": self.token,
            "WORKSHOP_TEST_NAMESPACE": NAMESPACE,
            "WORKSHOP_TEST_IMAGE": image,
        }
        config = Path(__file__).with_name("hub_config.py")
        command = [sys.executable, "-m", "jupyterhub", "--config", str(config)]
        with (self.work / "hub.log").open("ab") as log:
            self.hub = subprocess.Popen(command, cwd=self.work, env=environment, stdout=log, stderr=log)
        wait_until(lambda: self.ask("GET", "")[0] == 200, 120, "the hub answers")

    def close(self) -> None:
        """End the hub; the seats go on."""
        if self.hub is not None:
            self.hub.terminate()
            self.hub.wait()
            self.hub = None

    def ask(self, method: str, path: str, address: str = f"{HUB}/hub/api") -> tuple[int, Any]:
        """Ask the hub, or a seat's server."""
        request = urllib.request.Request(
            f"{address}{path}",
            method=method,
            data=b"{}" if method == "POST" else None,
            headers={"Authorization": f"token {self.token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def page(self, path: str, server: str) -> tuple[int, bytes]:
        """Return a page of a seat's server."""
        request = urllib.request.Request(server + path, headers={"Authorization": f"token {self.token}"})
        try:
            with urllib.request.urlopen(request, timeout=patience(60)) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def command(self, *words: str) -> dict[str, Any]:
        """Return what the organiser's command says of this classroom."""
        known = self.folder / "classroom.json"
        known.write_text(json.dumps({"namespace": NAMESPACE, "address": HUB}))
        environment = {
            **os.environ,
            "KUBECONFIG": str(self.cluster.kubeconfig),
            "PATH": f"{self.cluster.programs}/bin:{os.environ['PATH']}",
        }
        command = [sys.executable, "-m", "workshop", "hub", "cluster", *words, "--json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def press(self, seat: str) -> None:
        """Ask for a seat's server, as the button does."""
        self.ask("POST", f"/users/{seat}")
        status, said = self.ask("POST", f"/users/{seat}/server")
        assert status in (201, 202), said

    def is_ready(self, seat: str) -> bool:
        """Whether a seat's server can be used."""
        status, said = self.ask("GET", f"/users/{seat}")
        return status == 200 and said.get("servers", {}).get("", {}).get("ready", False)

    def start(self, seat: str, seconds: float = 120) -> None:
        """Start a seat's server, and wait for it."""
        self.press(seat)
        try:
            wait_until(lambda: self.is_ready(seat), seconds, f"{seat} is ready")
        except AssertionError as error:
            events = self.cluster.kubectl("--namespace", NAMESPACE, "get", "events", check=False)
            logs = self.cluster.kubectl("--namespace", NAMESPACE, "logs", f"jupyter-{seat}", check=False)
            raise AssertionError(f"{error}\n{events[-3000:]}\n{logs[-3000:]}") from None

    def end(self, seat: str) -> None:
        """Stop a seat's server, and wait until its pod is gone."""
        self.ask("DELETE", f"/users/{seat}/server")
        wait_until(lambda: not self.pod(seat), 60, f"{seat}'s pod is gone")

    def pod(self, seat: str) -> dict[str, Any]:
        """Return what the cluster says of a seat's pod; empty where there is none."""
        said = self.cluster.kubectl(
            "--namespace", NAMESPACE, "get", "pod", f"jupyter-{seat}", "--output=json", check=False
        )
        found: dict[str, Any] = json.loads(said or "{}")
        return found

    def run(self, seat: str, code: str) -> str:
        """Run code in a new kernel of a seat; return what it printed and its result."""
        self.pod_addresses[seat] = self.pod(seat)["status"]["podIP"]
        return self.run_at(f"http://{self.pod_addresses[seat]}:8888/user/{seat}", code)

    def run_at(self, server: str, code: str) -> str:
        """Run code in a new kernel of a server."""
        status, kernel = self.ask("POST", "/api/kernels", server)
        assert status == 201, kernel
        try:
            return asyncio.run(self._execute(f"{server}/api/kernels/{kernel['id']}/channels", code))
        finally:
            self.ask("DELETE", f"/api/kernels/{kernel['id']}", server)

    async def _execute(self, address: str, code: str) -> str:
        headers = {"Authorization": f"token {self.token}"}
        socket = await websocket_connect(HTTPRequest(address.replace("http", "ws", 1), headers=headers))
        message, said = secrets.token_hex(8), ""
        await socket.write_message(json.dumps(execute_request(message, code)))
        while True:
            async with asyncio.timeout(patience(120)):
                heard = await socket.read_message()
            answer = json.loads(heard or "{}")
            body = answer.get("content", {})
            # A kernel that dies is said to; why it did comes as output of the cell.
            if body.get("execution_state") == "dead":
                raise DeadKernelError("the kernel died, and nothing says why")
            if answer.get("parent_header", {}).get("msg_id") != message:
                continue
            if "kernel" in body.get("text", "") and body.get("name") == "stderr":
                raise DeadKernelError(body["text"])
            if answer["msg_type"] == "stream":
                said += body["text"]
            elif answer["msg_type"] == "execute_result":
                said += body["data"]["text/plain"]
            elif answer["msg_type"] == "error":
                raise AssertionError(f"{body['ename']}: {body['evalue']}")
            elif answer["msg_type"] == "status" and body["execution_state"] == "idle":
                socket.close()
                return said

    def told(self, seat: str, words: str, seconds: float) -> None:
        """Wait until the page of who waits says something."""
        request = urllib.request.Request(
            f"{HUB}/hub/api/users/{seat}/server/progress", headers={"Authorization": f"token {self.token}"}
        )
        heard = []
        with urllib.request.urlopen(request, timeout=patience(seconds)) as stream:
            for line in stream:
                heard.append(line.decode())
                if words in heard[-1]:
                    return
        raise AssertionError(f"{words!r} was not said: {heard}")


@pytest.fixture(scope="module")
def room(
    cluster: Cluster, image: str, figures: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Room]:
    work = tmp_path_factory.mktemp("kubernetes")
    folder = work / "classroom"
    write(folder, image, SEATS)
    cluster.kubectl(
        "apply", *(f"--filename={folder / each}" for each in ("objects", "private/classroom-seats.yaml"))
    )
    files = values_of(folder)["singleuser"]["extraFiles"]
    secret = {"apiVersion": "v1", "kind": "Secret"}
    secret["metadata"] = {"name": "singleuser", "namespace": NAMESPACE}
    secret["stringData"] = {key: each["stringData"] for key, each in files.items()}
    cluster.kubectl("apply", "--filename=-", given=json.dumps(secret))
    add_volumes(cluster, work, range(SEATS))
    made = Room(cluster, folder, work)
    made.open()
    yield made
    made.close()


def add_volumes(cluster: Cluster, work: Path, numbers: range) -> None:
    """Give the cluster disks for homes, as a storage class would."""
    texts = []
    for number in numbers:
        home = work / "homes" / str(number)
        home.mkdir(parents=True)
        os.chown(home, 1000, 1000)
        texts.append(VOLUME.format(number=number, path=home))
    cluster.kubectl("apply", "--filename=-", given="---\n".join(texts))


def test_a_seat_calculates_and_may_do_nothing_else(room: Room) -> None:
    room.start("seat-001")
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
    # More than the seat's limit, of which each page is written.
    with pytest.raises(DeadKernelError, match="ran out"):
        room.run("seat-001", "x = b'x' * (3 << 30); print(len(x))")
    assert room.run("seat-001", "1+1") == "2"
    status = room.pod("seat-001")["status"]["containerStatuses"][0]
    assert status["restartCount"] == 0, "the seat's server went on"


def test_a_seat_has_the_pages_of_one_servers_seat(room: Room) -> None:
    server = f"http://{room.pod('seat-001')['status']['podIP']}:8888/user/seat-001"
    status, page = room.page("/workshop/", server)
    assert status == 200 and b"Deep Learning" in page
    assert room.page("/lab/extensions/workshop-classroom/static/remoteEntry.js", server)[0] == 200
    status, _ = room.page("/tensorboard/", server)
    assert status == 200, "the seat's own TensorBoard, on demand"


def test_the_speaker_sees_all_pods_and_speaks_to_them(room: Room) -> None:
    told = room.command("speaker", str(room.folder))
    view = Speaker(HUB, told["code"])

    def row() -> dict[str, Any]:
        return next(each for each in view.state()["seats"] if each["seat"] == 1)

    assert view.state()["machine"] is None
    assert (row()["state"], row()["node"]) == ("ready", NODE)
    wait_until(lambda: (row()["memory"] or 0) > 50_000_000, 90, "the seat tells its memory")
    assert row()["memory"] < 2_000_000_000
    view.act(what="say", text="Ten minutes left")
    server = f"http://{room.pod('seat-001')['status']['podIP']}:8888/user/seat-001"
    wait_until(
        lambda: b"Ten minutes left" in room.page("/workshop/api/message", server)[1], 90, "the seat hears it"
    )
    # A pod that somebody starts and that waits is told of in words.
    room.cluster.kubectl("cordon", NODE)
    room.press("seat-004")
    wait_until(lambda: pods.NO_PLACE in told_of(view, 4), 60, "the speaker is told why a seat waits")
    room.cluster.kubectl("uncordon", NODE)
    wait_until(lambda: room.is_ready("seat-004"), 120, "it goes on by itself")
    room.end("seat-004")


def told_of(view: Speaker, number: int) -> str:
    """Return why a seat is not there yet, as the speaker's view has it."""
    return str(next(each["why"] for each in view.state()["seats"] if each["seat"] == number))


def test_a_pod_that_is_killed_comes_back_with_its_home(room: Room, figures: list[str]) -> None:
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
    room.cluster.kill("kube-apiserver")
    # Who is in works on, and who wants in is told to wait, not that it failed.
    server = f"http://{room.pod_addresses['seat-001']}:8888/user/seat-001"
    assert room.run_at(server, "open('mine.txt').read()") == "'mine'"
    assert room.ask("GET", "/users/seat-001")[0] == 200
    room.cluster.launch("kube-apiserver")
    wait_until(room.cluster.answers, 120, "the API server answers again")
    wait_until(room.cluster.is_ready, 120, "the node is ready")
    assert room.is_ready("seat-001"), "nobody was put out of the seat"
    room.start("seat-002")
    assert room.run("seat-002", "1+1") == "2"
    room.end("seat-002")


def test_a_node_that_is_lost_costs_nobody_the_home(room: Room, figures: list[str]) -> None:
    for name in ("kubelet", "containerd"):
        room.cluster.kill(name)
    room.cluster.kill_containers()
    wait_until(lambda: not room.cluster.is_ready(), 120, "the cluster notices")
    wait_until(lambda: not room.is_ready("seat-001"), 120, "the hub notices")
    room.cluster.launch("containerd")
    room.cluster.launch("kubelet")
    wait_until(room.cluster.is_ready, 120, "a node is there")
    started = time.monotonic()
    room.start("seat-001", 60)
    assert room.run("seat-001", "open('mine.txt').read()") == "'mine'"
    figures.append(f"a node lost, and one there again: {time.monotonic() - started:.1f} s after the click")


def test_a_home_goes_home_and_is_archived_and_deleted(room: Room, tmp_path: Path) -> None:
    room.run("seat-001", "import pathlib; pathlib.Path('mine.txt').write_text('mine')")
    server = f"http://{room.pod('seat-001')['status']['podIP']}:8888/user/seat-001"
    status, packed = room.page("/workshop/home/workshop-seat-001.zip", server)
    assert status == 200
    assert "notebooks/mine.txt" in names_of(packed)
    # Two homes: of a server that runs, and of one that does not.
    room.start("seat-005")
    room.run("seat-005", "import pathlib; pathlib.Path('ours.txt').write_text('ours')")
    room.end("seat-005")
    told = room.command("homes", "archive", str(room.folder), "1", "5", "--into", str(tmp_path / "archive"))
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
    assert room.command("homes", "delete", str(room.folder), "5", "--yes")["deleted"] == ["005"]
    claims = room.cluster.kubectl("--namespace", NAMESPACE, "get", "pvc", "--output=name").split()
    assert "persistentvolumeclaim/claim-seat-005" not in claims
    assert "persistentvolumeclaim/claim-seat-001" in claims


def names_of(packed: bytes) -> list[str]:
    """Return what lies in a packed folder."""
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        return file.namelist()


def test_what_is_missing_is_told_in_words(room: Room) -> None:
    room.close()
    room.open(image=f"{IMAGE}@sha256:{'0' * 64}")
    room.press("seat-003")
    room.told("seat-003", pods.NO_IMAGE, 120)
    room.ask("DELETE", "/users/seat-003/server")
    room.close()
    room.open()
    assert room.run("seat-001", "1+1") == "2", "a hub that starts anew finds the seats"
    wait_until(lambda: not room.pod("seat-003"), 60, "the pod is gone")
    # All disks are taken by claims that ask for as much.
    claims = [f"taken-{number}" for number in range(SEATS)]
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}}
    items = [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "spec": claim,
        }
        for name in claims
    ]
    quota = ["--namespace", NAMESPACE, "delete", "resourcequota", "--all"]
    room.cluster.kubectl(*quota)
    listed = {"apiVersion": "v1", "kind": "List", "items": items}
    room.cluster.kubectl("apply", "--filename=-", given=json.dumps(listed))
    room.press("seat-050")
    room.told("seat-050", pods.NO_DISK, 120)
    room.ask("DELETE", "/users/seat-050/server")
    room.cluster.kubectl("--namespace", NAMESPACE, "delete", "pvc", *claims)
    more = range(1000, 1000 + SEATS)
    add_volumes(room.cluster, room.work, more)
    room.cluster.kubectl("apply", *(f"--filename={room.folder / each}" for each in ("objects",)))


def test_fifty_seats_in_turn(room: Room, figures: list[str]) -> None:
    took = []
    for number in range(1, SEATS + 1):
        seat = f"seat-{number:03}"
        if room.pod(seat):
            room.end(seat)
        started = time.monotonic()
        room.start(seat)
        assert room.run(seat, "1+1") == "2"
        took.append(time.monotonic() - started)
        room.end(seat)
    took.sort()
    middle, most = statistics.median(took), took[round(0.95 * len(took)) - 1]
    figures.append(f"{SEATS} seats in turn, to the output of 1+1: median {middle:.1f} s, p95 {most:.1f} s")
    claims = json.loads(room.cluster.kubectl("--namespace", NAMESPACE, "get", "pvc", "--output=json"))
    assert len([each for each in claims["items"] if each["metadata"]["name"].startswith("claim-")]) == SEATS
    assert NODE in room.cluster.kubectl("get", "nodes")
