"""Seats of our image on a real Kubernetes of one node: as the role writes them, started by KubeSpawner.

No network plug-in here enforces policies, and this Kubernetes knows no pod security admission: of those two
only the objects are applied.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import statistics
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from machines.classroom.browser import execute_request
from machines.kubernetes.cluster import NODE, Cluster
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect
from waiting import patience, wait_until

from organiser.hub import pods

ROOT = Path(__file__).resolve().parents[3]
PROGRAMS = os.environ.get("WORKSHOP_KUBERNETES", "")
NAMESPACE, IMAGE = "workshop", "registry.example.org/workshop"
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
FIGURES: list[str] = []
pytestmark = pytest.mark.full


class Room:
    """The classroom: a hub beside the cluster, whose seats are pods."""

    def __init__(self, cluster: Cluster, folder: Path, work: Path) -> None:
        self.cluster, self.folder, self.work = cluster, folder, work
        self.token = secrets.token_hex(16)
        self.hub: subprocess.Popen[bytes] | None = None

    def open(self, image: str = "") -> None:
        """Start the hub, with another image where one is named."""
        environment = {
            **os.environ,
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
        server = f"http://{self.pod(seat)['status']['podIP']}:8888/user/{seat}"
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
            if body.get("execution_state") in ("dead", "restarting"):
                raise AssertionError("the kernel died")
            if answer.get("parent_header", {}).get("msg_id") != message:
                continue
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
def archive(request: pytest.FixtureRequest) -> Path:
    given: Path | None = request.config.getoption("--image")
    if not PROGRAMS or not given:
        pytest.skip("needs a cluster's programs and an image of ours: tools/test.bash kubernetes")
    return given


@pytest.fixture(scope="module")
def room(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    work = tmp_path_factory.mktemp("kubernetes")
    cluster = Cluster(Path(PROGRAMS), work / "cluster")
    (work / "cluster").mkdir()
    try:
        cluster.start()
        with tarfile.open(archive) as tar:
            index = tar.extractfile("index.json")
            assert index is not None
            (listed,) = json.load(index)["manifests"]
        name = f"{IMAGE}@{listed['digest']}"
        started = time.monotonic()
        cluster.load(archive, name)
        FIGURES.append(f"the image loaded in {time.monotonic() - started:.0f} s")
        folder = work / "classroom"
        write(folder, name)
        cluster.kubectl(
            "apply", *(f"--filename={folder / each}" for each in ("objects", "private/classroom-seats.yaml"))
        )
        files = {key: each["stringData"] for key, each in seat_files(folder).items()}
        secret = {"apiVersion": "v1", "kind": "Secret", "stringData": files}
        secret["metadata"] = {"name": "singleuser", "namespace": NAMESPACE}
        cluster.kubectl("apply", "--filename=-", given=json.dumps(secret))
        add_volumes(cluster, work, range(SEATS))
        made = Room(cluster, folder, work)
        made.open()
        yield made
        made.close()
    finally:
        cluster.stop()
        print(*FIGURES, sep="\n", file=sys.stderr)


def write(folder: Path, image: str) -> None:
    """Let the playbook write the classroom's folder."""
    given = {
        "hub_service_seats": SEATS,
        "hub_kubernetes_image": image,
        "hub_kubernetes_folder": str(folder),
        "hub_kubernetes_kubeconfig": "",
        "hub_kubernetes_cpu_guarantee": 0.02,
    }
    command = ["ansible-playbook", "-i", "localhost,", "-c", "local", "playbooks/classroom-kubernetes.yml"]
    done = subprocess.run(
        [*command, "-e", json.dumps(given)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def seat_files(folder: Path) -> dict[str, Any]:
    import yaml

    values = yaml.safe_load((folder / "values.yaml").read_text())
    found: dict[str, Any] = values["singleuser"]["extraFiles"]
    return found


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


def test_a_seats_kernel_that_takes_too_much_is_ended_and_the_seat_goes_on(room: Room) -> None:
    with pytest.raises(AssertionError, match="the kernel died"):
        room.run("seat-001", "x = bytearray(6 << 30); print(len(x))")
    assert room.run("seat-001", "1+1") == "2"


def test_a_pod_that_is_killed_comes_back_with_its_home(room: Room) -> None:
    room.run("seat-001", "open('mine.txt', 'w').write('mine')")
    room.cluster.kubectl(
        "--namespace", NAMESPACE, "delete", "pod", "jupyter-seat-001", "--grace-period=0", "--force"
    )
    started = time.monotonic()
    wait_until(lambda: not room.is_ready("seat-001"), 60, "the hub notices")
    room.start("seat-001")
    assert room.run("seat-001", "open('mine.txt').read()") == "'mine'"
    FIGURES.append(f"a pod killed: back in {time.monotonic() - started:.1f} s, the hub's noticing included")


def test_the_api_servers_end_is_none_of_the_seats(room: Room) -> None:
    room.cluster.kill("kube-apiserver")
    address = room.ask("GET", "/users/seat-001")
    assert address[0] == 200
    room.cluster.launch("kube-apiserver")
    wait_until(room.cluster.answers, 120, "the API server answers again")
    wait_until(room.cluster.is_ready, 120, "the node is ready")
    assert room.run("seat-001", "open('mine.txt').read()") == "'mine'"
    room.start("seat-002")
    assert room.run("seat-002", "1+1") == "2"
    room.end("seat-002")


def test_a_node_that_is_lost_costs_nobody_the_home(room: Room) -> None:
    for name in ("kubelet", "containerd"):
        room.cluster.kill(name)
    room.cluster.kill_containers()
    wait_until(lambda: not room.cluster.is_ready(), 120, "the cluster notices")
    room.cluster.launch("containerd")
    room.cluster.launch("kubelet")
    started = time.monotonic()
    wait_until(room.cluster.is_ready, 120, "the node is back")
    wait_until(lambda: not room.is_ready("seat-001"), 180, "the hub notices")
    room.start("seat-001", 180)
    assert room.run("seat-001", "open('mine.txt').read()") == "'mine'"
    FIGURES.append(f"a node lost and back: the seat after {time.monotonic() - started:.1f} s")


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


def test_fifty_seats_in_turn(room: Room) -> None:
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
    FIGURES.append(f"{SEATS} seats in turn, to the output of 1+1: median {middle:.1f} s, p95 {most:.1f} s")
    claims = json.loads(room.cluster.kubectl("--namespace", NAMESPACE, "get", "pvc", "--output=json"))
    assert len([each for each in claims["items"] if each["metadata"]["name"].startswith("claim-")]) == SEATS
    assert NODE in room.cluster.kubectl("get", "nodes")
