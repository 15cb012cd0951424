"""A cluster of two nodes, in the network and process namespace in which the tests run; it ends with them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from machines.kubernetes.images import pause
from machines.kubernetes.node import PAUSE, Node
from waiting import wait_until

NODES = 2
API, ETCD = 18643, 18379
TOKEN = "of-this-test"


class Cluster:
    """Its programs, by name, those of a node as ``kubelet@node1``; each can be killed and started again."""

    def __init__(self, programs: Path, work: Path) -> None:
        """Start nothing yet.

        programs: what ``tools/testbed/kubernetes.bash`` made. work: a folder for all that is written.
        """
        self.programs, self.work = programs, work
        # Addresses of sockets are short.
        self.run = Path("/run/workshop-kubernetes")
        self.nodes = [Node(number, programs, self.run, work) for number in range(1, NODES + 1)]
        self.kubeconfig = work / "kubeconfig"
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def commands(self) -> dict[str, list[str]]:
        """Return how each program is started, in their order."""
        work, config = self.work, f"--kubeconfig={self.kubeconfig}"
        etcd = f"http://127.0.0.1:{ETCD}"
        peer = f"http://127.0.0.1:{ETCD + 1}"
        key = f"{work}/account.key"
        certificates = f"--cert-dir={work}/certificates"
        alone = ["--leader-elect=false", "--port=0", certificates]
        return {
            "etcd": [
                f"--data-dir={work}/etcd", f"--listen-client-urls={etcd}", f"--advertise-client-urls={etcd}",
                f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}",
                f"--initial-cluster=default={peer}", "--unsafe-no-fsync",
            ],
            "kube-apiserver": [
                f"--etcd-servers={etcd}", "--bind-address=0.0.0.0",
                f"--advertise-address={self.nodes[0].address}",
                f"--secure-port={API}", certificates, f"--token-auth-file={work}/tokens.csv",
                "--authorization-mode=Node,RBAC", "--service-cluster-ip-range=10.96.0.0/24",
                "--service-account-issuer=https://cluster.test", f"--service-account-signing-key-file={key}",
                f"--service-account-key-file={key}", "--allow-privileged=true",
                "--kubelet-preferred-address-types=InternalIP",
            ],
            "kube-controller-manager": [
                config, f"--service-account-private-key-file={key}", "--secure-port=18257",
                f"--root-ca-file={work}/certificates/apiserver.crt",
                "--use-service-account-credentials=false",
                # A node is lost when it was silent for so long; Kubernetes' own default is 40 s or more.
                "--node-monitor-grace-period=20s", *alone,
            ],
            "kube-scheduler": [config, "--secure-port=18259", *alone],
            **{
                name: words
                for node in self.nodes
                for name, words in node.commands(self.kubeconfig, certificates).items()
            },
        }  # fmt: skip

    def start(self, keep: set[str]) -> None:
        """Start all of it, and wait until the nodes take pods.

        keep: names of images that an earlier run may have left here.
        """
        self._connect()
        self._configure()
        for name in ("etcd", "kube-apiserver"):
            self.launch(name)
        wait_until(self.answers, 120, "the API server answers")
        for name in ("kube-controller-manager", "kube-scheduler"):
            self.launch(name)
        holding = pause(self.programs / "bin/pause", self.work)
        for node in self.nodes:
            self.launch(f"containerd@{node.name}")
            wait_until(node.answers, 60, "containerd answers")
            node.keep_only(keep)
            node.load(holding, PAUSE)
            self.launch(f"kubelet@{node.name}")
        wait_until(self.is_ready, 120, "the nodes are ready")

    def launch(self, name: str) -> None:
        """Start one program; what it says goes into a file beside the others'."""
        program, _, place = name.partition("@")
        before = []
        if place:
            before = self.node(place).inside()
            if program == "kubelet":
                wait_until(self.node(place).answers, 60, "its containerd answers")
        with (self.work / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [*before, self.programs / "bin" / program, *self.commands()[name]],
                stdout=log,
                stderr=log,
                env={**os.environ, "PATH": f"{self.programs}/bin:{os.environ['PATH']}"},
            )

    def kill(self, name: str) -> None:
        """Kill one program, as a machine that loses its power does."""
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def lose(self, node: Node) -> None:
        """Let a node lose its power."""
        for name in (f"kubelet@{node.name}", f"containerd@{node.name}"):
            self.kill(name)
        node.kill_containers()

    def make_whole(self) -> None:
        """Start what does not run, and wait for all nodes: a test's faults are not the next one's."""
        for name in self.commands():
            if name not in self.running or self.running[name].poll() is not None:
                self.launch(name)
        wait_until(self.answers, 120, "the API server answers")
        for node in self.nodes:
            self.kubectl("uncordon", node.name)
        wait_until(self.is_ready, 120, "the nodes are ready")

    def stop(self) -> None:
        """Kill all of it, and what its containers run."""
        for name in reversed(list(self.running)):
            self.kill(name)
        for node in self.nodes:
            node.kill_containers()
            node.end()

    def load(self, archive: Path, name: str) -> None:
        """Load an image onto all nodes."""
        for node in self.nodes:
            node.load(archive, name)

    def node(self, name: str) -> Node:
        """Return a node by its name."""
        return next(node for node in self.nodes if node.name == name)

    def kubectl_words(self) -> list[str]:
        """Return a call of kubectl."""
        return [str(self.programs / "bin/kubectl"), f"--kubeconfig={self.kubeconfig}"]

    def kubectl(self, *words: str, check: bool = True, given: str = "") -> str:
        """Return what kubectl says."""
        done = subprocess.run(
            [*self.kubectl_words(), *words],
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0 or not check, done.stdout + done.stderr
        return done.stdout

    def answers(self) -> bool:
        """Whether the API server is there."""
        return self.kubectl("get", "--raw", "/readyz", check=False) == "ok"

    def is_ready(self, *names: str) -> bool:
        """Whether nodes take pods; all of them where none is named."""
        told = self.kubectl("get", "nodes", "--no-headers", check=False).splitlines()
        states = {words[0]: words[1] for words in map(str.split, told) if len(words) > 1}
        return all(states.get(name) == "Ready" for name in names or [node.name for node in self.nodes])

    def _connect(self) -> None:
        """Give the namespace a network of its own: the node's address on a bridge."""
        for command in (
            "link set lo up",
            "link add node0 type bridge",
            *(f"addr add {node.address}/24 dev node0" for node in self.nodes),
            "link set node0 up",
            "link add up0 type veth peer name up1",
            "link set up0 master node0 up",
            "link set up1 up",
            "route add default via 10.250.0.254 dev node0",
        ):
            subprocess.run(["ip", *command.split()], check=True, capture_output=True)
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1")

    def _configure(self) -> None:
        work = self.work
        (work / "tokens.csv").write_text(f'{TOKEN},organiser,1,"system:masters"\n')
        subprocess.run(["openssl", "genrsa", "-out", work / "account.key"], check=True, capture_output=True)
        for node in self.nodes:
            node.configure()
        server = {"server": f"https://127.0.0.1:{API}", "insecure-skip-tls-verify": True}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": server}],
            "users": [{"name": "organiser", "user": {"token": TOKEN}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "organiser"}}],
            "current-context": "test",
        }
        self.kubeconfig.write_text(json.dumps(config))
