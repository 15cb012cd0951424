"""A disk that ``qemu-img`` wrote out raw: partitions, boot loader, file system."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from organiser.appliance.architecture import AMD64, Architecture
from organiser.appliance.bootloader import CODE, GAP_SECTORS, SECTOR
from organiser.appliance.disk import EFI_TYPE, root_offset
from organiser.appliance.ext4 import Ext4
from organiser.appliance.pack import LABEL
from workshop.core import programs

LEAST_FREE = 0.1
"""A part of the file system; a participant's models and a kernel's upgrade need room."""


def partitions(raw: Path, architecture: Architecture) -> Iterator[str]:
    """Yield what is wrong with the partition table."""
    table = json.loads(programs.run("sfdisk", "--json", raw))["partitiontable"]
    starts = [part["start"] for part in table["partitions"]]
    kinds = [part["type"] for part in table["partitions"]]
    root = root_offset(architecture) // SECTOR
    wanted = ("dos", [root], "83") if architecture is AMD64 else ("gpt", [GAP_SECTORS, root], EFI_TYPE)
    if (table["label"], starts, kinds[0]) != wanted:
        yield f"its partition table is {table['label']}, with partitions at {starts} of type {kinds}"


def loader(raw: Path, architecture: Architecture, scratch: Path) -> Iterator[str]:
    """Yield that nothing starts the disk: GRUB in the first sector, or a program for EFI firmware."""
    if architecture is AMD64:
        with raw.open("rb") as file:
            if not file.read(CODE).strip(b"\0"):
                yield "there is no boot loader in its first sector"
        return
    copy = scratch / architecture.efi
    place = f"{raw}@@{GAP_SECTORS * SECTOR}"
    programs.run("mcopy", "-n", "-i", place, f"::EFI/BOOT/{architecture.efi}", copy)
    data = copy.read_bytes()
    head = int.from_bytes(data[60:64], "little")
    if data[head : head + 6] != b"PE\0\0" + architecture.pe.to_bytes(2, "little"):
        yield f"EFI/BOOT/{architecture.efi} is no program for {architecture.name}"


def file_system(system: Ext4) -> Iterator[str]:
    """Yield what is wrong with the file system: e2fsck(8), its label, and whether it was unmounted."""
    if not system.is_clean():
        yield "the file system was not unmounted"
    if system.label() != LABEL:
        yield f"the file system is called {system.label()!r}, and the boot loader looks for {LABEL!r}"
    system.check()


def space(system: Ext4) -> Iterator[str]:
    """Yield that too little of the file system is free."""
    if system.free() < LEAST_FREE:
        yield f"only {system.free():.0%} of the disk is free, {LEAST_FREE:.0%} should be"
