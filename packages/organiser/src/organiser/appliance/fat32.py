"""A FAT32 file system with a few small files, and a reader of one: what EFI firmware starts from.

After Microsoft's "FAT: General Overview of On-Disk Format" 1.03. The same files give the same bytes, and no
program is needed: mkfs.vfat and mcopy would be two packages more, and write today's date.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

SECTOR = 512
RESERVED = 32
"""Sectors before the first table: boot sector, information, and their copies."""
END = 0x0FFFFFFF
LEAST_CLUSTERS = 65525
"""With fewer, readers take it for FAT16."""
FOLDER, FILE = 0x10, 0x20
ENTRY = struct.Struct("<11sBBBHHHHHHHI")
LARGEST = 64 << 20
"""A larger file is no boot loader."""


class Readable(Protocol):
    """A disk, or a part of one."""

    def read(self, place: int, size: int) -> bytes:
        """Return bytes; fewer at its end."""


@dataclass
class _Folder:
    files: dict[str, bytes] = field(default_factory=dict)
    folders: dict[str, _Folder] = field(default_factory=dict)


def make(files: Mapping[str, bytes], size: int, *, label: str, serial: int, epoch: int) -> bytes:
    """Return the bytes of a file system up to its last used one; the rest of ``size`` is zero.

    files: by path, such as ``EFI/BOOT/BOOTX64.EFI``; each name has at most 8 + 3 capital letters or digits.
    size: bytes of the partition. epoch: seconds since 1970, the date of each file.

    Raises ValueError when the files do not fit, or the size is none of a FAT32.
    """
    return _Writer(size // SECTOR, label, serial, epoch).write(_tree(files))


def _tree(files: Mapping[str, bytes]) -> _Folder:
    root = _Folder()
    for path, data in files.items():
        *way, name = path.split("/")
        folder = root
        for part in way:
            folder = folder.folders.setdefault(part, _Folder())
        folder.files[name] = data
    return root


class _Writer:
    """One sector a cluster: small, and still enough of them."""

    def __init__(self, sectors: int, label: str, serial: int, epoch: int) -> None:
        self._sectors, self._label, self._serial = sectors, label.upper().ljust(11).encode("ascii"), serial
        date = datetime.fromtimestamp(max(epoch, 315532800), UTC)
        self._date = (date.year - 1980) << 9 | date.month << 5 | date.day
        self._time = date.hour << 11 | date.minute << 5 | date.second // 2
        self._table_sectors = -(-(sectors - RESERVED + 2) * 4 // (SECTOR + 8))
        self._clusters = sectors - RESERVED - 2 * self._table_sectors
        if self._clusters < LEAST_CLUSTERS:
            raise ValueError(f"{sectors * SECTOR} bytes are too few for FAT32")
        self._table = [0x0FFFFFF8, END]
        self._data: list[bytes] = []

    def write(self, root: _Folder) -> bytes:
        first = self._add(bytes(SECTOR))  # its place is the first, its contents come last
        assert first == 2
        self._put(first, self._entries(root, first, above=None))
        used = struct.pack(f"<{len(self._table)}I", *self._table)
        table = used.ljust(self._table_sectors * SECTOR, b"\0")
        head = self._boot() + self._information()
        head = (head.ljust(6 * SECTOR, b"\0") + head).ljust(RESERVED * SECTOR, b"\0")
        return head + table + table + b"".join(self._data)

    def _add(self, data: bytes) -> int:
        """Append data as a chain of clusters; return the first."""
        count = max(1, -(-len(data) // SECTOR))
        first = len(self._table)
        if first + count > self._clusters + 2:
            raise ValueError("the files do not fit into the file system")
        self._table += [*range(first + 1, first + count), END]
        self._data.append(data.ljust(count * SECTOR, b"\0"))
        return first

    def _put(self, cluster: int, data: bytes) -> None:
        """Fill a chain of one cluster that was added before."""
        if len(data) > SECTOR:
            raise ValueError("a folder has too many files")
        place = next(n for n, _ in enumerate(self._data) if self._place(n) == cluster)
        self._data[place] = data.ljust(SECTOR, b"\0")

    def _place(self, number: int) -> int:
        return 2 + sum(len(data) // SECTOR for data in self._data[:number])

    def _entries(self, folder: _Folder, own: int, above: int | None) -> bytes:
        entries = []
        if above is None:
            entries.append(self._entry(self._label, 0x08, 0, 0))
        else:
            entries += [self._entry(b".".ljust(11), FOLDER, own, 0)]
            # The root is written as cluster 0 here.
            entries += [self._entry(b"..".ljust(11), FOLDER, 0 if above == 2 else above, 0)]
        for name, inner in folder.folders.items():
            cluster = self._add(bytes(SECTOR))
            self._put(cluster, self._entries(inner, cluster, own))
            entries.append(self._entry(_short(name), FOLDER, cluster, 0))
        for name, data in folder.files.items():
            cluster = self._add(data) if data else 0
            entries.append(self._entry(_short(name), FILE, cluster, len(data)))
        return b"".join(entries)

    def _entry(self, name: bytes, kind: int, cluster: int, size: int) -> bytes:
        day, hour = self._date, self._time
        return ENTRY.pack(name, kind, 0, 0, hour, day, day, cluster >> 16, hour, day, cluster & 0xFFFF, size)

    def _boot(self) -> bytes:
        fields = struct.pack(
            "<3s8sHBHBHHBHHHIIIHHIHH12xBBBI11s8s",
            *(b"\xeb\x58\x90", b"WORKSHOP", SECTOR, 1, RESERVED, 2, 0, 0, 0xF8, 0, 63, 255, 0, self._sectors),
            *(self._table_sectors, 0, 0, 2, 1, 6, 0x80, 0, 0x29, self._serial, self._label, b"FAT32   "),
        )
        return fields.ljust(510, b"\0") + b"\x55\xaa"

    def _information(self) -> bytes:
        free = self._clusters + 2 - len(self._table)
        sector = struct.pack("<4s480x4sII12x", b"RRaA", b"rrAa", free, len(self._table))
        return sector + b"\0\0\x55\xaa"


def _short(name: str) -> bytes:
    stem, _, ending = name.partition(".")
    if not (0 < len(stem) <= 8 and len(ending) <= 3 and name == name.upper()):
        raise ValueError(f"{name} is no short name in capital letters")
    return stem.ljust(8).encode("ascii") + ending.ljust(3).encode("ascii")


class Fat32:
    """Reads files of such a file system; ValueError in one line when it is none, or damaged."""

    def __init__(self, disk: Readable, offset: int) -> None:
        """Read the boot sector of the file system at an offset."""
        self._disk, self._offset = disk, offset
        boot = disk.read(offset, SECTOR)
        if len(boot) < SECTOR or boot[510:] != b"\x55\xaa" or boot[82:90] != b"FAT32   ":
            raise ValueError("there is no FAT32 file system")
        size, self._per_cluster, reserved, tables = struct.unpack_from("<HBHB", boot, 11)
        (table_sectors,) = struct.unpack_from("<I", boot, 36)
        (self._root,) = struct.unpack_from("<I", boot, 44)
        if size != SECTOR or not self._per_cluster or not 1 <= tables <= 2:
            raise ValueError("its FAT32 file system is damaged")
        self._table = offset + reserved * SECTOR
        self._clusters = self._table + tables * table_sectors * SECTOR

    def read(self, path: str) -> bytes | None:
        """Return a file by its path in capital letters; None when it is not there."""
        cluster, size, kind = self._root, 0, FOLDER
        for part in path.split("/"):
            found = self._find(cluster, part) if kind & FOLDER else None
            if found is None:
                return None
            cluster, size, kind = found
        return None if kind & FOLDER else self._chain(cluster, size)

    def _find(self, cluster: int, name: str) -> tuple[int, int, int] | None:
        wanted = _short(name)
        data = self._chain(cluster, 64 * 1024)
        for place in range(0, len(data) - ENTRY.size + 1, ENTRY.size):
            entry = ENTRY.unpack_from(data, place)
            if entry[0][:1] == b"\0":
                return None
            if entry[0] == wanted and entry[1] != 0x0F:
                return entry[7] << 16 | entry[10], entry[11], entry[1]
        return None

    def _chain(self, cluster: int, most: int) -> bytes:
        if most > LARGEST:
            raise ValueError("a file in its FAT32 file system is too large")
        found, seen = bytearray(), set()
        while 2 <= cluster < 0x0FFFFFF8 and len(found) < most:
            size = self._per_cluster * SECTOR
            data = self._disk.read(self._clusters + (cluster - 2) * size, size)
            entry = self._disk.read(self._table + 4 * cluster, 4)
            # A chain that comes back to itself, or that gives nothing, would never end.
            if cluster in seen or len(data) < size or len(entry) < 4:
                raise ValueError("its FAT32 file system is damaged")
            seen.add(cluster)
            found += data
            cluster = int.from_bytes(entry, "little") & END
        return bytes(found[:most])
