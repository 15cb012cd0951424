"""The classroom of the tests' cluster: a hub beside it, whose seats are pods."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from machines.classroom.browser import execute_request
from machines.kubernetes.cluster import Cluster
from machines.kubernetes.writing import HUB_PATH, HUB_PYTHON, values_of, write
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect
from waiting import end, patience, wait_until

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


class DeadKernelError(Exception):
    """Its words are those that the notebook shows."""


class Room:
    """The classroom: a hub beside the cluster, whose seats are pods."""

    def __init__(self, cluster: Cluster, folder: Path, work: Path) -> None:
        self.cluster, self.folder, self.work = cluster, folder, work
        self.token = secrets.token_hex(16)
        self.hub: subprocess.Popen[bytes] | None = None
        self.opened = ("", folder)
        self.disks = 0

    def make(self, image: str) -> None:
        """Let the playbook write the classroom, and apply what is not the chart's."""
        write(self.folder, image, SEATS)
        self.apply()
        files = values_of(self.folder)["singleuser"]["extraFiles"]
        secret = {"apiVersion": "v1", "kind": "Secret"}
        secret["metadata"] = {"name": "singleuser", "namespace": NAMESPACE}
        secret["stringData"] = {key: each["stringData"] for key, each in files.items()}
        self.cluster.kubectl("apply", "--filename=-", given=json.dumps(secret))
        self.add_disks(SEATS)

    def apply(self) -> None:
        """Apply the objects of the classroom's folder."""
        for each in ("objects", "private/classroom-seats.yaml"):
            self.cluster.kubectl("apply", f"--filename={self.folder / each}")

    def make_whole(self) -> None:
        """Bring cluster and hub to where every test begins, whatever the one before has left."""
        self.cluster.make_whole()
        if self.hub is None or self.hub.poll() is not None or self.opened != ("", self.folder):
            self.close()
            self.open()
        self.apply()

    def sit(self, seat: str) -> None:
        """Start a seat's server, where it does not run."""
        if not self.is_ready(seat):
            self.start(seat)

    def open(self, image: str = "", folder: Path | None = None) -> None:
        """Start the hub, with another image or another classroom's values where they are named."""
        self.opened = (image, folder or self.folder)
        environment = {
            **os.environ,
            "PYTHONPATH": HUB_PATH,
            "WORKSHOP_TEST_ADDRESS": HUB,
            "KUBECONFIG": str(self.cluster.kubeconfig),
            "WORKSHOP_TEST_CLASSROOM": str(folder or self.folder),
            "WORKSHOP_TEST_HUB": str(self.work),
            "WORKSHOP_TEST_TOKEN": self.token,
            "WORKSHOP_TEST_NAMESPACE": NAMESPACE,
            "WORKSHOP_TEST_IMAGE": image,
        }
        config = Path(__file__).with_name("hub_config.py")
        command = [HUB_PYTHON, "-m", "jupyterhub", "--config", str(config)]
        with (self.work / "hub.log").open("ab") as log:
            self.hub = subprocess.Popen(command, cwd=self.work, env=environment, stdout=log, stderr=log)
        wait_until(lambda: self.ask("GET", "")[0] == 200, 120, "the hub answers")

    def close(self) -> None:
        """End the hub; the seats go on."""
        if self.hub is not None:
            end(self.hub)
            self.hub = None

    def ask(
        self, method: str, path: str, address: str = f"{HUB}/hub/api", said: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Ask the hub, or a seat's server."""
        request = urllib.request.Request(
            f"{address}{path}",
            method=method,
            data=json.dumps(said or {}).encode() if method == "POST" else None,
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
        command = [sys.executable, "-m", "workshop", "cluster", *words, "--json"]
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
        """Stop a seat's server, and wait until its pod is gone and the hub knows."""
        self.ask("DELETE", f"/users/{seat}/server")
        # On a busy machine a node takes its time to say that a pod is gone.
        wait_until(lambda: self.is_ended(seat), 180, f"{seat} is ended")

    def is_ended(self, seat: str) -> bool:
        """Whether a seat has neither a pod nor a server that is still on its way out."""
        status, said = self.ask("GET", f"/users/{seat}")
        return not self.pod(seat) and (status == 404 or not said.get("servers"))

    def pod(self, seat: str) -> dict[str, Any]:
        """Return what the cluster says of a seat's pod; empty where there is none."""
        said = self.cluster.kubectl(
            "--namespace", NAMESPACE, "get", "pod", f"jupyter-{seat}", "--output=json", check=False
        )
        found: dict[str, Any] = json.loads(said or "{}")
        return found

    def run(self, seat: str, code: str, kernel: str = "") -> str:
        """Run code in a new kernel of a seat; return what it printed and its result."""
        return self.run_at(self.server(seat), code, kernel)

    def server(self, seat: str) -> str:
        """Return where a seat's server is, behind the proxy that is not here."""
        return f"http://{self.pod(seat)['status']['podIP']}:8888/user/{seat}"

    def run_at(self, server: str, code: str, kernel: str = "") -> str:
        """Run code in a new kernel of a server."""
        status, made = self.ask("POST", "/api/kernels", server, {"name": kernel} if kernel else {})
        assert status == 201, made
        try:
            return asyncio.run(self._execute(f"{server}/api/kernels/{made['id']}/channels", code))
        finally:
            self.ask("DELETE", f"/api/kernels/{made['id']}", server)

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

    def add_disks(self, number: int) -> None:
        """Give the cluster disks for homes, as a storage class would; each node reaches each of them."""
        texts = []
        for _ in range(number):
            home = self.work / "homes" / str(self.disks)
            home.mkdir(parents=True)
            os.chown(home, 1000, 1000)
            texts.append(VOLUME.format(number=self.disks, path=home))
            self.disks += 1
        self.cluster.kubectl("apply", "--filename=-", given="---\n".join(texts))

    def free_disks(self) -> int:
        """Return how many disks no claim has."""
        told = self.cluster.kubectl("get", "persistentvolumes", "--output=json")
        return sum(
            each["status"].get("phase") == "Available" and each["metadata"]["name"].startswith("home-")
            for each in json.loads(told)["items"]
        )

    def claims(self) -> set[str]:
        """Return the names of the classroom's claims."""
        told = self.cluster.kubectl("--namespace", NAMESPACE, "get", "pvc", "--output=name")
        return {name.rpartition("/")[2] for name in told.split()}
