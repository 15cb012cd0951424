"""A docker, started for one test in namespaces of its own: it changes nothing of the host's."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import waiting

START = """\
mount -t tmpfs none /run
mkdir "$1/data" "$1/exec"
exec dockerd --host "unix://$1/socket" --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/pid" \\
  --config-file "$1/daemon.json" --iptables=false --ip6tables=false --bridge=none >"$1/log" 2>&1
"""
FIGURES: list[str] = []
"""What was measured; the end of the run says it."""
NAMESPACES = (
    "unshare",
    "--mount",
    "--net",
    "--pid",
    "--fork",
    "--kill-child",
    "--propagation",
    "private",
    "--mount-proc",
)
STORES = {"graph drivers": ("overlay2", "vfs"), "containerd": ("overlayfs", "native")}
"""How docker keeps images, as it always did, and as new installations do: one layer laid over the other, as
on people's computers, and where a folder takes no such mount, by plain copies, which take far longer."""


def missing() -> str:
    """Say which program is not there; nothing when it can be started."""
    return next(
        (name for name in ("dockerd", "docker", "containerd", "unshare") if not shutil.which(name)), ""
    )


@dataclass(frozen=True)
class Docker:
    """Its command line."""

    folder: Path

    def __call__(self, *words: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = ["docker", "--host", f"unix://{self.folder}/socket", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0 or not check, done.stdout + done.stderr + self.log()
        return done

    def log(self) -> str:
        """What the daemon said last."""
        said = self.folder / "log"
        return "\n".join(said.read_text(errors="replace").splitlines()[-5:]) if said.is_file() else ""

    def answers(self) -> bool:
        return self("version", check=False).returncode == 0


def overlays(folder: Path) -> bool:
    """Whether one folder can be laid over another below here."""
    places = {name: folder / name for name in ("lower", "upper", "work", "merged")}
    for place in places.values():
        place.mkdir(parents=True)
    options = ",".join(f"{name}dir={places[name]}" for name in ("lower", "upper", "work"))
    command = ["unshare", "--mount", "mount", "-t", "overlay", "overlay", "-o", options, places["merged"]]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def started(folder: Path, store: str) -> Iterator[Docker]:
    """Start a daemon that keeps all it has in a folder; it has ended when this ends."""
    laid_over, copied = STORES[store]
    driver = laid_over if overlays(folder / "tried") else copied
    features = {"containerd-snapshotter": store == "containerd"}
    settings = json.dumps({"features": features, "storage-driver": driver})
    (folder / "daemon.json").write_text(settings, encoding="utf-8")
    daemon = subprocess.Popen([*NAMESPACES, "bash", "-ec", START, "docker", str(folder)])
    docker = Docker(folder)
    try:
        waiting.wait_until(docker.answers, 60, "docker answers")
        yield docker
    finally:
        # It passes no other signal on; with the first process of the namespace all others end.
        daemon.kill()
        daemon.wait(60)
        # Plain copies of the layers, each with those below it, are 19 GB, which pytest would keep.
        shutil.rmtree(folder / "data", ignore_errors=True)
