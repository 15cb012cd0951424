"""Where this runs is told by what the kernel, the firmware and whoever started it say."""

from __future__ import annotations

from pathlib import Path

import pytest

from workshop.machine.where import MEANS, MORE_MEMORY, Kind, Place, find_place, where

DEBIAN = {"proc/sys/kernel/osrelease": "6.12.48+deb13-amd64\n"}
WSL = {"proc/sys/kernel/osrelease": "6.6.87.2-microsoft-standard-WSL2\n"}


def dmi(vendor: str, product: str) -> dict[str, str]:
    return DEBIAN | {
        "sys/class/dmi/id/sys_vendor": f"{vendor}\n",
        "sys/class/dmi/id/product_name": f"{product}\n",
    }


@pytest.mark.parametrize(
    ("files", "environment", "place"),
    [
        (DEBIAN, {}, Place(Kind.COMPUTER)),
        (dmi("LENOVO", "20XW"), {}, Place(Kind.COMPUTER)),
        (dmi("Microsoft Corporation", "Surface Laptop 7"), {}, Place(Kind.COMPUTER)),
        (dmi("Microsoft Corporation", "Virtual Machine"), {}, Place(Kind.MACHINE, "Hyper-V")),
        (dmi("innotek GmbH", "VirtualBox"), {}, Place(Kind.MACHINE, "VirtualBox")),
        (dmi("QEMU", "QEMU Virtual Machine"), {}, Place(Kind.MACHINE, "QEMU")),
        (DEBIAN | {"proc/device-tree/hypervisor": ""}, {}, Place(Kind.MACHINE, "a hypervisor")),
        (WSL, {}, Place(Kind.WSL, "version 2")),
        (WSL | {"run/systemd/container": "wsl\n"}, {}, Place(Kind.WSL, "version 2")),
        (WSL | {".dockerenv": ""}, {}, Place(Kind.CONTAINER, "docker")),
        (DEBIAN | {"run/.containerenv": ""}, {}, Place(Kind.CONTAINER, "podman")),
        (DEBIAN, {"container": "podman"}, Place(Kind.CONTAINER, "podman")),
        (DEBIAN, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, Place(Kind.CONTAINER, "Kubernetes")),
    ],
)
def test_each_kind_of_place_is_known(
    files: dict[str, str], environment: dict[str, str], place: Place, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert find_place(tmp_path, environment) == place


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_means_something_and_can_be_given_memory(kind: Kind) -> None:
    assert where(Place(kind)).text.endswith(MEANS[kind])
    assert Place(kind).more_memory == MORE_MEMORY[kind]


def test_this_computer_is_one_of_them() -> None:
    assert where().check == "where"
