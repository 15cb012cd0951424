"""Checks of a disk as a whole: its partitions, what starts it, and the file system of its root."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from organiser.appliance.architecture import AMD64, ARM64, Architecture
from organiser.appliance.fat32 import Fat32, Readable
from organiser.appliance.verify.checks import Stage
from organiser.appliance.verify.ext4 import Ext4Tree

SECTOR = 512
FIRST = 2048
GPT_ENTRY = struct.Struct("<16s16sQQQ72s")
EFI_TYPE = bytes.fromhex("28732ac11ff8d211ba4b00a0c93ec93b")
LINUX, PROTECTIVE = 0x83, 0xEE
LABEL = "workshop"


@dataclass
class Image:
    """A disk, and the processor that the form around it says it is for."""

    disk: Readable
    size: int
    architecture: Architecture | None

    @cached_property
    def efi_offset(self) -> int | None:
        """Where the partition begins that EFI firmware starts from; None when there is none."""
        return next((first * SECTOR for kind, first, _ in self.gpt if kind == EFI_TYPE), None)

    @cached_property
    def gpt(self) -> list[tuple[bytes, int, int]]:
        """Type, first and last sector of the partitions of a GPT; none when there is none.

        The kernel reads one only where the MBR says so, and so does this.
        """
        if not any(kind == PROTECTIVE for kind, _, _ in self.mbr):
            return []
        head = self.disk.read(SECTOR, SECTOR)
        if head[:8] != b"EFI PART":
            return []
        place, count, size = struct.unpack_from("<QII", head, 72)
        if size != GPT_ENTRY.size or count > 128:
            return []
        table = self.disk.read(place * SECTOR, count * size)
        entries = (GPT_ENTRY.unpack_from(table, n * size) for n in range(len(table) // size))
        return [(kind, first, last) for kind, _, first, last, _, _ in entries if any(kind)]

    @cached_property
    def mbr(self) -> list[tuple[int, int, int]]:
        """Type, first sector and length of the partitions of an MBR; none when there is none."""
        sector = self.disk.read(0, SECTOR)
        if len(sector) < SECTOR or sector[510:] != b"\x55\xaa":
            return []
        found = (struct.unpack_from("<4xB3xII", sector, 446 + 16 * n) for n in range(4))
        return [(kind, first, count) for kind, first, count in found if kind]

    @property
    def root_offset(self) -> int:
        """Where the root's file system begins; ValueError when the partitions do not say."""
        if self.gpt:
            return next((first for kind, first, _ in self.gpt if kind != EFI_TYPE), 0) * SECTOR
        return next((first for kind, first, _ in self.mbr if kind == LINUX), 0) * SECTOR

    @cached_property
    def tree(self) -> Ext4Tree:
        """The root's files; ValueError when it has no such file system."""
        return Ext4Tree(self.disk, self.root_offset)


STAGE: Stage[Image] = Stage()


@STAGE.check("disk.partitions", "firmware and kernel find the root by them", gate=True)
def _partitions(image: Image) -> Iterator[str]:
    if not image.mbr:
        yield "the disk has no partitions"
    elif len(image.mbr) != 1:
        # Which of two file systems with one label is started nobody knows.
        yield f"the disk has {len(image.mbr)} partitions, not one"
    elif image.mbr[0][0] == PROTECTIVE and len(image.gpt) != 2:
        yield f"its GPT has {len(image.gpt)} partitions, not one to start from and one for the root"
    elif not image.root_offset:
        yield "the disk has no partition for the root"
    elif any(last * SECTOR >= image.size for _, _, last in image.gpt) or any(
        (first + count) * SECTOR > image.size for kind, first, count in image.mbr if kind == LINUX
    ):
        yield "a partition ends behind the disk's end"


@STAGE.check("disk.loader", "firmware of another processor finds nothing to start, and shows a black window")
def _loader(image: Image) -> Iterator[str]:
    if image.architecture is AMD64 and image.mbr[0][0] == PROTECTIVE:
        yield "the disk starts by EFI; an x86 appliance starts by the BIOS"
    elif image.architecture is AMD64 and not any(image.disk.read(0, 440)):
        yield "there is no boot loader in the first sector"
    if image.architecture is not ARM64:
        return
    if image.efi_offset is None:
        yield "the disk has no partition that EFI firmware starts from"
        return
    try:
        program = Fat32(image.disk, image.efi_offset).read(f"EFI/BOOT/{ARM64.efi}")
    except ValueError as error:
        yield str(error)
        return
    if program is None:
        yield f"there is no EFI/BOOT/{ARM64.efi}"
        return
    place = struct.unpack_from("<I", program, 60)[0] if len(program) > 64 else 0
    if program[:2] != b"MZ" or program[place : place + 4] != b"PE\0\0":
        yield f"EFI/BOOT/{ARM64.efi} is no program of EFI"
    elif struct.unpack_from("<H", program, place + 4)[0] != ARM64.pe:
        yield f"EFI/BOOT/{ARM64.efi} is a program for another processor"


LAST = "disk.root"


@STAGE.check(LAST, "the root's file system, as an appliance has it", gate=True)
def _root(image: Image) -> Iterator[str]:
    try:
        label = image.tree.label
        image.tree.names("etc")
    except ValueError as error:
        yield str(error)
        return
    if label != LABEL:
        yield f"the root's label is {label!r}, and it is looked for as {LABEL!r}"
