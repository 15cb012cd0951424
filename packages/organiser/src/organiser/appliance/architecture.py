"""The two kinds of processor that laptops have, and what everybody calls them."""

from __future__ import annotations

import platform
import struct
from dataclasses import dataclass

ELF_HEADER = 20
"""Bytes of a program that say what processor it is for."""


@dataclass(frozen=True)
class Architecture:
    """One kind of processor."""

    name: str
    """Debian's word, and that of OCI images."""
    machine: str
    """The kernel's word, and qemu's."""
    elf: int
    """``e_machine`` in the header of its programs (elf(5))."""
    pe: int
    """``Machine`` in the header of what its EFI firmware starts (PE format, "COFF File Header")."""
    efi: str
    """The file that firmware looks for on a disk that it does not know (UEFI 2.10, 3.5.1.1)."""
    serial: str
    """The kernel's word for the first serial port of a virtual machine."""
    suffix: str
    """Of files' names; the x86 appliance has none, and always had none."""


AMD64 = Architecture("amd64", "x86_64", 62, 0x8664, "BOOTX64.EFI", "ttyS0", "")
ARM64 = Architecture("arm64", "aarch64", 183, 0xAA64, "BOOTAA64.EFI", "ttyAMA0", "-arm64")
ARCHITECTURES = {each.name: each for each in (AMD64, ARM64)}


def native() -> Architecture | None:
    """Return this computer's own kind; None when it is neither."""
    word = platform.machine().lower()
    words = {"x86_64": AMD64, "amd64": AMD64, "aarch64": ARM64, "arm64": ARM64}
    return words.get(word)


def of_program(head: bytes) -> Architecture | None:
    """Return what a program runs on, by its first bytes; None when it is no 64-bit Linux program of ours."""
    if len(head) < ELF_HEADER or head[:6] != b"\x7fELF\x02\x01":
        return None
    (found,) = struct.unpack_from("<H", head, 18)
    return next((each for each in ARCHITECTURES.values() if each.elf == found), None)
