"""The machine that qemu is told: for each file the devices that its reader would show, and nothing open."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from organiser.appliance import hardware, utm
from organiser.appliance.pack import wrap
from workshop.core.errors import WorkshopError

from .building import ARM_DESCRIPTION, EPOCH, needs, quiet, write_disk

pytestmark = needs("qemu-img")


@pytest.fixture
def arm_ova(tmp_path: Path) -> Path:
    raw = write_disk(tmp_path / "raw")
    return wrap(raw, tmp_path / "a, b.ova", ARM_DESCRIPTION, epoch=EPOCH, clock=quiet()).ova


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    raw = write_disk(tmp_path / "raw")
    utm.write_utm(raw, tmp_path / "a.utm.zip", ARM_DESCRIPTION, epoch=EPOCH, scratch=tmp_path)
    return tmp_path / "a.utm.zip"


@pytest.fixture
def qemu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs and the firmware, which need not be here."""
    for name in ("qemu-system-x86_64", "qemu-system-aarch64", "QEMU_EFI.fd"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(hardware, "FIRMWARE", (tmp_path / "none.fd", tmp_path / "QEMU_EFI.fd"))


def words(path: Path) -> str:
    found = hardware.read(path)
    parts = (
        hardware.base(found.architecture, "tcg", found.memory, found.cpus),
        hardware.disk_words(found),
        hardware.network_words(found, {8080: 40001, 22: 40002}),
    )
    return " ".join(word for part in parts for word in part)


def test_a_machine_for_utm_has_the_devices_that_it_names(machine: Path, qemu: None) -> None:
    found = words(machine)
    for expected in ("virtio-blk-pci,drive=disk", "virtio-net-pci,netdev", "format=qcow2"):
        assert expected in found
    place = hardware.read(machine).disk
    with machine.open("rb") as file:
        file.seek(place.offset)
        assert file.read(4) == b"QFI\xfb"
        file.seek(place.offset)
        with zipfile.ZipFile(machine) as archive:
            assert archive.read(place.name) == file.read(place.size)
    assert [(rule.name, rule.guest, rule.host) for rule in hardware.read(machine).forwards] == [
        ("8080", 8080, 8080),
        ("ssh", 22, 8282),
    ]


def test_ports_are_forwarded_from_loopback_only(ova: Path, arm_ova: Path, machine: Path, qemu: None) -> None:
    for path in (ova, arm_ova, machine):
        found = words(path)
        assert found.count("hostfwd=tcp:127.0.0.1:4000") == found.count("hostfwd=") == 2


def test_what_is_no_machine_for_utm(machine: Path, tmp_path: Path) -> None:
    (tmp_path / "none.utm.zip").write_bytes(b"PK")
    with pytest.raises(WorkshopError, match="not a usable UTM machine"):
        hardware.read(tmp_path / "none.utm.zip")
