"""From a root directory to a bootable disk image, with neither loop device nor mount.

One MBR partition at 1 MiB, an ext4 file system made in place (mke2fs(8), ``-d`` and ``-E
offset``), GRUB in front of it.
"""

from __future__ import annotations

import uuid as uuids
from pathlib import Path

from organiser.appliance import tools
from organiser.appliance.bootloader import GAP_SECTORS, SECTOR, boot_code
from organiser.appliance.scratch import folder_beside, whole
from workshop.errors import WorkshopError

BLOCK = 4096
MIB = 1 << 20
SMALLEST = 64 * MIB
LARGEST = (1 << 32) * SECTOR - MIB
"""The partition table counts sectors in 32 bits."""


def make_disk(root: Path, disk: Path, *, size_bytes: int, label: str, uuid: str, epoch: int) -> None:
    """Make a raw disk image that boots the root directory through a BIOS.

    root: copied with owners, modes, links, devices, extended attributes. ``/boot/grub/grub.cfg``
        must be in it (see ``bootloader.configure``).
    disk: a sparse file, replaced when the new one is whole; space that nothing uses is zero.
    size_bytes: a multiple of 1 MiB.
    label, uuid: of the file system; the disk's own identifier comes from the same uuid.
    epoch: seconds since 1970; no date in the file system is later.

    The same root gives the same bytes. Raises WorkshopError when the root does not fit, a tool is
    missing, or one fails.
    """
    if size_bytes % MIB or not SMALLEST <= size_bytes <= LARGEST:
        raise WorkshopError(f"a disk of {size_bytes} bytes: it must be whole MiB, from 64 MiB to 2 TiB")
    with whole(disk) as image, folder_beside(disk) as scratch:
        with image.open("wb") as file:
            file.truncate(size_bytes)
        _write_partitions(image, uuid)
        _write_file_system(root, image, size_bytes, label, uuid, epoch)
        code, core = boot_code(label, scratch)
        with image.open("r+b") as file:
            file.write(code)
            file.seek(SECTOR)
            file.write(core)


def _write_partitions(image: Path, uuid: str) -> None:
    """Write a partition table: one bootable Linux partition to the disk's end."""
    table = f"label: dos\nlabel-id: 0x{uuids.UUID(uuid).hex[:8]}\n"
    part = f"start={GAP_SECTORS}, type=83, bootable\n"
    tools.run("sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", image, text=f"{table}\n{part}")


def _write_file_system(root: Path, image: Path, size_bytes: int, label: str, uuid: str, epoch: int) -> None:
    """Make the file system inside the partition, with everything that is below ``root``."""
    offset = GAP_SECTORS * SECTOR
    details = [f"offset={offset}", f"hash_seed={uuid}", "root_owner=0:0"]
    details += ["lazy_itable_init=1", "lazy_journal_init=1", "nodiscard"]
    tools.run(
        "mkfs.ext4",
        *("-q", "-F", "-b", str(BLOCK), "-m", "1", "-L", label, "-U", uuid),
        *("-E", ",".join(details), "-d", root, image, str((size_bytes - offset) // BLOCK)),
        variables={"SOURCE_DATE_EPOCH": str(epoch), "E2FSPROGS_FAKE_TIME": str(epoch)},
    )
