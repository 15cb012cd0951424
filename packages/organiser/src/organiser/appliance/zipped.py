"""Where a zip file has its members, for those who read them in place."""

from __future__ import annotations

import struct
import zipfile
from typing import BinaryIO

NAME_AND_EXTRA = 26
"""Where the header in front of a member says how long its last two parts are (APPNOTE.TXT, 4.3.7)."""


def place_of(file: BinaryIO, member: zipfile.ZipInfo) -> int:
    """Return where a member's bytes begin."""
    file.seek(member.header_offset + NAME_AND_EXTRA)
    lengths: tuple[int, int] = struct.unpack("<HH", file.read(4))
    return member.header_offset + NAME_AND_EXTRA + 4 + sum(lengths)
