"""Read files out of an ext4 file system by nothing but Python, on a participant's own computer, too.

After the kernel's Documentation/filesystems/ext4. Extents, 64-bit sizes, folders with and without an index;
no file systems of another kind than mkfs.ext4 makes, and no journal: an appliance was never mounted, or
unmounted cleanly.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from stat import S_IFDIR, S_IFLNK, S_IFMT

from organiser.appliance.fat32 import Readable
from organiser.appliance.verify.tree import Node

SUPERBLOCK, SUPERBLOCK_SIZE, MAGIC = 1024, 1024, 0xEF53
ROOT = 2
EXTENTS, INLINE = 0x80000, 0x10000000
"""Flags of an inode."""
INCOMPAT_64BIT, INCOMPAT_RECOVER = 0x80, 0x4
KNOWN = 0x2 | 0x40 | 0x80 | 0x200 | 0x2000
"""Features that a reader must know: types in folders, extents, 64 bits, flexible groups, the sums' seed."""
EXTENT_MAGIC = 0xF30A
DEEPEST = 5
WRITTEN = 32768
"""Blocks of an extent; of a longer one that many are left out, and it was only set aside."""
LARGEST_FOLDER = 16 << 20
MOST_NAMES = 1 << 20
"""In all the folders that are looked into."""
KEPT_INODES = 1 << 14


class Ext4Tree:
    """The files of the file system at an offset; ValueError in one line when it is none, or damaged.

    A file system may be made so that reading it takes for ever, or says something else than the kernel reads.
    So a folder has one place and each name once, blocks of extents come in order as their depth falls, and
    each of them names something: what is read grows with what is there.
    """

    def __init__(self, disk: Readable, offset: int) -> None:
        """Read the superblock."""
        self._disk, self._offset = disk, offset
        block = disk.read(offset + SUPERBLOCK, SUPERBLOCK_SIZE)
        if len(block) < SUPERBLOCK_SIZE or struct.unpack_from("<H", block, 56)[0] != MAGIC:
            raise ValueError("there is no ext4 file system where an appliance has it")
        log, self._per_group = struct.unpack_from("<I", block, 24)[0], struct.unpack_from("<I", block, 40)[0]
        (features,) = struct.unpack_from("<I", block, 96)
        if features & INCOMPAT_RECOVER:
            raise ValueError("its file system was not unmounted")
        if features & ~KNOWN or log > 6 or not self._per_group:
            raise ValueError("its file system has features that no appliance has")
        self._block = 1024 << log
        self._inode_size = struct.unpack_from("<H", block, 88)[0]
        self._wide = bool(features & INCOMPAT_64BIT)
        self._group_size = struct.unpack_from("<H", block, 254)[0] if self._wide else 32
        self._inodes = struct.unpack_from("<I", block, 0)[0]
        if not 128 <= self._inode_size <= self._block or not 32 <= self._group_size <= self._block:
            raise ValueError("its file system is damaged")
        self.label = block[120:136].split(b"\0")[0].decode("utf-8", "replace")
        self._first_group = offset + (2 if self._block == 1024 else 1) * self._block
        self._folders: dict[int, dict[str, int]] = {}
        self._names = 0
        self._places: dict[int, tuple[int, str]] = {ROOT: (ROOT, "")}
        self._seen: dict[int, tuple[Node, bytes, int]] = {}

    def node(self, path: str) -> Node | None:
        """Return what has exactly this path, or None."""
        number: int = ROOT
        for part in filter(None, path.split("/")):
            if not self._inode(number)[0].is_folder:
                return None
            found = self._folder(number).get(part)
            if found is None:
                return None
            # A folder that is in two places may hold itself, and has then more paths than can be walked.
            is_folder = self._inode(found)[0].is_folder
            if is_folder and self._places.setdefault(found, (number, part)) != (number, part):
                raise ValueError("its file system is damaged: a folder is in two places")
            number = found
        return self._inode(number)[0]

    def names(self, path: str) -> list[str]:
        """Return the names in a folder; none where there is no such folder."""
        node = self.node(path)
        return sorted(self._folder(node.place)) if node is not None and node.is_folder else []

    def contents(self, path: str, most: int) -> bytes:
        """Return the first bytes of a file that is there under exactly this path."""
        node = self.node(path)
        return b"" if node is None else self._data(node.place, min(node.size, most))

    def _inode(self, number: int) -> tuple[Node, bytes, int]:
        """Return an inode with the root of its extents, and its flags."""
        if number not in self._seen:
            if len(self._seen) == KEPT_INODES:
                self._seen.clear()
            self._seen[number] = self._read_inode(number)
        return self._seen[number]

    def _read_inode(self, number: int) -> tuple[Node, bytes, int]:
        if not 0 < number <= self._inodes:
            raise ValueError("its file system is damaged: an inode that there is not")
        group, index = divmod(number - 1, self._per_group)
        entry = self._disk.read(self._first_group + group * self._group_size, self._group_size)
        if len(entry) < self._group_size:
            raise ValueError("its file system is damaged: it ends too early")
        (table,) = struct.unpack_from("<I", entry, 8)
        if self._wide and self._group_size >= 64:
            table |= struct.unpack_from("<I", entry, 40)[0] << 32
        raw = self._disk.read(self._offset + table * self._block + index * self._inode_size, self._inode_size)
        if len(raw) < 128:
            raise ValueError("its file system is damaged: it ends too early")
        mode, uid, size, gid = *struct.unpack_from("<HHI", raw, 0), struct.unpack_from("<H", raw, 24)[0]
        size |= struct.unpack_from("<I", raw, 108)[0] << 32
        (flags,) = struct.unpack_from("<I", raw, 32)
        uid |= struct.unpack_from("<H", raw, 120)[0] << 16
        gid |= struct.unpack_from("<H", raw, 122)[0] << 16
        pointers = raw[40:100]
        link = ""
        if S_IFMT(mode) == S_IFLNK:
            data = pointers[:size] if size < 60 else self._spanned(pointers, flags, min(size, 4096))
            link = data.decode("utf-8", "surrogateescape")
        return Node(mode, uid, gid, size, link, number), pointers, flags

    def _folder(self, number: int) -> dict[str, int]:
        if number not in self._folders:
            node, _, _ = self._inode(number)
            if S_IFMT(node.mode) != S_IFDIR or node.size > LARGEST_FOLDER:
                raise ValueError("its file system is damaged: a folder that is none")
            found: dict[str, int] = {}
            for name, inode in _entries(self._data(number, node.size), self._block):
                # Of two the kernel may take the other one.
                if name in found or "/" in name or "\0" in name:
                    raise ValueError("its file system is damaged: a name in a folder")
                found[name] = inode
                self._names += 1
                if self._names > MOST_NAMES:
                    raise ValueError(f"its file system has folders of more than {MOST_NAMES} names")
            self._folders[number] = found
        return self._folders[number]

    def _data(self, number: int, size: int) -> bytes:
        _, pointers, flags = self._inode(number)
        return self._spanned(pointers, flags, size)

    def _spanned(self, pointers: bytes, flags: int, size: int) -> bytes:
        """Return the first bytes that an inode's extents hold; holes are zero."""
        if flags & INLINE or (size and not flags & EXTENTS):
            raise ValueError("its file system has features that no appliance has")
        data, end = bytearray(size), 0
        for first, count, start in self._extents(pointers, None) if size else ():
            if first < end:
                raise ValueError("its file system is damaged: a file's extents are out of order")
            place, end = first * self._block, first + (count if count <= WRITTEN else count - WRITTEN)
            if place >= size:
                break
            if count > WRITTEN:  # room that nothing was written to
                continue
            piece = self._disk.read(
                self._offset + start * self._block, min(count * self._block, size - place)
            )
            data[place : place + len(piece)] = piece
        return bytes(data)

    def _extents(self, node: bytes, depth_wanted: int | None) -> Iterator[tuple[int, int, int]]:
        """Yield (first block of the file, how many, where); that they come in order ends every loop."""
        magic, count, _, depth = struct.unpack_from("<HHHH", node, 0)
        inner_node = depth_wanted is not None
        if (
            magic != EXTENT_MAGIC
            or 12 + 12 * count > len(node)
            or (depth != depth_wanted or not count if inner_node else depth > DEEPEST)
        ):
            raise ValueError("its file system is damaged: a file's extents")
        for index in range(count):
            if depth:
                _, low, high = struct.unpack_from("<IIH", node, 12 + 12 * index)
                inner = self._disk.read(self._offset + (high << 32 | low) * self._block, self._block)
                if len(inner) < self._block:
                    raise ValueError("its file system is damaged: it ends too early")
                yield from self._extents(inner, depth - 1)
            else:
                first, length, high, low = struct.unpack_from("<IHHI", node, 12 + 12 * index)
                if not length:
                    raise ValueError("its file system is damaged: a file's extents")
                yield first, length, high << 32 | low


def _entries(data: bytes, block: int) -> Iterator[tuple[str, int]]:
    """Yield the names in a folder's blocks; its index looks like empty entries."""
    for begin in range(0, len(data), block):
        place, end = begin, min(begin + block, len(data))
        while place + 8 <= end:
            number, length, name_length = struct.unpack_from("<IHB", data, place)
            if length < 8 or place + length > end:
                raise ValueError("its file system is damaged: a folder's entries")
            name = data[place + 8 : place + 8 + name_length].decode("utf-8", "surrogateescape")
            if number and name not in (".", "..", ""):
                yield name, number
            place += length
