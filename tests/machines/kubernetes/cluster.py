"""A cluster of one node, in the network and process namespace in which the tests run; it ends with them."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import signal
import subprocess
import tarfile
from pathlib import Path

from waiting import wait_until

NODE, ADDRESS, PODS = "node1", "10.250.0.1", "10.251.0.0/24"
API, ETCD = 18643, 18379
TOKEN = "of-this-test"
PAUSE = "localhost/pause:1"
CONTAINERD = """\
version = 2
root = "{images}"
state = "{run}/containerd"
[grpc]
  address = "{socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{programs}/cni"
    conf_dir = "{work}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "{programs}/bin/runc"
"""
NETWORK = {
    "cniVersion": "0.4.0",
    "name": "pods",
    "plugins": [
        {
            "type": "bridge",
            "bridge": "pods0",
            "isGateway": True,
            "ipMasq": False,
            "ipam": {
                "type": "host-local",
                "ranges": [[{"subnet": PODS}]],
                "routes": [{"dst": "0.0.0.0/0"}],
            },
        },
        {"type": "loopback"},
    ],
}
KUBELET = {
    "apiVersion": "kubelet.config.k8s.io/v1beta1",
    "kind": "KubeletConfiguration",
    "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
    "authorization": {"mode": "AlwaysAllow"},
    "cgroupDriver": "cgroupfs",
    "failSwapOn": False,
    "port": 20250,
    "healthzPort": 20248,
    # A test machine's disk may be nearly full, and no image can be pulled again.
    "imageGCHighThresholdPercent": 100,
    "evictionHard": {"memory.available": "200Mi", "nodefs.available": "2%", "imagefs.available": "2%"},
}


class Cluster:
    """Its programs, by name; each can be killed and started again."""

    def __init__(self, programs: Path, work: Path) -> None:
        """Start nothing yet.

        programs: what ``tools/testbed/kubernetes.bash`` made. work: a folder for all that is written.
        """
        self.programs, self.work = programs, work
        # Unpacked images are kept from one run to the next; that takes longer than all else.
        self.images = programs / "images"
        # Addresses of sockets are short.
        self.run = Path("/run/workshop-kubernetes")
        self.socket = self.run / "containerd.sock"
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
            "containerd": [f"--config={work}/containerd.toml"],
            "kube-apiserver": [
                f"--etcd-servers={etcd}", "--bind-address=0.0.0.0", f"--advertise-address={ADDRESS}",
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
                # A node that is silent is given up after this, its pods at once.
                "--node-monitor-grace-period=12s", "--pod-eviction-timeout=5s", *alone,
            ],
            "kube-scheduler": [config, "--secure-port=18259", *alone],
            "kubelet": [
                config, f"--config={work}/kubelet.json", "--container-runtime=remote",
                f"--container-runtime-endpoint=unix://{self.socket}", f"--root-dir={work}/kubelet",
                f"--hostname-override={NODE}", f"--node-ip={ADDRESS}", certificates,
            ],
        }  # fmt: skip

    def start(self) -> None:
        """Start all of it, and wait until the node takes pods."""
        for folder in (self.run, self.work / "cni", self.work / "kubelet"):
            folder.mkdir(parents=True, exist_ok=True)
        self._connect()
        self._configure()
        for name in ("etcd", "containerd", "kube-apiserver"):
            self.launch(name)
        wait_until(self.answers, 120, "the API server answers")
        for name in ("kube-controller-manager", "kube-scheduler"):
            self.launch(name)
        wait_until(self.socket.exists, 60, "containerd listens")
        self._forget_containers()
        self.load(self._pause_image(), PAUSE)
        self.launch("kubelet")
        wait_until(self.is_ready, 120, "the node is ready")

    def launch(self, name: str) -> None:
        """Start one program; what it says goes into a file beside the others'."""
        with (self.work / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [self.programs / "bin" / name, *self.commands()[name]],
                stdout=log,
                stderr=log,
                env={**os.environ, "PATH": f"{self.programs}/bin:{os.environ['PATH']}"},
            )

    def kill(self, name: str) -> None:
        """Kill one program, as a machine that loses its power does."""
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """Kill all of it, and what its containers run."""
        for name in reversed(list(self.running)):
            self.kill(name)
        self.kill_containers()

    def kill_containers(self) -> None:
        """Kill what the node's containers run, and what watches over them."""
        listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
        shims = [line.split()[0] for line in listed.splitlines() if "containerd-shim-runc-v2" in line]
        for shim in shims:
            children = subprocess.run(["ps", "--ppid", shim, "-o", "pid="], capture_output=True, text=True)
            for process in (shim, *children.stdout.split()):
                try:
                    os.kill(int(process), signal.SIGKILL)
                except ProcessLookupError:
                    continue

    def kubectl(self, *words: str, check: bool = True, given: str = "") -> str:
        """Return what kubectl says."""
        done = subprocess.run(
            [self.programs / "bin/kubectl", f"--kubeconfig={self.kubeconfig}", *words],
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

    def is_ready(self) -> bool:
        """Whether the node takes pods."""
        return " Ready " in self.kubectl("get", "node", NODE, "--no-headers", check=False)

    def load(self, archive: Path, name: str) -> None:
        """Load an image, under a name that ends in its digest or a tag."""
        base, digest, _ = name.partition("@")
        how = ["--base-name", base, "--digests"] if digest else ["--index-name", name]
        ctr = [self.programs / "bin/ctr", "--address", self.socket, "--namespace", "k8s.io", "images"]
        checked = subprocess.run(
            [*ctr, "check", f"name=={name}"], capture_output=True, text=True, check=False
        )
        # By its digest, and unpacked: an earlier run's.
        if digest and re.search(rf"{re.escape(name)}.* complete .* true", checked.stdout):
            return
        done = subprocess.run([*ctr, "import", *how, archive], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        names = subprocess.run([*ctr, "ls", "-q"], capture_output=True, text=True, check=True).stdout
        assert name in names.split(), names

    def _forget_containers(self) -> None:
        """Take leave of what an earlier run's containers left beside the images."""
        ctr = [self.programs / "bin/ctr", "--address", self.socket, "--namespace", "k8s.io"]
        left = subprocess.run([*ctr, "containers", "ls", "-q"], capture_output=True, text=True, check=True)
        for name in left.stdout.split():
            subprocess.run([*ctr, "containers", "rm", name], capture_output=True, check=False)

    def _connect(self) -> None:
        """Give the namespace a network of its own: the node's address on a bridge."""
        for command in (
            "link set lo up",
            "link add node0 type bridge",
            f"addr add {ADDRESS}/24 dev node0",
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
        (work / "containerd.toml").write_text(
            CONTAINERD.format(
                images=self.images,
                work=work,
                run=self.run,
                socket=self.socket,
                pause=PAUSE,
                programs=self.programs,
            )
        )
        (work / "cni/10-pods.conflist").write_text(json.dumps(NETWORK))
        (work / "kubelet.json").write_text(json.dumps(KUBELET))
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

    def _pause_image(self) -> Path:
        """Return an image of the one program that holds a pod's network."""
        layer = io.BytesIO()
        with tarfile.open(fileobj=layer, mode="w") as tar:
            tar.add(self.programs / "bin/pause", "pause")
        made: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}

        def blob(data: bytes, kind: str) -> dict[str, object]:
            digest = hashlib.sha256(data).hexdigest()
            made[f"blobs/sha256/{digest}"] = data
            media = f"application/vnd.oci.image.{kind}"
            return {"mediaType": media, "digest": f"sha256:{digest}", "size": len(data)}

        layers = [blob(layer.getvalue(), "layer.v1.tar")]
        config = {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Entrypoint": ["/pause"], "Env": ["PATH=/"]},
            "rootfs": {"type": "layers", "diff_ids": [each["digest"] for each in layers]},
        }
        described = blob(json.dumps(config).encode(), "config.v1+json")
        manifest = {"schemaVersion": 2, "config": described, "layers": layers}
        listed = {"schemaVersion": 2, "manifests": [blob(json.dumps(manifest).encode(), "manifest.v1+json")]}
        made["index.json"] = json.dumps(listed).encode()
        archive = self.work / "pause.tar"
        with tarfile.open(archive, "w") as tar:
            for name, data in made.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
        return archive
