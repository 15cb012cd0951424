"""EFI firmware starts what we write for Arm: its partition, GRUB in it, the root's file system; emulated."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import waiting

from organiser.appliance import disk, emulation, hardware, utm
from organiser.appliance.architecture import ARM64
from organiser.appliance.boot import booted
from organiser.appliance.pack import wrap
from workshop.core.errors import WorkshopError

from .building import ARM_DESCRIPTION, EPOCH, MIB, VOLUME, make_appliance_root, needs, quiet

TEXT = "GRUB reads the menu of the root"
MENU = f'echo "{TEXT}"\nsleep 600\n'
NAMES = {"VirtualBox": "a.ova", "UTM": "a.utm.zip"}
"""What each reader is given; the disk is shown as it shows it."""

pytestmark = [
    pytest.mark.release,
    pytest.mark.network,
    needs("qemu-system-aarch64", "mmdebstrap", "grub-mkimage", "sfdisk", "mkfs.ext4"),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to unpack GRUB's modules"),
    pytest.mark.skipif(
        not any(path.is_file() for path in hardware.FIRMWARE), reason="needs the package qemu-efi-aarch64"
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An OVA and a machine for UTM with one disk, whose menu says one line."""
    folder = tmp_path_factory.mktemp("arm-boot")
    grub = emulation.ensure_tools(folder / "grub", ("grub-efi-arm64-bin",), "", ARM64)
    root = make_appliance_root(folder / "root", ARM64)
    (root / "boot/grub/grub.cfg").write_text(MENU)
    raw = folder / "raw"
    disk.make_disk(
        root,
        raw,
        size_bytes=128 * MIB,
        label="workshop",
        uuid=VOLUME,
        epoch=EPOCH,
        architecture=ARM64,
        grub=grub,
    )
    wrap(raw, folder / "a.ova", ARM_DESCRIPTION, epoch=EPOCH, clock=quiet())
    utm.write_utm(raw, folder / "a.utm.zip", ARM_DESCRIPTION, epoch=EPOCH, scratch=folder)
    return folder


@pytest.mark.parametrize("reader", NAMES)
def test_firmware_starts_grub_which_finds_the_root(reader: str, folder: Path) -> None:
    with booted(folder / NAMES[reader], memory=1024, accelerator="tcg") as guest:
        assert guest.port("ssh") == guest.ports[22]
        until = time.monotonic() + waiting.patience(300)
        while TEXT not in guest.console() and time.monotonic() < until:
            time.sleep(0.5)
        assert TEXT in guest.console()
        with pytest.raises(WorkshopError, match="did not answer in 1 s"):
            guest.wait_for_port(22, 1)
