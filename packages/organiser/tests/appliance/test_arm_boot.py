"""EFI firmware starts what we write for Arm: its partition, GRUB in it, the root's file system; emulated."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import waiting

from organiser.appliance import disk, emulation
from organiser.appliance.architecture import ARM64
from organiser.appliance.qcow2.write import write_qcow2

from .building import EPOCH, MIB, VOLUME, make_appliance_root, needs

FIRMWARE = Path("/usr/share/qemu-efi-aarch64/QEMU_EFI.fd")
MENU = 'echo "GRUB reads the menu of the root"\nhalt\n'
BUSES = {
    "VirtualBox": ["-device", "virtio-scsi-pci,id=scsi", "-device", "scsi-hd,drive=disk,bus=scsi.0"],
    "UTM": ["-device", "virtio-blk-pci,drive=disk"],
}
"""How the disk is shown by each."""

pytestmark = [
    pytest.mark.full,
    pytest.mark.network,
    needs("qemu-system-aarch64", "mmdebstrap", "grub-mkimage", "sfdisk", "mkfs.ext4"),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to unpack GRUB's modules"),
    pytest.mark.skipif(not FIRMWARE.is_file(), reason="needs the package qemu-efi-aarch64"),
]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A disk that says one line and switches off, as it is in a machine for UTM."""
    folder = tmp_path_factory.mktemp("arm-boot")
    grub = emulation.ensure_tools(folder / "grub", ("grub-efi-arm64-bin",), "", ARM64)
    root = make_appliance_root(folder / "root", ARM64)
    (root / "boot/grub/grub.cfg").write_text(MENU)
    disk.make_disk(
        root,
        folder / "raw",
        size_bytes=128 * MIB,
        label="workshop",
        uuid=VOLUME,
        epoch=EPOCH,
        architecture=ARM64,
        grub=grub,
    )
    write_qcow2(folder / "raw", folder / "disk.qcow2")
    return folder / "disk.qcow2"


@pytest.mark.parametrize("reader", BUSES)
def test_firmware_starts_grub_which_finds_the_root(reader: str, image: Path, tmp_path: Path) -> None:
    command = ["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a72", "-m", "1024", "-nodefaults"]
    command += ["-bios", str(FIRMWARE), "-display", "none", "-serial", f"file:{tmp_path / 'serial'}"]
    command += ["-drive", f"if=none,id=disk,format=qcow2,file={image},snapshot=on", *BUSES[reader]]
    subprocess.run(command, check=True, timeout=waiting.patience(300))
    assert "GRUB reads the menu of the root" in (tmp_path / "serial").read_text(errors="replace")
