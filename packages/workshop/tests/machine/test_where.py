"""Where this runs is told by what the kernel, the firmware and whoever started it say."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from workshop.core.settings import Settings
from workshop.machine.lines import State
from workshop.machine.where import TCG, Kind, Place, find_place, where

DEBIAN = {"proc/sys/kernel/osrelease": "6.12.48+deb13-amd64\n"}
DESKTOP = {"proc/sys/kernel/osrelease": "6.10.14-linuxkit\n"}
CLUSTER = {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}
SEAT = {"JUPYTERHUB_USER": "seat-17"}
HERE = Settings()
WSL = {"proc/sys/kernel/osrelease": "6.6.87.2-microsoft-standard-WSL2\n"}
APPLE = "Apple's hypervisor"
INTEROP = "proc/sys/fs/binfmt_misc/WSLInterop"


def release(kernel: str) -> dict[str, str]:
    return {"proc/sys/kernel/osrelease": f"{kernel}\n"}


def dmi(vendor: str, product: str) -> dict[str, str]:
    return DEBIAN | {
        "sys/class/dmi/id/sys_vendor": f"{vendor}\n",
        "sys/class/dmi/id/product_name": f"{product}\n",
    }


@pytest.mark.parametrize(
    ("files", "environment", "place"),
    [
        (DEBIAN, {}, Place(Kind.COMPUTER)),
        (dmi("Microsoft Corporation", "Surface Laptop 7"), {}, Place(Kind.COMPUTER)),
        (dmi("Microsoft Corporation", "Virtual Machine"), {}, Place(Kind.MACHINE, "Hyper-V")),
        (dmi("innotek GmbH", "VirtualBox"), {}, Place(Kind.MACHINE, "VirtualBox")),
        (dmi("Apple Inc.", "Apple Virtualization Generic Platform"), {}, Place(Kind.MACHINE, APPLE)),
        (dmi("Apple Inc.", "MacBookPro16,1"), {}, Place(Kind.COMPUTER)),
        (dmi("QEMU", "QEMU Virtual Machine"), {}, Place(Kind.MACHINE, "QEMU")),
        (DEBIAN | {"proc/device-tree/hypervisor": ""}, {}, Place(Kind.MACHINE, "a hypervisor")),
        (WSL, {}, Place(Kind.WSL, "version 2")),
        (release("4.4.0-22621-Microsoft"), {}, Place(Kind.WSL, "version 1")),
        (release("6.12.9") | {INTEROP: "enabled"}, {}, Place(Kind.WSL, "version 2")),
        (release("6.12.9"), {"WSL_DISTRO_NAME": "x"}, Place(Kind.WSL, "version 2")),
        (release("6.12.9") | {INTEROP: "", ".dockerenv": ""}, {}, Place(Kind.CONTAINER, "docker")),
        (WSL | {".dockerenv": ""}, {}, Place(Kind.CONTAINER, "docker", "microsoft")),
        (DESKTOP | {".dockerenv": ""}, {}, Place(Kind.CONTAINER, "docker", "linuxkit")),
        (DEBIAN | {"run/.containerenv": ""}, {}, Place(Kind.CONTAINER, "podman")),
        (DEBIAN | {"run/systemd/container": "lxc\n"}, {}, Place(Kind.CONTAINER, "lxc")),
        (DEBIAN | {"usr/lib/workshop-image/start": ""}, {}, Place(Kind.CONTAINER)),
        (DEBIAN, {"APPTAINER_CONTAINER": "/x.sif"}, Place(Kind.CONTAINER, "Apptainer")),
        (dmi("QEMU", "Standard PC") | {"run/.containerenv": ""}, {}, Place(Kind.CONTAINER, "podman")),
        (DEBIAN, CLUSTER, Place(Kind.CONTAINER, "Kubernetes")),
        (
            DEBIAN,
            SEAT | CLUSTER,
            Place(Kind.CONTAINER, "Kubernetes", seat=True),
        ),
        (DEBIAN, SEAT, Place(Kind.COMPUTER, seat=True)),
        (dmi("QEMU", "Standard PC"), SEAT, Place(Kind.MACHINE, "QEMU", seat=True)),
    ],
)
def test_each_kind_of_place_is_known(
    files: dict[str, str], environment: dict[str, str], place: Place, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert find_place(tmp_path, environment) == place


@pytest.mark.parametrize(
    ("seen", "files", "on", "advice"),
    [
        # Docker Desktop on Apple Silicon, with an image for Intel; then the same on an older kernel.
        ("x86_64", {"proc/sys/kernel/arch": "aarch64\n"}, "aarch64", "whose name says arm64"),
        ("x86_64", {"proc/cpuinfo": "vendor_id : VirtualApple\n"}, "aarch64", "whose name says arm64"),
        ("x86_64", {"proc/cpuinfo": "CPU implementer : 0x41\n"}, "aarch64", "whose name says arm64"),
        ("aarch64", {"proc/sys/kernel/arch": "x86_64\n"}, "x86_64", "without arm64 in its name"),
        ("x86_64", {"proc/cpuinfo": "model name : QEMU TCG CPU version 2.5+\n"}, TCG, "own processor"),
        ("aarch64", {"proc/sys/kernel/arch": "aarch64\n", "proc/cpuinfo": "CPU implementer : 1\n"}, "", ""),
        ("x86_64", {"proc/sys/kernel/arch": "x86_64\n", "proc/cpuinfo": "vendor_id : Intel\n"}, "", ""),
        ("x86_64", {}, "", ""),
    ],
)
def test_a_processor_that_another_one_plays_is_told(
    seen: str, files: dict[str, str], on: str, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it works there, many times as slowly, and nobody would know why."""
    monkeypatch.setattr(platform, "machine", lambda: seen)
    for name, text in (DESKTOP | {".dockerenv": ""} | files).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = find_place(tmp_path, {})
    line = where(HERE, found)
    assert found.emulated_on == on
    assert (line.state is State.YELLOW) is bool(on)
    assert advice in line.advice
    assert on in line.text


def test_wsl_1_is_told_to_become_2() -> None:
    line = where(HERE, Place(Kind.WSL, "version 1"))
    assert line.state is State.YELLOW
    assert "wsl --set-version NAME 2" in line.advice
    assert "half of Windows'" not in line.text
    assert ".wslconfig" not in Place(Kind.WSL, "version 1").more_memory
