"""An OVA for Arm: what VirtualBox would read as another machine without a word is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from organiser.appliance import fat32
from organiser.appliance.architecture import ARM64
from organiser.appliance.contents import places
from organiser.appliance.disk import EFI_BYTES
from organiser.appliance.pack import wrap
from organiser.appliance.verify.run import verify
from organiser.appliance.vmdk.read import Vmdk, Window

from ..building import ARM_DESCRIPTION, DESCRIPTION, EPOCH, Pieces, make_appliance_root, make_arm_disk, quiet

CHANGES: dict[str, tuple[tuple[str, str], str]] = {
    "an x86 system": (("Debian_arm64", "Debian_64"), "virtualbox.platform"),
    "settings that know no Arm": (('"1.20-linux"', '"1.19-linux"'), "virtualbox.platform"),
    "settings of an x86 machine": (('"1.20-linux"', '"1.16-linux"'), "virtualbox.platform"),
    "an x86 platform": (
        ('<Platform architecture="ARM">', '<Platform architecture="x86">'),
        "virtualbox.platform",
    ),
    "another platform": (
        ('<Platform architecture="ARM">', '<Platform architecture="arm64">'),
        "virtualbox.platform",
    ),
    "an x86 chipset": (("ARMv8Virtual", "PIIX3"), "virtualbox.platform"),
    "a BIOS": (('<Firmware type="EFI">', '<Firmware type="BIOS">'), "virtualbox.firmware"),
    "no keyboard": (('Keyboard="USBKeyboard"', 'Keyboard="PS2Keyboard"'), "virtualbox.input"),
    "no mouse": (('Pointing="USBTablet"', 'Pointing="PS2Mouse"'), "virtualbox.input"),
    "no bus for them": (('type="XHCI"', 'type="OHCI"'), "virtualbox.input"),
    "the display that is taken when none is named": (("QemuRamFB", "VBoxVGA"), "virtualbox.display"),
    "a disk on AHCI": (
        (
            '<StorageController name="VirtioSCSI" type="VirtioSCSI"',
            '<StorageController name="SATA" type="AHCI"',
        ),
        "virtualbox.controller",
    ),
    "an item for AHCI": (
        ("<rasd:ResourceSubType>VirtioSCSI", "<rasd:ResourceSubType>AHCI"),
        "virtualbox.controller",
    ),
    "a port for everyone": (
        ('hostip="127.0.0.1" hostport="8080"', 'hostip="0.0.0.0" hostport="8080"'),
        "virtualbox.loopback",
    ),
    "a port without address": (
        ('hostip="127.0.0.1" hostport="8282"', 'hostport="8282"'),
        "virtualbox.loopback",
    ),
    "another card": (('type="82540EM"', 'type="virtio"'), "virtualbox.adapter"),
}


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound OVA for Arm, with a boot loader that has the head of one."""
    folder = tmp_path_factory.mktemp("arm")
    raw = make_arm_disk(make_appliance_root(folder / "root", ARM64), folder / "disk.raw")
    return wrap(raw, folder / "small-arm64.ova", ARM_DESCRIPTION, epoch=EPOCH, clock=quiet()).ova


def test_a_sound_one_passes(arm: Path) -> None:
    report = verify(arm, thorough=True)
    assert report.faults == []
    assert report.architecture is ARM64


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_refused_with_its_own_reason(name: str, arm: Path, tmp_path: Path) -> None:
    (old, new), check = CHANGES[name]
    pieces = Pieces.of(arm)
    pieces.replace(".ovf", old, new)
    pieces.hash_anew()
    found = [found for found, _ in verify(pieces.write(tmp_path / "x.ova")).faults]
    assert set(found) == {check}


def test_little_memory_is_refused(arm: Path, tmp_path: Path) -> None:
    pieces = Pieces.of(arm)
    for old, new in (('RAMSize="2048"', 'RAMSize="512"'), ("VirtualQuantity>2048<", "VirtualQuantity>512<")):
        pieces.replace(".ovf", old, new)
    pieces.hash_anew()
    assert [name for name, _ in verify(pieces.write(tmp_path / "x.ova")).faults] == ["virtualbox.memory"]


def test_an_arm_descriptor_around_an_x86_disk_is_refused(arm: Path, ova: Path, tmp_path: Path) -> None:
    """And the other way round: both import without a word."""
    for outer, inner in ((arm, ova), (ova, arm)):
        folder = tmp_path / outer.name
        folder.mkdir()
        raw = folder / "raw"
        (place,) = places(inner, ".vmdk")
        with inner.open("rb") as file:
            disk = Vmdk(file, Window(inner, place.offset, place.size))
            raw.write_bytes(disk.read(0, disk.size))
        description = ARM_DESCRIPTION if outer is arm else DESCRIPTION
        made = wrap(raw, folder / outer.name, description, epoch=EPOCH, clock=quiet()).ova
        assert {name for name, _ in verify(made).faults} >= {"inside.processor", "disk.loader"}


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (None, r"there is no EFI/BOOT/BOOTAA64\.EFI"),
        (b"#!/bin/sh", "no program of EFI"),
        (b"MZ".ljust(60, b"\0") + (64).to_bytes(4, "little") + b"PE\0\0\x64\x86", "another processor"),
    ],
)
def test_a_partition_that_firmware_cannot_start(program: bytes | None, said: str, tmp_path: Path) -> None:
    raw = make_arm_disk(make_appliance_root(tmp_path / "root", ARM64), tmp_path / "raw", program=b"x")
    files = {f"EFI/BOOT/{ARM64.efi}": program} if program is not None else {"EFI/OTHER": b"x"}
    with raw.open("r+b") as file:
        file.seek(1 << 20)
        file.write(fat32.make(files, EFI_BYTES, label="X", serial=1, epoch=EPOCH))
    made = wrap(raw, tmp_path / "x-arm64.ova", ARM_DESCRIPTION, epoch=EPOCH, clock=quiet()).ova
    ((name, fault),) = verify(made).faults
    assert name == "disk.loader"
    assert re.search(said, fault)
