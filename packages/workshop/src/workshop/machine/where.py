"""Where this runs (a computer of its own, a virtual machine, WSL, a container), and what that means."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from workshop.machine.lines import Line, green


class Kind(StrEnum):
    """What it is."""

    COMPUTER = "a computer of its own"
    MACHINE = "a virtual machine"
    WSL = "WSL on Windows"
    CONTAINER = "a container"


@dataclass(frozen=True)
class Place:
    """Where it runs."""

    kind: Kind
    by: str = ""
    """Who runs the machine or the container, as far as that can be seen."""

    @property
    def means(self) -> str:
        """What that means for memory, ports and services."""
        return MEANS[self.kind]

    @property
    def more_memory(self) -> str:
        """How it is given more memory."""
        return MORE_MEMORY[self.kind]


MEANS = {
    Kind.COMPUTER: "memory is all that there is; its pages are at localhost",
    Kind.MACHINE: "memory is what the machine was given; its pages are at the host's localhost",
    Kind.WSL: "memory is half of Windows' unless .wslconfig says more; Windows finds its pages at localhost",
    Kind.CONTAINER: "memory may be limited from outside; only ports that were published can be reached",
}
MORE_MEMORY = {
    Kind.COMPUTER: "close other programs, or use a computer with more",
    Kind.MACHINE: "shut it down and give it more in the settings of VirtualBox or UTM",
    Kind.WSL: "write [wsl2] and memory=4GB into .wslconfig in your home on Windows, then run: wsl --shutdown",
    Kind.CONTAINER: "start it with a larger --memory, or with none",
}
NAMES = {
    "oracle": "VirtualBox", "innotek": "VirtualBox", "virtualbox": "VirtualBox", "qemu": "QEMU", "kvm": "KVM",
    "vmware": "VMware", "microsoft": "Hyper-V", "apple": "Apple's hypervisor", "parallels": "Parallels",
    "utm": "UTM", "bochs": "QEMU", "xen": "Xen",
}  # fmt: skip


def find_place(root: Path = Path("/"), environment: dict[str, str] | None = None) -> Place:
    """Return where this runs. root: where /proc, /sys and /run are looked for."""
    release = _text(root / "proc/sys/kernel/osrelease").lower()
    contained = _container(root, os.environ if environment is None else environment)
    # Docker Desktop's containers have WSL's kernel, too.
    if contained and contained != "wsl":
        return Place(Kind.CONTAINER, contained)
    if "microsoft" in release or contained == "wsl":
        return Place(Kind.WSL, "version 2" if "wsl2" in release else "")
    maker = _maker(root)
    return Place(Kind.MACHINE, maker) if maker else Place(Kind.COMPUTER)


def _container(root: Path, environment: os._Environ[str] | dict[str, str]) -> str:
    """Return who runs the container; nothing outside of one."""
    said = _text(root / "run/systemd/container") or environment.get("container", "")
    if said:
        return said
    for path, name in (("run/.containerenv", "podman"), (".dockerenv", "docker")):
        if (root / path).exists():
            return name
    return "Kubernetes" if environment.get("KUBERNETES_SERVICE_HOST") else ""


def _maker(root: Path) -> str:
    """Return who runs the virtual machine; nothing on a computer of its own."""
    described = " ".join(
        _text(root / f"sys/class/dmi/id/{name}") for name in ("sys_vendor", "product_name", "board_vendor")
    ).lower()
    for word, name in NAMES.items():
        # Microsoft and Apple make computers, too.
        if word in described and (word not in ("microsoft", "apple") or "virtual" in described):
            return name
    if (root / "proc/device-tree/hypervisor").exists() or (root / "sys/hypervisor/type").exists():
        return _text(root / "sys/hypervisor/type") or "a hypervisor"
    if root == Path("/") and (program := shutil.which("systemd-detect-virt")):
        done = subprocess.run([program, "--vm"], capture_output=True, text=True, check=False)
        said = done.stdout.strip()
        return "" if said in ("", "none") else NAMES.get(said, said)
    return ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip("\0\n ")
    except OSError:
        return ""


def where(place: Place | None = None) -> Line:
    """Say where this runs and what that means."""
    found = place or find_place()
    by = f" ({found.by})" if found.by else ""
    return green("where", f"{found.kind}{by}, {platform.machine()}: {found.means}")
