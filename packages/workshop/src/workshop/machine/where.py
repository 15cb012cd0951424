"""Where this runs (a computer of its own, a virtual machine, WSL, a container), and what that means."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from workshop.core.hosts import is_loopback
from workshop.core.settings import Settings
from workshop.machine.lines import Line, green, yellow


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
    kernel: str = ""
    """Whose kernel a container has, where that tells who rations its memory: WSL's, or Docker Desktop's."""
    seat: bool = False
    """Whether this is one seat of a classroom, whatever that runs on."""
    emulated_on: str = ""
    """The processor that plays this one, by the kernel's word, or what plays it as a program."""

    def means(self, forwarded: bool = False) -> str:
        """Return what that means for memory, ports and services.

        forwarded: whether set-up was told that the machine's host forwards its ports.
        """
        if self.seat:
            return SEAT_MEANS
        if self.kind is Kind.MACHINE and forwarded:
            return FORWARDED_MEANS
        if self.kind is Kind.WSL and self.by == WSL_1:
            return WSL_1_MEANS
        if self.kind is Kind.CONTAINER and self.by in SYSTEM_CONTAINERS:
            return SYSTEM_CONTAINER_MEANS
        return MEANS[self.kind]

    @property
    def more_memory(self) -> str:
        """How it is given more memory."""
        if self.seat:
            return SEAT_MORE_MEMORY
        if self.kind is Kind.CONTAINER and self.kernel:
            return f"{KERNELS[self.kernel]}; and if --memory limits the container, start it with a larger one"
        if self.kind is Kind.CONTAINER and self.by == KUBERNETES:
            return "ask whoever runs the cluster to raise the pod's limit"
        if self.kind is Kind.CONTAINER and self.by in SYSTEM_CONTAINERS:
            return SYSTEM_CONTAINER_MEMORY
        if self.kind is Kind.WSL and self.by == WSL_1:
            return MORE_MEMORY[Kind.COMPUTER]
        return MORE_MEMORY[self.kind]

    @property
    def advice(self) -> str:
        """What to do where the workshop is in the wrong place; nothing where it is not."""
        if self.emulated_on in FILES:
            return f"everything takes many times as long here; take {FILES[self.emulated_on]}"
        if self.kind is Kind.WSL and self.by == WSL_1:
            return WSL_1_ADVICE
        return ""


KUBERNETES = "Kubernetes"
IMAGE = "usr/lib/workshop-image/start"
"""In an image of ours, also under what leaves no mark of its own in a container: containerd, Apple's."""
APPTAINER = "Apptainer"
SYSTEM_CONTAINERS = ("lxc", "lxc-libvirt", "systemd-nspawn", "openvz", APPTAINER)
"""Those that are used like a machine: with an address of their own, and no port that is published."""
SYSTEM_CONTAINER_MEANS = (
    "memory may be limited from outside; its pages are at the container's own localhost, and from another "
    "computer by ssh -L"
)
SYSTEM_CONTAINER_MEMORY = (
    "raise its limit where it was made: limits.memory in Incus and LXD, Memory in Proxmox, MemoryMax= of its "
    "unit for systemd-nspawn, the job's memory on a cluster"
)
WSL_1, WSL_2 = "version 1", "version 2"
WSL_1_MEANS = "memory is all of Windows'; Windows finds its pages at localhost"
WSL_1_ADVICE = (
    "systemd does not run in version 1 and its files are slow; in Windows: wsl --set-version NAME 2"
)
WSL_TRACES = ("run/WSL", "proc/sys/fs/binfmt_misc/WSLInterop", "proc/sys/fs/binfmt_misc/WSLInterop-late")
"""What WSL leaves, whatever kernel somebody gave it (``kernel=`` in .wslconfig), which may not say so."""
TCG = "QEMU without virtualisation"
FILES = {
    "aarch64": "the file whose name says arm64, which runs at full speed",
    "x86_64": "the file without arm64 in its name, which runs at full speed",
    TCG: "a machine for this computer's own processor, or switch virtualisation on",
}
MEANS = {
    Kind.COMPUTER: "memory is all that there is; its pages are at localhost",
    Kind.MACHINE: (
        "memory is what the machine was given; its pages are at the machine's own localhost, "
        "and from another computer by ssh -L"
    ),
    Kind.WSL: (
        "memory is half of Windows' unless .wslconfig says more; Windows finds its pages at localhost, "
        "as long as one of its windows is open"
    ),
    Kind.CONTAINER: "memory may be limited from outside; only ports that were published can be reached",
}
FORWARDED_MEANS = (
    "memory is what the machine was given; its pages are at the localhost of the computer that runs it, "
    "which forwards the ports as VirtualBox, UTM and Vagrant do"
)
SEAT_MEANS = "a seat: memory is what the classroom gives it; its pages are at the classroom's address"
WSL_MEMORY = "write [wsl2] and memory=4GB into .wslconfig in your home on Windows, then run: wsl --shutdown"
MORE_MEMORY = {
    Kind.COMPUTER: "close other programs, or use a computer with more",
    Kind.MACHINE: (
        "shut it down and give it more where it was made: in the settings of VirtualBox, UTM or what else "
        "runs it, in machine.yml for Vagrant; in a cloud take a larger one"
    ),
    Kind.WSL: WSL_MEMORY,
    Kind.CONTAINER: (
        "start it with a larger --memory, or with none; with podman on Mac or Windows: "
        "podman machine set --memory 4096"
    ),
}
SEAT_MORE_MEMORY = "shut down kernels that you do not need; a seat gets more only from the organiser"
KERNELS = {
    "linuxkit": "give Docker Desktop more (Settings, Resources, Memory)",
    "microsoft": WSL_MEMORY,
}
"""How the machine that containers share gets more memory, by a word in the release of its kernel."""
HUB = "JUPYTERHUB_"
"""How the variables begin that a hub gives a seat."""
NAMES = {
    "oracle": "VirtualBox", "innotek": "VirtualBox", "virtualbox": "VirtualBox", "qemu": "QEMU", "kvm": "KVM",
    "vmware": "VMware", "microsoft": "Hyper-V", "apple": "Apple's hypervisor", "parallels": "Parallels",
    "utm": "UTM", "bochs": "QEMU", "xen": "Xen",
}  # fmt: skip
MAKERS_TOO = {"microsoft": "virtual", "apple": "virtual", "oracle": "virtualbox"}
"""Whoever makes computers as well, with the word that their virtual machines have besides."""


def find_place(root: Path = Path("/"), environment: dict[str, str] | None = None) -> Place:
    """Return where this runs. root: where /proc, /sys and /run are looked for."""
    release = _text(root / "proc/sys/kernel/osrelease")
    told = os.environ if environment is None else environment
    contained = _container(root, told)
    more: dict[str, Any] = {
        "seat": any(name.startswith(HUB) for name in told),
        "emulated_on": _played_by(root),
    }
    # Docker Desktop's containers have WSL's kernel, too.
    if contained is not None and contained != "wsl":
        kernel = next((word for word in KERNELS if word in release.lower()), "")
        return Place(Kind.CONTAINER, contained, kernel, **more)
    if contained == "wsl" or _is_wsl(root, release, told):
        # Microsoft's own kernels for version 2 are called …-microsoft-standard, with or without more.
        return Place(Kind.WSL, WSL_1 if release.endswith("-Microsoft") else WSL_2, **more)
    maker = _maker(root)
    return Place(Kind.MACHINE, maker, **more) if maker else Place(Kind.COMPUTER, **more)


def _is_wsl(root: Path, release: str, environment: Mapping[str, str]) -> bool:
    return (
        "microsoft" in release.lower()
        or any((root / trace).exists() for trace in WSL_TRACES)
        or "WSL_DISTRO_NAME" in environment
    )


def _played_by(root: Path) -> str:
    """Return the processor that plays the one that programs see (Rosetta, QEMU); nothing where none does."""
    seen, kernels = platform.machine(), _text(root / "proc/sys/kernel/arch")
    about = _text(root / "proc/cpuinfo")
    if not kernels:  # before Linux 6.1 it does not say
        kernels = "aarch64" if "VirtualApple" in about or "CPU implementer" in about else seen
    if {seen, kernels} == {"x86_64", "aarch64"}:
        return kernels
    return TCG if "QEMU TCG CPU" in about else ""


def _container(root: Path, environment: Mapping[str, str]) -> str | None:
    """Return who runs the container, as far as that can be seen; None outside of one."""
    said = _text(root / "run/systemd/container") or environment.get("container", "")
    if said:
        return said
    for path, name in (("run/.containerenv", "podman"), (".dockerenv", "docker")):
        if (root / path).exists():
            return name
    if environment.get("KUBERNETES_SERVICE_HOST"):
        return KUBERNETES
    if any(name in environment for name in ("APPTAINER_CONTAINER", "SINGULARITY_CONTAINER")):
        return APPTAINER
    return "" if (root / IMAGE).exists() else None


def _maker(root: Path) -> str:
    """Return who runs the virtual machine; nothing on a computer of its own."""
    described = " ".join(
        _text(root / f"sys/class/dmi/id/{name}") for name in ("sys_vendor", "product_name", "board_vendor")
    ).lower()
    for word, name in NAMES.items():
        if re.search(rf"\b{word}", described) and MAKERS_TOO.get(word, "") in described:
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


def where(settings: Settings, place: Place | None = None) -> Line:
    """Say where this runs and what that means."""
    found = place or find_place()
    by = f" ({found.by})" if found.by else ""
    # Set-up lets servers listen elsewhere only where it was told of forwards.
    forwarded = not is_loopback(settings.bind_address)
    played = f" emulated on {found.emulated_on}" if found.emulated_on else ""
    text = f"{found.kind}{by}, {platform.machine()}{played}: {found.means(forwarded)}"
    return yellow("where", text, found.advice) if found.advice else green("where", text)
