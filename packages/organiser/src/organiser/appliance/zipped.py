"""Where a zip file has its members, for those who read them in place."""

from __future__ import annotations

import struct
import zipfile
from typing import BinaryIO

NAME_AND_EXTRA = 26
"""Where the header in front of a member says how long its last two parts are (APPNOTE.TXT, 4.3.7)."""
END = struct.Struct("<4s4H2IH")
END_MARK, LOCATOR_MARK = b"PK\5\6", b"PK\6\7"
LOCATOR_SIZE = 20
LONGEST_COMMENT = 0xFFFF
LARGEST_DIRECTORY = 1 << 16
"""Bytes. Ours has four members; an entry of a few bytes becomes an object of some hundred when it is read."""


def place_of(file: BinaryIO, member: zipfile.ZipInfo) -> int:
    """Return where a member's bytes begin."""
    file.seek(member.header_offset + NAME_AND_EXTRA)
    head = file.read(4)
    if len(head) < 4:
        raise zipfile.BadZipFile(f"{member.filename} lies behind the file's end")
    lengths: tuple[int, int] = struct.unpack("<HH", head)
    return member.header_offset + NAME_AND_EXTRA + 4 + sum(lengths)


def require_small(file: BinaryIO) -> None:
    """Raise BadZipFile when a zip file's directory is larger than any of ours, before it is read.

    A directory with 64-bit places is none of ours, either.
    """
    length = file.seek(0, 2)
    begin = max(0, length - LONGEST_COMMENT - END.size - LOCATOR_SIZE)
    file.seek(begin)
    tail = file.read(length - begin)
    # Python takes the last mark, or what stands where a file without a comment has it.
    for place in {tail.rfind(END_MARK), len(tail) - END.size}:
        if place < 0 or len(tail) - place < END.size or tail[place : place + 4] != END_MARK:
            continue
        if END.unpack_from(tail, place)[5] > LARGEST_DIRECTORY:
            raise zipfile.BadZipFile(f"its directory has more than {LARGEST_DIRECTORY} bytes")
        if tail[max(0, place - LOCATOR_SIZE) : place].startswith(LOCATOR_MARK):
            raise zipfile.BadZipFile("its directory has 64-bit places, which not every unpacker reads")
    file.seek(0)
