"""What is read of a tar is what it unpacks to: whatever our reader takes, others read and unpack alike."""

from __future__ import annotations

import io
import os
import random
import stat
import tarfile
from pathlib import Path

import pytest

from organiser.appliance.verify.members import (
    BLOCK,
    MOST_EXTENDED,
    Reader,
    TarTree,
    Unpacked,
    path_of,
    strange_attributes,
)
from organiser.appliance.verify.unpacking import Budget

HASH = b"root:$y$j9T$x$hash:20000:0:99999:7:::\n"


def member(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, **values: object) -> bytes:
    """Return a member as bytes, its headers included."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, len(data)
    for key, value in values.items():
        setattr(info, key, value)
    return info.tobuf(tarfile.PAX_FORMAT) + data + bytes(-len(data) % BLOCK)


def unpacked(*tars: bytes) -> Unpacked:
    """Unpack tars, one over the other."""
    found = Unpacked(lambda _: True, Budget())
    for tar in tars:
        found.begin()
        reader = Reader(io.BytesIO(tar + bytes(2 * BLOCK)))
        for each in reader:
            found.take(each, reader)
    return found


SHADOW = member("etc", kind=tarfile.DIRTYPE, mode=0o755) + member("etc/shadow", b"root:*:1::::::\n")
SPELLED = {
    "etc/./shadow": None, "etc//shadow": None, "etc/../etc/shadow": None, "/etc/shadow": None,
    "././etc/shadow": None, ".//etc/shadow": None, "etc/shadow/": None, "etc/shadow/.": None, "": None,
    "etc/shado\x08w": None, "etc/shadow\x7f": None, "etc/shadow\n": None, "etc/s\u200bhadow": None,
    "etc/\u202eshadow": None, "e" * 256: None, "/".join("e" * 65): None, "./etc/shadow": "etc/shadow",
    "etc/shadow ": "etc/shadow ", "etc/größe": "etc/größe", ".": None, "./": None, "..": None,
}  # fmt: skip


@pytest.mark.parametrize("name", SPELLED)
def test_a_name_is_a_plain_path_or_none(name: str) -> None:
    assert path_of(name, is_folder=False) == SPELLED[name]


def test_a_folder_may_end_with_a_slash_and_the_root_may_be_named() -> None:
    assert path_of("etc/", is_folder=True) == path_of("./etc", is_folder=True) == "etc"
    assert path_of("./", is_folder=True) == path_of(".", is_folder=True) == ""
    assert path_of("etc//", is_folder=True) is None
    assert path_of("/", is_folder=True) is None


LINK = member("e", kind=tarfile.SYMTYPE, linkname="etc")
TWICE = {
    "below a link": LINK + member("e/shadow", HASH),
    "below a link's folder": LINK + member("e/ssh/key", HASH),
    "below a file": member("etc/shadow/x", HASH),
    "again": member("etc/shadow", HASH),
    "again, otherwise spelled": member("./etc/shadow", HASH),
    "a link in the place of a folder": member("etc", kind=tarfile.SYMTYPE, linkname="e"),
    "a file in the place of a folder": member("etc", HASH),
    "a folder in the place of a file": member("etc/shadow", kind=tarfile.DIRTYPE),
    "a hard link in the place of a file": member("x", HASH)
    + member("etc/shadow", kind=tarfile.LNKTYPE, linkname="x"),
    "a hard link to outside": member("x", kind=tarfile.LNKTYPE, linkname="../../etc/shadow"),
    "a hard link to a link": LINK + member("x", kind=tarfile.LNKTYPE, linkname="e"),
    "a hard link to a folder": member("x", kind=tarfile.LNKTYPE, linkname="etc"),
    "a hard link to nothing": member("x", kind=tarfile.LNKTYPE, linkname="y"),
    "a hard link to itself": member("x", kind=tarfile.LNKTYPE, linkname="x"),
    "a link to nowhere": member("x", kind=tarfile.SYMTYPE, linkname=""),
    "a link that writes on a terminal": member("x", kind=tarfile.SYMTYPE, linkname="\x1b[2J"),
    "a disk": member("var/disk", kind=tarfile.BLKTYPE, devmajor=8, mode=0o666),
    "a device": member("var/mem", kind=tarfile.CHRTYPE, devmajor=1, devminor=1),
    "a pipe": member("var/pipe", kind=tarfile.FIFOTYPE),
    "a name that looks the same": member("a\u0308") + member("ä"),
}


@pytest.mark.parametrize("name", TWICE)
def test_what_unpacking_would_put_elsewhere_is_odd(name: str) -> None:
    assert unpacked(SHADOW + TWICE[name]).odd


def test_over_a_layer_a_file_may_be_replaced_and_nothing_reached_through_a_link() -> None:
    assert unpacked(SHADOW).odd == []
    assert unpacked(SHADOW, member("etc/shadow", HASH)).odd == []
    assert unpacked(SHADOW, member("etc/shadow", HASH)).tree.contents("etc/shadow", 99) == HASH
    assert unpacked(SHADOW + LINK, member("e/shadow", HASH)).odd
    assert unpacked(SHADOW, member("etc", kind=tarfile.SYMTYPE, linkname="e")).odd
    assert unpacked(SHADOW, member("x", kind=tarfile.LNKTYPE, linkname="etc/shadow")).odd


def test_capabilities_are_for_known_programs_only() -> None:
    def strange(name: str, attribute: str) -> list[str]:
        return list(
            strange_attributes(unpacked(member(name, pax_headers={f"SCHILY.xattr.{attribute}": "x"})))
        )

    assert strange("usr/bin/ping", "security.capability") == []
    assert strange("usr/bin/python3", "security.capability")
    assert strange("usr/bin/ping", "security.selinux")
    assert strange("usr/bin/ping", "user.note")


NAMES = ("etc", "e", "shadow", ".", "..", "", "ssh", "./etc", "ä")


def random_tar(chance: random.Random) -> bytes:
    tar = b""
    for _ in range(chance.randrange(2, 7)):
        kind = chance.choice(
            (tarfile.REGTYPE, tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE)
        )
        depth = 1 if kind in (tarfile.DIRTYPE, tarfile.SYMTYPE) else chance.choice((1, 2, 2, 3))
        plain = NAMES[:3] if chance.random() < 0.8 else NAMES
        name = "/".join(chance.choice(plain) for _ in range(depth))
        data = str(chance.random()).encode() if kind == tarfile.REGTYPE else b""
        tar += member(name, data, kind, linkname="/".join(chance.choice(plain) for _ in range(2)), mode=0o755)
    return tar


@pytest.mark.parametrize("seed", range(4))
def test_what_is_taken_is_what_is_unpacked(seed: int, tmp_path: Path) -> None:
    chance, taken = random.Random(seed), 0
    for number in range(300):
        tar = random_tar(chance)
        found = unpacked(tar)
        if found.odd:
            continue
        taken += 1
        folder = tmp_path / str(number)
        with tarfile.open(fileobj=io.BytesIO(tar + bytes(2 * BLOCK))) as file:
            file.extractall(folder, filter="fully_trusted")
        there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
        assert sorted(there) == sorted(paths(found.tree))
        for name, path in there.items():
            node = found.tree.node(name)
            assert node is not None
            assert stat.S_IFMT(node.mode) == stat.S_IFMT(path.lstat().st_mode), name
            if path.is_symlink():
                assert node.link == os.readlink(path)  # noqa: PTH115  (to the letter)
            elif path.is_file():
                assert found.tree.contents(name, 99) == path.read_bytes()
    assert taken > 10, "else nothing was compared"


def paths(tree: TarTree, folder: str = "") -> list[str]:
    found = []
    for name in tree.names(folder):
        path = f"{folder}/{name}".lstrip("/")
        found += [path, *paths(tree, path)]
    return found


def with_sum(block: bytes) -> bytes:
    """Make the sum of a header right again."""
    total = sum(block[:148]) + 8 * 32 + sum(block[156:])
    return block[:148] + b"%06o\0 " % total + block[156:]


@pytest.mark.parametrize("seed", range(3))
def test_a_header_is_read_as_others_read_it_or_not_at_all(seed: int) -> None:
    chance, alike = random.Random(seed), 0
    tar = (
        SHADOW
        + member("usr/" + "long" * 40, b"x" * 700)
        + member("größe", b"y", pax_headers={"mtime": "1.5"})
        + member("l", kind=tarfile.SYMTYPE, linkname="etc" * 50)
        + member("h", kind=tarfile.LNKTYPE, linkname="größe")
    )
    places = [place for place in range(0, len(tar), BLOCK) if tar[place + 257 : place + 262] == b"ustar"]
    for _ in range(400):
        changed = bytearray(tar)
        place = chance.choice(places)
        for _ in range(chance.choice((1, 1, 2, 5))):
            at = place + chance.choice((chance.randrange(BLOCK), chance.randrange(100, 160)))
            changed[at] = chance.choice((0, 32, 46, 47, 48, 49, 55, 76, 120, 128, 255, chance.randrange(256)))
        changed[place : place + BLOCK] = with_sum(bytes(changed[place : place + BLOCK]))
        try:
            reader = Reader(io.BytesIO(changed + bytes(2 * BLOCK)))
            ours = [(each.name.rstrip("/"), each.size, each.mode, each.uid, each.link) for each in reader]
        except (ValueError, EOFError):
            continue
        with tarfile.open(fileobj=io.BytesIO(changed + bytes(2 * BLOCK))) as file:
            theirs = [
                (each.name.rstrip("/"), each.size, each.mode & 0o7777, each.uid, each.linkname)
                for each in file
            ]
        assert [each[:4] for each in ours] == [each[:4] for each in theirs]
        assert [link for *_, link in ours if link] == [link for *_, link in theirs if link]
        alike += 1
    assert alike > 20, "else nothing was compared"


def headers(**records: str) -> bytes:
    """Return an extended header with records that tarfile itself would not write."""
    data = b"".join(
        b"%d %s" % (len(record) + len(str(len(record) + 3)) + 1, record)
        for record in (f"{key}={value}\n".encode() for key, value in records.items())
    )
    return extended(data)


def extended(data: bytes, kind: bytes = b"x") -> bytes:
    info = tarfile.TarInfo("h")
    info.type, info.size = kind, len(data)
    return info.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % BLOCK)


STRANGE = {
    "a name for all": extended(b"15 path=/etc/x\n", b"g"),
    "a long name of GNU's": extended(b"etc/shadow\0", b"L"),
    "a long link of GNU's": extended(b"etc/shadow\0", b"K"),
    "a file with holes": headers(**{"GNU.sparse.name": "etc/shadow"}),
    "a path twice": extended(b"11 path=ab\n11 path=cd\n"),
    "a size that is none": headers(size="-1"),
    "a record that is longer": extended(b"99 path=ab\n"),
    "a record without a length": extended(b"path=ab\n"),
    "a record of nothing": extended(b"0 path=ab\n"),
    "a zero in a name": extended(b"13 path=ab\0c\n"),
    "two headers": headers(path="a") + headers(path="b"),
    "a header of 64 KiB": extended(b"x" * (MOST_EXTENDED + 1)),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_header_that_readers_take_otherwise_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"header|kind|name"):
        list(Reader(io.BytesIO(STRANGE[name] + member("etc/x", HASH) + bytes(2 * BLOCK))))


class Counting(io.BytesIO):
    """Notes the largest piece that was asked for."""

    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.largest = max(self.largest, size if size and size >= 0 else 1 << 62)
        return super().read(size)


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K", b"0", b"5", b"S"])
def test_no_header_has_more_read_than_there_is_room_for(kind: bytes) -> None:
    info = tarfile.TarInfo("a")
    info.type, info.size = kind, 3 << 30
    source = Counting(info.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 16))
    with pytest.raises((ValueError, EOFError)):
        list(Reader(source))
    assert source.largest <= 1 << 20


@pytest.mark.parametrize("end", [b"", bytes(BLOCK), bytes(BLOCK) + b"x" * BLOCK, bytes(2 * BLOCK) + b"x"])
def test_an_end_that_is_none_is_refused(end: bytes) -> None:
    with pytest.raises((ValueError, EOFError)):
        list(Reader(io.BytesIO(SHADOW + end)))


def test_a_settings_file_that_lies_elsewhere_is_not_read_half() -> None:
    tree = TarTree()
    found = Unpacked(lambda path: path.startswith("etc/"), Budget(), tree)
    reader = Reader(io.BytesIO(member("usr/passwd", b"x" * 100) + bytes(2 * BLOCK)))
    for each in reader:
        found.take(each, reader)
    assert tree.contents("usr/passwd", 64) == b"x" * 64
    with pytest.raises(ValueError, match="does not lie where"):
        tree.contents("usr/passwd", 65)
