"""A small file that was made to exhaust its reader is refused at once, without a traceback.

Each is a few kilobytes that stand for more than there is: tables that name one place again and again, folders
that hold themselves, chains in a circle, sizes that are only said. Whoever reads them is counted.
"""

from __future__ import annotations

import io
import lzma
import struct
import tarfile
import tracemalloc
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from organiser.appliance import fat32
from organiser.appliance.qcow2.layout import (
    CLUSTER,
    COMPRESSED,
    COPIED,
    HEADER,
    LENGTH_SHIFT,
    MAGIC,
    PER_TABLE,
)
from organiser.appliance.qcow2.read import Qcow2
from organiser.appliance.verify import naming, run, utm_archive
from organiser.appliance.verify.ext4 import Ext4Tree
from organiser.appliance.verify.image import PROTECTIVE, Image
from organiser.appliance.verify.tree import walk
from organiser.appliance.vmdk import descriptor
from organiser.appliance.zipped import LARGEST_DIRECTORY

from ..vmdk import test_stream as streams

BLOCK = 4096
MIB = 1 << 20


class Counted:
    """A disk in memory that counts how often it is read; too often is a hang."""

    def __init__(self, data: bytes | bytearray, most: int = 2000) -> None:
        self.data, self.left, self.size = bytes(data), most, len(data)

    def read(self, place: int, size: int) -> bytes:
        self.left -= 1
        assert self.left, "it is read again and again"
        return self.data[place : place + size]


def qcow2(
    change: Callable[[bytearray], object], *, size: int = PER_TABLE * CLUSTER, clusters: int = 6
) -> Qcow2:
    """Return a disk of header, first table, counts, a block of them, and what ``change`` puts into it."""
    data = bytearray(clusters * CLUSTER)
    tables = -(-size // (CLUSTER * PER_TABLE))
    HEADER.pack_into(
        data, 0, MAGIC, 3, 0, 0, 16, size, 0, tables, CLUSTER, 2 * CLUSTER, 1, 0, 0, 0, 0, 0, 4, HEADER.size
    )
    struct.pack_into(">Q", data, 2 * CLUSTER, 3 * CLUSTER)
    change(data)
    return Qcow2(io.BytesIO(bytes(data)), 0, len(data))


def filled(place: int, value: int, count: int) -> Callable[[bytearray], None]:
    return lambda data: struct.pack_into(f">{count}Q", data, place, *[value] * count)


def pieces(*entries: int) -> Callable[[bytearray], None]:
    """Name a table in the fifth cluster, which names these pieces."""

    def change(data: bytearray) -> None:
        struct.pack_into(">Q", data, CLUSTER, 4 * CLUSTER | COPIED)
        struct.pack_into(f">{len(entries)}Q", data, 4 * CLUSTER, *entries)

    return change


PACKED = COMPRESSED | 5 * CLUSTER
QCOW2: dict[str, tuple[Callable[[bytearray], object], dict[str, int], str]] = {
    "counts of one block": (filled(2 * CLUSTER, 3 * CLUSTER, PER_TABLE), {}, "behind the file's end"),
    "counts without end": (
        lambda data: struct.pack_into(">I", data, 56, 20), {"clusters": 40}, "counts take 20 clusters",
    ),
    "one table for all": (filled(CLUSTER, 4 * CLUSTER, 4096), {"size": 2 << 40}, "in one place"),
    "one piece for all": (pieces(*[PACKED] * 8), {}, "lies before or in another"),
    "pieces over each other": (
        pieces(PACKED | 9 << LENGTH_SHIFT, PACKED + 512), {}, "lies before or in another",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", QCOW2)
def test_a_qcow2_that_names_one_place_again_and_again(name: str) -> None:
    change, sizes, said = QCOW2[name]
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=said):
            raise ValueError(*qcow2(change, **sizes).check())
        assert tracemalloc.get_traced_memory()[1] < 16 * MIB
    finally:
        tracemalloc.stop()


def file_system(*folders: bytes, extents: Callable[[bytearray], None] = lambda _: None) -> Counted:
    """Return an ext4 whose inodes from the second on, the root, are folders of one block each."""
    data = bytearray(64 * BLOCK)
    for place, value in ((0, 100), (24, 2), (40, 100), (96, 0x42)):
        struct.pack_into("<I", data, 1024 + place, value)
    struct.pack_into("<H", data, 1024 + 56, 0xEF53)
    struct.pack_into("<H", data, 1024 + 88, 256)
    struct.pack_into("<I", data, BLOCK + 8, 3)
    for number, entries in enumerate(folders):
        inode = 3 * BLOCK + (number + 1) * 256
        struct.pack_into("<HHI", data, inode, 0o40755, 0, BLOCK)
        struct.pack_into("<I", data, inode + 32, 0x80000)
        struct.pack_into("<HHHHIIHHI", data, inode + 40, 0xF30A, 1, 4, 0, 0, 0, 1, 0, 40 + number)
        data[(40 + number) * BLOCK : (40 + number) * BLOCK + len(entries)] = entries
    extents(data)
    return Counted(data)


def entries(**numbers: int) -> bytes:
    """Return a folder's block."""
    names = list(numbers.items())
    found = b"".join(
        struct.pack("<IHBB8s", number, 16, len(name), 2, name.encode()) for name, number in names[:-1]
    )
    name, number = names[-1]
    return found + struct.pack("<IHBB8s", number, BLOCK - len(found), len(name), 2, name.encode())


def node(data: bytearray, place: int, depth: int, *blocks: tuple[int, int]) -> None:
    """Write a block of extents; each entry is where it begins in the file, and the block that it names."""
    struct.pack_into("<HHHHI", data, place, 0xF30A, len(blocks), len(blocks), depth, 0)
    for index, (first, block) in enumerate(blocks):
        if depth:
            struct.pack_into("<IIHH", data, place + 12 + 12 * index, first, block, 0, 0)
        else:
            struct.pack_into("<IHHI", data, place + 12 + 12 * index, first, 1, 0, block)


ROOT_EXTENTS = 3 * BLOCK + 256 + 40


def levels(data: bytearray) -> None:
    """Five levels of 340 entries each, which are one block: 340 to the fifth are read from 40 KB."""
    node(data, ROOT_EXTENTS, 5, *[(0, 5)] * 4)
    for block in range(5, 9):
        node(data, block * BLOCK, 9 - block, *[(0, block + 1)] * 340)
    node(data, 9 * BLOCK, 0, (0, 40))


EXTENTS: dict[str, Callable[[bytearray], None]] = {
    "levels of one block each": levels,
    "a level that is its own": lambda data: [
        node(data, ROOT_EXTENTS, 1, (0, 5)),
        node(data, 5 * BLOCK, 1, (0, 5)),
    ],  # type: ignore[dict-item, return-value]
    "levels that do not fall": lambda data: [
        node(data, ROOT_EXTENTS, 3, (0, 5)),
        node(data, 5 * BLOCK, 1, (0, 6)),
    ],  # type: ignore[dict-item, return-value]
    "levels that name nothing": lambda data: [
        node(data, ROOT_EXTENTS, 1, *[(0, 5)] * 4),
        node(data, 5 * BLOCK, 0),
    ],  # type: ignore[dict-item, return-value]
    "more levels than there are": lambda data: node(data, ROOT_EXTENTS, 6, (0, 5)),
    "one part of a file twice": lambda data: node(data, ROOT_EXTENTS, 0, (0, 40), (0, 41)),
}


@pytest.mark.parametrize("name", EXTENTS)
def test_extents_that_never_end(name: str) -> None:
    disk = file_system(entries(etc=3), entries(a=2), extents=EXTENTS[name])
    if name == "one part of a file twice":  # the root is one block; the second part comes when more is read
        struct.pack_into("<I", data := bytearray(disk.data), 3 * BLOCK + 256 + 4, 2 * BLOCK)
        disk = Counted(data)
    with pytest.raises(ValueError, match="extents"):
        Ext4Tree(disk, 0).names("etc")


def test_folders_that_hold_themselves_are_walked_once() -> None:
    tree = Ext4Tree(file_system(entries(a=3, b=4), entries(c=4, d=4), entries(e=3, f=3)), 0)
    with pytest.raises(ValueError, match="a folder is in two places"):
        list(walk(tree, ""))
    with pytest.raises(ValueError, match="a folder is in two places"):
        list(walk(Ext4Tree(file_system(entries(a=2)), 0), ""))


@pytest.mark.parametrize("names", [entries(etc=3)[:16] * 2, entries(**{"a/b": 3}), entries(**{"a\0b": 3})])
def test_a_name_that_the_kernel_would_read_otherwise(names: bytes) -> None:
    first = (
        names
        if len(names) == BLOCK
        else struct.pack("<IHBB8s", 3, 16, 3, 2, b"etc") + entries(etc=4)[: BLOCK - 16]
    )
    if len(names) != BLOCK:
        first = first[:20] + struct.pack("<H", BLOCK - 16) + first[22:]
    with pytest.raises(ValueError, match="a name in a folder"):
        Ext4Tree(file_system(first, entries(x=2), entries(y=2)), 0).names("")


@pytest.mark.parametrize("case", ["a circle", "behind the disk"])
def test_a_chain_of_fat32_ends(case: str) -> None:
    made = bytearray(
        fat32.make({"EFI/BOOT/BOOTAA64.EFI": bytes(5000)}, 48 << 20, label="X", serial=1, epoch=0)
    )
    table = fat32.RESERVED * fat32.SECTOR
    (root,) = struct.unpack_from("<I", made, 44)
    far = root if case == "a circle" else 90_000
    struct.pack_into("<I", made, table + 4 * root, far)
    made[made.index(b"EFI        ")] = 0x7F  # so that the search goes on behind the first cluster
    first = made.index(b"\x7fFI        ") - made.index(b"\x7fFI        ") % fat32.SECTOR
    for place in range(first, first + fat32.SECTOR, 32):
        if not made[place]:
            made[place] = 0x7F
    with pytest.raises(ValueError, match="damaged"):
        fat32.Fat32(Counted(made), 0).read("EFI/BOOT/BOOTAA64.EFI")


def test_a_table_of_a_vmdk_that_the_stream_did_not_bring() -> None:
    """An importer goes by the stream, a reader by the directory: both must see one disk."""
    grains = streams.HEAD + streams.GRAIN + streams.table({0: streams.G})
    place = streams.T + 1 + streams.TABLE_SECTORS + 1
    end = streams.footer(place) + streams.END
    fault = streams.judge(grains + streams.directory(streams.T + 1, streams.G) + end).fault
    assert fault is not None
    assert "does not name grain table 1" in str(fault)
    assert streams.judge(grains + streams.directory(streams.T + 1, 0) + end).fault is None


def test_a_line_of_a_vmdk_is_read_in_no_time() -> None:
    line = b'a = "x' + b" " * MIB + b'y"'
    assert dict(descriptor.parse(line)[0])["a"].startswith("x ")


@pytest.mark.parametrize(
    "line",
    [
        'RW 2048 FLAT "/etc/shadow" 0',
        'RW 1 SPARSE "b.vmdk"',
        'parentFileNameHint="/x"',
        "CID=2",
        "x",
        "ddb.=1",
    ],
)
def test_a_line_of_a_vmdk_that_ours_has_not(line: str) -> None:
    sound = descriptor.render("a.vmdk", 128, uuid.UUID(int=7), 1).rstrip(b"\0")
    assert list(descriptor.unknown(sound)) == []
    assert list(descriptor.unknown(sound + f"{line}\n".encode())) == [line]


def test_a_disk_has_one_root_for_the_kernel_and_for_us() -> None:
    """A GPT counts where the MBR says that there is one, and a second partition nowhere."""
    disk = bytearray(64 * 512)
    disk[510:512] = b"\x55\xaa"
    struct.pack_into("<4xB3xII", disk, 446, 0x83, 8, 8)
    disk[512:520] = b"EFI PART"
    struct.pack_into("<QII", disk, 512 + 72, 2, 2, 128)
    for place in (0, 128):
        struct.pack_into("<16s16sQQQ72s", disk, 1024 + place, b"x" * 16, b"y", 40, 41, 0, b"")
    assert Image(Counted(disk), len(disk), None).root_offset == 8 * 512
    struct.pack_into("<4xB3xII", disk, 446 + 16, PROTECTIVE, 8, 8)
    image = Image(Counted(disk), len(disk), None)
    (result,) = [each for each in run.image.STAGE.run(image) if each.faults]
    assert result.faults == ("the disk has 2 partitions, not one",)


def zip_of(path: Path, **sizes: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, size in sizes.items():
            archive.writestr(name.replace("_", "/"), bytes(size))
    return path


def test_a_zip_file_with_a_giant_directory_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zip_of(tmp_path / "x.utm.zip", **{f"x{number}": 0 for number in range(LARGEST_DIRECTORY // 40)})
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert naming.real_form(path) is None
    with path.open("rb") as file:
        assert "its directory has more than" in utm_archive.open_archive(path, file).fault


def test_a_zip_file_is_not_inflated_before_its_members_are_judged(tmp_path: Path) -> None:
    told: list[int] = []
    path = zip_of(tmp_path / "x.utm.zip", **{"x.utm/config.plist": 8 * MIB, "x.utm/Data/disk.qcow2": 8 * MIB})
    ((name, fault), *_) = run.verify(path, progress=told.append).faults
    assert (name, told) == ("zip.stored", [])
    assert "more than 1048576" in fault


def test_a_head_that_says_giant_sizes_is_not_believed(tmp_path: Path) -> None:
    """A name of gigabytes in front of a tar, and an xz file that wants as much memory."""
    preface = tarfile.TarInfo("././@LongLink")
    preface.type, preface.size = tarfile.GNUTYPE_LONGNAME, 7 << 30
    (tmp_path / "a.ova").write_bytes(preface.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 28}]
    (tmp_path / "a.wsl").write_bytes(lzma.compress(bytes(1000), filters=filters))
    tracemalloc.start()
    try:
        assert naming.real_form(tmp_path / "a.ova") is None
        assert naming.real_form(tmp_path / "a.wsl") is None
        assert tracemalloc.get_traced_memory()[1] < 16 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("error", [MemoryError, RecursionError, ValueError, IndexError])
@pytest.mark.parametrize("place", ["scan", "Subject", "Vmdk", "real_form"])
def test_whatever_reading_ends_with_is_one_fault(
    error: type[Exception], place: str, ova: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(naming if place == "real_form" else run, place, fail)
    ((name, fault),) = run.verify(ova).faults
    assert name == {"Vmdk": "disk.partitions", "real_form": "name.form"}.get(place, "archive.whole")
    assert fault.startswith("it cannot be read: ")
    assert "more memory" in fault or error is not MemoryError
