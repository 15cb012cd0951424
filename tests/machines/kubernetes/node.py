"""One node of the tests' cluster: containerd and a kubelet, in a mount namespace of their own."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

CONTAINERD = """\
version = 2
root = "{images}"
state = "{state}"
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
PAUSE = "localhost/pause:1"
CONTROL_GROUPS = Path("/sys/fs/cgroup")
LOGS = "/var/log/pods"


class Node:
    """Its programs and images; two nodes know of each other only what the cluster says."""

    def __init__(self, number: int, programs: Path, run: Path, work: Path) -> None:
        """Start nothing yet.

        programs: what ``tools/testbed/kubernetes.bash`` made. run: a folder for sockets, whose addresses are
        short. work: one for all else that is written.
        """
        self.number, self.programs = number, programs
        self.name, self.address = f"node{number}", f"10.250.0.{number}"
        self.group = f"workshop-{self.name}"
        self.work, self.run = work / self.name, run / self.name
        self.socket = self.run / "containerd.sock"
        # Unpacked images are kept from one run to the next; that takes longer than all else.
        self.images = programs / "images" / self.name
        self.holder: subprocess.Popen[bytes] | None = None

    @property
    def ctr(self) -> list[str | Path]:
        """Return a call of containerd's own client."""
        return [self.programs / "bin/ctr", "--address", self.socket, "--namespace", "k8s.io"]

    def commands(self, kubeconfig: Path, certificates: str) -> dict[str, list[str]]:
        """Return how its programs are started, in their order, by name and node."""
        return {
            f"containerd@{self.name}": [f"--config={self.work}/containerd.toml"],
            f"kubelet@{self.name}": [
                f"--kubeconfig={kubeconfig}", f"--config={self.work}/kubelet.json",
                "--container-runtime=remote", f"--container-runtime-endpoint=unix://{self.socket}",
                f"--root-dir={self.work}/kubelet", f"--hostname-override={self.name}",
                f"--node-ip={self.address}", f"{certificates}/{self.name}",
            ],
        }  # fmt: skip

    def configure(self) -> None:
        """Write what its programs read, and make the namespace in which they see files."""
        for folder in (self.run, self.work / "cni", self.work / "kubelet", self.work / "logs", Path(LOGS)):
            folder.mkdir(parents=True, exist_ok=True)
        # What a program that was killed has left.
        self.socket.unlink(missing_ok=True)
        for group in self._control_groups():
            group.mkdir(exist_ok=True)
        text = CONTAINERD.format(
            images=self.images, state=self.run / "containerd", socket=self.socket, pause=PAUSE,
            programs=self.programs, work=self.work,
        )  # fmt: skip
        (self.work / "containerd.toml").write_text(text)
        (self.work / "cni/10-pods.conflist").write_text(json.dumps(self._network()))
        (self.work / "kubelet.json").write_text(json.dumps(self._kubelet()))
        # A kubelet takes away the logs of pods that are not its own.
        hold = f"mount --bind {self.work}/logs {LOGS} && echo && exec sleep infinity"
        self.holder = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", hold], stdout=subprocess.PIPE
        )
        assert self.holder.stdout is not None and self.holder.stdout.readline(), "the node's own files"

    def answers(self) -> bool:
        """Whether its containerd does."""
        return subprocess.run([*self.ctr, "version"], capture_output=True, check=False).returncode == 0

    def inside(self) -> list[str]:
        """Return what goes before a program of this node."""
        assert self.holder is not None
        return ["nsenter", "--mount", "--target", str(self.holder.pid), "--"]

    def load(self, archive: Path, name: str) -> None:
        """Load an image, under a name that ends in its digest or a tag."""
        base, digest, _ = name.partition("@")
        how = ["--base-name", base, "--digests"] if digest else ["--index-name", name]
        checked = subprocess.run(
            [*self.ctr, "images", "check", f"name=={name}"], capture_output=True, text=True, check=False
        )
        # By its digest, and unpacked: an earlier run's.
        if digest and re.search(rf"{re.escape(name)}.* complete .* true", checked.stdout):
            return
        done = subprocess.run(
            [*self.ctr, "images", "import", *how, archive], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert name in self.loaded(), self.loaded()

    def loaded(self) -> dict[str, str]:
        """Return the names of the images that are here, each with the digest of what it means."""
        listed = subprocess.run([*self.ctr, "images", "ls"], capture_output=True, text=True, check=True)
        _, *lines = map(str.split, listed.stdout.splitlines())
        return {words[0]: words[2] for words in lines}

    def keep_only(self, names: set[str]) -> None:
        """Forget what earlier runs left: containers, and images other than these, with their files."""
        listed = subprocess.run(
            [*self.ctr, "containers", "ls", "-q"], capture_output=True, text=True, check=True
        )
        for container in listed.stdout.split():
            subprocess.run([*self.ctr, "containers", "rm", container], capture_output=True, check=False)
        here = self.loaded()
        kept = {here[name] for name in names & here.keys()}
        # One image has several names; the last one to go takes what nobody needs along.
        if others := [name for name, digest in here.items() if digest not in kept]:
            subprocess.run([*self.ctr, "images", "rm", "--sync", *others], capture_output=True, check=True)
        for kind in ("containers", "sandboxes"):
            shutil.rmtree(self.images / "io.containerd.grpc.v1.cri" / kind, ignore_errors=True)

    def kill_containers(self) -> None:
        """Kill what its containers run, and what watches over them."""
        listed = subprocess.run(
            ["ps", "-ww", "-eo", "pid,args"], capture_output=True, text=True, check=True
        ).stdout
        mine = ("containerd-shim-runc-v2", str(self.socket))
        for line in listed.splitlines():
            if not all(word in line for word in mine):
                continue
            shim = line.split()[0]
            children = subprocess.run(["ps", "--ppid", shim, "-o", "pid="], capture_output=True, text=True)
            for process in (shim, *children.stdout.split()):
                try:
                    os.kill(int(process), signal.SIGKILL)
                except ProcessLookupError:
                    continue

    def end(self) -> None:
        """Give up its namespace."""
        if self.holder is not None:
            self.holder.kill()
            self.holder.wait()
            self.holder = None
        for group in self._control_groups():
            for folder in sorted((each for each in group.rglob("*") if each.is_dir()), reverse=True):
                with contextlib.suppress(OSError):
                    folder.rmdir()
            with contextlib.suppress(OSError):
                group.rmdir()

    def _control_groups(self) -> list[Path]:
        """Return the node's own group below each hierarchy, in which its kubelet keeps its pods."""
        if (CONTROL_GROUPS / "cgroup.controllers").exists():
            return [CONTROL_GROUPS / self.group]
        return [each / self.group for each in CONTROL_GROUPS.iterdir() if (each / "cgroup.procs").exists()]

    def _kubelet(self) -> dict[str, Any]:
        return {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
            "authorization": {"mode": "AlwaysAllow"},
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{self.group}",
            "failSwapOn": False,
            "port": 20250 + self.number,
            "healthzPort": 20240 + self.number,
            # A busy machine's node is not to be taken for a lost one: it says ten times that it is there.
            "nodeLeaseDurationSeconds": 8,
            # A test machine's disk may be nearly full, and no image can be pulled again.
            "imageGCHighThresholdPercent": 100,
            "evictionHard": {
                "memory.available": "200Mi",
                "nodefs.available": "2%",
                "imagefs.available": "2%",
            },
        }

    def _network(self) -> dict[str, Any]:
        addresses = {
            "type": "host-local",
            "dataDir": str(self.work / "addresses"),
            "ranges": [[{"subnet": f"10.251.{self.number}.0/24"}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        }
        bridge = {"type": "bridge", "bridge": f"pods{self.number}", "isGateway": True, "ipMasq": False}
        return {
            "cniVersion": "0.4.0",
            "name": f"pods{self.number}",
            "plugins": [{**bridge, "ipam": addresses}, {"type": "loopback"}],
        }
