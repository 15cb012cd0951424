"""From a root directory to a bootable disk image, with neither loop device nor mount.

The file system is made in place (mke2fs(8), ``-d`` and ``-E offset``). x86: one MBR partition at 1 MiB, GRUB
in front of it. Arm: a GPT with a small partition that EFI firmware starts from, then the file system.
"""

from __future__ import annotations

import os
import uuid as uuids
from pathlib import Path

from organiser.appliance.architecture import AMD64, Architecture
from organiser.appliance.bootloader import GAP_SECTORS, SECTOR, boot_code, efi_program
from organiser.appliance.scratch import folder_beside, whole
from workshop.core import programs
from workshop.core.errors import WorkshopError

BLOCK = 4096
MIB = 1 << 20
SMALLEST = 64 * MIB
LARGEST = (1 << 32) * SECTOR - MIB
"""The partition table counts sectors in 32 bits."""
EFI_BYTES = 48 * MIB
"""Of the partition that firmware starts from: as small as a FAT32 can well be."""
EFI_TYPE, ROOT_TYPE = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "B921B045-1DF0-41C3-AF44-4C6F280D3FAE"
"""Of partitions (UEFI 2.10, 5.3.3; Discoverable Partitions Specification, root of arm64)."""


def root_offset(architecture: Architecture) -> int:
    """Return the byte at which the root's file system begins."""
    return GAP_SECTORS * SECTOR + (0 if architecture is AMD64 else EFI_BYTES)


def make_disk(
    root: Path,
    disk: Path,
    *,
    size_bytes: int,
    label: str,
    uuid: str,
    epoch: int,
    architecture: Architecture = AMD64,
    grub: Path | None = None,
) -> None:
    """Make a raw disk image that boots the root directory through a BIOS, or on Arm through EFI.

    root: copied with owners, modes, links, devices, extended attributes. ``/boot/grub/grub.cfg``
        must be in it (see ``bootloader.configure``).
    disk: a sparse file, replaced when the new one is whole; space that nothing uses is zero.
    size_bytes: a multiple of 1 MiB.
    label, uuid: of the file system; the disk's own identifier comes from the same uuid.
    epoch: seconds since 1970; no date in the file system is later.
    grub: see ``bootloader.efi_program``.

    The same root gives the same bytes. Raises WorkshopError when the root does not fit, a tool is
    missing, or one fails.
    """
    if size_bytes % MIB or not SMALLEST <= size_bytes <= LARGEST:
        raise WorkshopError(
            f"a disk of {size_bytes} bytes: the size must be a whole number of MiB from 64 MiB to 2 TiB"
        )
    with whole(disk) as image, folder_beside(disk) as scratch:
        with image.open("wb") as file:
            file.truncate(size_bytes)
        efi = architecture is not AMD64
        _write_partitions(image, uuid, efi=efi)
        # A GPT is repeated in the last 33 sectors.
        end = size_bytes - (MIB if efi else 0)
        _write_file_system(root, image, (root_offset(architecture), end), label, uuid, epoch)
        with image.open("r+b") as file:
            if efi:
                program = efi_program(architecture, label, scratch, grub)
                file.seek(GAP_SECTORS * SECTOR)
                file.write(_efi_system(architecture, program, uuid, epoch, scratch))
            else:
                code, core = boot_code(label, scratch)
                file.write(code)
                file.seek(SECTOR)
                file.write(core)


def _write_partitions(image: Path, uuid: str, *, efi: bool) -> None:
    """Write a partition table: one bootable Linux partition to the disk's end, or before it one for EFI."""
    if efi:
        first, second = (uuids.uuid5(uuids.UUID(uuid), name) for name in ("efi", "root"))
        table = f"label: gpt\nlabel-id: {uuid}\n"
        part = f"start={GAP_SECTORS}, size={EFI_BYTES // SECTOR}, type={EFI_TYPE}, uuid={first}, name=efi\n"
        part += f"start={GAP_SECTORS + EFI_BYTES // SECTOR}, type={ROOT_TYPE}, uuid={second}, name=root\n"
    else:
        table = f"label: dos\nlabel-id: 0x{uuids.UUID(uuid).hex[:8]}\n"
        part = f"start={GAP_SECTORS}, type=83, bootable\n"
    programs.run("sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", image, text=f"{table}\n{part}")


def _efi_system(architecture: Architecture, program: bytes, uuid: str, epoch: int, scratch: Path) -> bytes:
    """Return the partition that EFI firmware starts from, up to its last byte that is not zero."""
    image, loader = scratch / "efi.img", scratch / architecture.efi
    loader.write_bytes(program)
    os.utime(loader, (epoch, epoch))
    with image.open("wb") as file:
        file.truncate(EFI_BYTES)
    # mtools and mkfs.vfat take dates from here, so the same program gives the same bytes.
    dates = {"SOURCE_DATE_EPOCH": str(epoch), "TZ": "UTC"}
    serial = uuids.UUID(uuid).hex[:8]
    programs.run(
        "mkfs.vfat", "-F", "32", "-s", "1", "-i", serial, "-n", "WORKSHOP", image,
        variables=dates,
    )  # fmt: skip
    programs.run("mmd", "-i", image, "::EFI", "::EFI/BOOT", variables=dates)
    programs.run("mcopy", "-m", "-i", image, loader, "::EFI/BOOT", variables=dates)
    return image.read_bytes().rstrip(b"\0")


def _write_file_system(
    root: Path, image: Path, place: tuple[int, int], label: str, uuid: str, epoch: int
) -> None:
    """Make the file system between two bytes of the disk, with everything that is below ``root``."""
    offset, end = place
    details = [f"offset={offset}", f"hash_seed={uuid}", "root_owner=0:0"]
    details += ["lazy_itable_init=1", "lazy_journal_init=1", "nodiscard"]
    programs.run(
        "mkfs.ext4",
        *("-q", "-F", "-b", str(BLOCK), "-m", "1", "-L", label, "-U", uuid),
        *("-E", ",".join(details), "-d", root, image, str((end - offset) // BLOCK)),
        variables={"SOURCE_DATE_EPOCH": str(epoch), "E2FSPROGS_FAKE_TIME": str(epoch)},
    )
