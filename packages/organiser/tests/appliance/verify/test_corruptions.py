"""Each way in which an OVA can be wrong is refused, with its own reason and no other.

Every row changes a sound OVA. Where the manifest is made right again afterwards, nothing but the
change itself can be what is found.
"""

from __future__ import annotations

import re
import struct
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from organiser.appliance.verify.run import verify
from organiser.appliance.vmdk.layout import OVERHEAD, SECTOR

from ..building import Piece, Pieces

Change = Callable[[Pieces], None]


def replaced(old: str, new: str) -> Change:
    """Change the descriptor's text."""
    return lambda pieces: pieces.replace(".ovf", old, new)


def added(piece: Piece) -> Change:
    return lambda pieces: pieces.pieces.append(piece)


def as_kind(suffix: str, kind: bytes, link: str = "") -> Change:
    def change(pieces: Pieces) -> None:
        piece = pieces.get(suffix)
        piece.kind, piece.link, piece.data = kind, link, b""

    return change


def renamed(suffix: str, name: str) -> Change:
    def change(pieces: Pieces) -> None:
        pieces.get(suffix).name = name

    return change


def without(suffix: str) -> Change:
    return lambda pieces: pieces.pieces.remove(pieces.get(suffix))


def patched(place: int, data: bytes) -> Change:
    """Overwrite bytes of the disk; a negative place counts from its end."""

    def change(pieces: Pieces) -> None:
        size = len(pieces.get(".vmdk").data)
        pieces.patch(".vmdk", place % size if place < 0 else place, data)

    return change


def shortened(sectors: int) -> Change:
    """Take sectors off the disk's end, and say its new size."""

    def change(pieces: Pieces) -> None:
        disk = pieces.get(".vmdk")
        before = len(disk.data)
        disk.data = disk.data[: before - sectors * SECTOR]
        pieces.replace(".ovf", f'ovf:size="{before}"', f'ovf:size="{len(disk.data)}"')

    return change


FORWARD = 'hostip="127.0.0.1" hostport="8080"'
UUID = re.compile(r'vbox:uuid="([0-9a-f-]{36})"')


def other_uuid_inside(pieces: Pieces) -> None:
    """Give the disk's own text another identifier than the descriptor has."""
    found = UUID.search(pieces.get(".ovf").data.decode())
    assert found
    pieces.replace(".vmdk", found[1], "00000000-0000-4000-8000-000000000001")


def bridged(pieces: Pieces) -> None:
    pieces.replace(".ovf", "<NAT>", "<BridgedInterface>")
    pieces.replace(".ovf", "</NAT>", "</BridgedInterface>")


TOUCHED: dict[str, tuple[Change, str]] = {
    # name: change, the check that finds it
    "descriptor last": (lambda p: p.pieces.append(p.pieces.pop(0)), "archive.order"),
    "disk is a symbolic link": (
        as_kind(".vmdk", tarfile.SYMTYPE, "/etc/shadow"),
        "archive.plain-files",
    ),
    "a device": (
        added(Piece("null", b"", tarfile.CHRTYPE)),
        "archive.plain-files",
    ),
    "a path upwards": (renamed(".vmdk", "../evil.vmdk"), "archive.names"),
    "a member twice": (lambda p: p.pieces.append(p.get(".vmdk")), "archive.names"),
    "no manifest": (without(".mf"), "archive.members"),
    "a stranger": (added(Piece("autorun.inf", b"x")), "archive.members"),
    "manifest of another name": (renamed(".mf", "other.mf"), "archive.manifest-name"),
    "a giant descriptor": (
        lambda p: p.replace(".ovf", "</Envelope>", " " * (1 << 20) + "</Envelope>"),
        "archive.small-texts",
    ),
    "manifest with SHA-1": (lambda p: p.replace(".mf", "SHA256", "SHA1"), "manifest.syntax"),
    "manifest forgets the disk": (
        lambda p: setattr(p.get(".mf"), "data", p.get(".mf").data.splitlines(keepends=True)[0]),
        "manifest.complete",
    ),
    "manifest lists what is not there": (
        lambda p: setattr(p.get(".mf"), "data", p.get(".mf").data + f"SHA256 (x) = {'0' * 64}\n".encode()),
        "manifest.complete",
    ),
    "a bit of the disk": (
        lambda p: p.patch(".vmdk", 70_000, b"\x01"),
        "manifest.hashes",
    ),
}
HASHED: dict[str, tuple[Change, str]] = {
    "not XML": (replaced("</Envelope>", ""), "ovf.xml"),
    "a document type": (
        replaced("<Envelope ", "<!DOCTYPE a [<!ENTITY b 'c'>]><Envelope "),
        "ovf.xml",
    ),
    "another namespace": (replaced("/ovf/envelope/1", "/ovf/envelope/9"), "ovf.envelope"),
    "no disk section": (replaced("DiskSection", "DusckSection"), "ovf.sections"),
    "a section without Info": (
        replaced("<Info>The virtual disk</Info>", ""),
        "ovf.info",
    ),
    "VirtualBox's part required": (
        replaced('<vbox:Machine ovf:required="false"', "<vbox:Machine"),
        "ovf.unknown-sections",
    ),
    "a file without id": (replaced('<File ovf:id="file1"', "<File"), "ovf.identifiers"),
    "another disk's name": (
        replaced('.vmdk" ovf:size', '2.vmdk" ovf:size'),
        "ovf.references",
    ),
    "wrong size": (replaced('ovf:size="', 'ovf:size="1'), "ovf.file-sizes"),
    "a dangling fileRef": (replaced('fileRef="file1"', 'fileRef="file7"'), "ovf.disks"),
    "another format": (replaced("#streamOptimized", "#sparse"), "ovf.disk-format"),
    "an unlisted network": (
        replaced("<rasd:Connection>NAT", "<rasd:Connection>LAN"),
        "ovf.networks",
    ),
    "an item without parent": (
        replaced("<rasd:Parent>3", "<rasd:Parent>33"),
        "ovf.items",
    ),
    "no memory item": (
        replaced("ResourceType>4<", "ResourceType>99<"),
        "ovf.hardware",
    ),
    "a dangling HostResource": (
        replaced("/disk/vmdisk1", "/disk/vmdisk9"),
        "ovf.disk-items",
    ),
    "no vbox:Machine": (replaced("vbox:Machine", "vbox:Apparatus"), "virtualbox.machine"),
    "no RAMSize": (replaced(' RAMSize="2048"', ""), "virtualbox.memory"),
    "no I/O APIC": (replaced('<IOAPIC enabled="true"/>', ""), "virtualbox.ioapic"),
    "another screen": (replaced("VMSVGA", "VBoxVGA"), "virtualbox.display"),
    "another maker": (replaced("virtualbox-2.2", "vmx-07"), "virtualbox.system"),
    "a description that is too long": (
        replaced("</Annotation>", "ä" * 4096 + "</Annotation>"),
        "virtualbox.description",
    ),
    "another card": (replaced('type="82540EM"', 'type="virtio"'), "virtualbox.adapter"),
    "bridged to the room": (
        bridged,
        "virtualbox.adapter",
    ),
    "a port for everyone": (
        replaced(FORWARD, FORWARD.replace("127.0.0.1", "0.0.0.0")),
        "virtualbox.loopback",
    ),
    "a port twice": (
        replaced('hostport="8282"', 'hostport="8080"'),
        "virtualbox.forwards",
    ),
    "a remote display": (
        replaced('<RemoteDisplay enabled="false"', '<RemoteDisplay enabled="true"'),
        "virtualbox.remote-display",
    ),
    "a shared folder": (
        replaced("<USB/>", '<SharedFolders><SharedFolder name="a" hostPath="/home"/></SharedFolders>'),
        "virtualbox.host",
    ),
    "an IDE controller": (replaced('type="AHCI"', 'type="PIIX4"'), "virtualbox.controller"),
    "a grain out of order": (
        patched(OVERHEAD * SECTOR, struct.pack("<Q", 5 * 128)),
        "vmdk.grains",
    ),
    "disk cut in its middle": (shortened(100), "vmdk.end"),
    "a footer that lies": (patched(-2 * SECTOR + 56, b"\x01"), "vmdk.footer"),
    "a directory that lies": (patched(-4 * SECTOR, struct.pack("<I", 1)), "vmdk.directory"),
    "descriptor of another kind": (
        lambda p: p.replace(".vmdk", 'createType="streamOptimized"', 'createType="monolithicFlat_"'),
        "vmdk.descriptor",
    ),
    "another capacity": (
        replaced('ovf:capacity="', 'ovf:capacity="1'),
        "vmdk.capacity",
    ),
    "another identifier inside": (other_uuid_inside, "vmdk.uuid"),
}


@pytest.mark.parametrize("name", [*TOUCHED, *HASHED])
def test_a_corruption_is_refused_by_its_own_check(name: str, ova: Path, tmp_path: Path) -> None:
    change, check = (TOUCHED | HASHED)[name]
    pieces = Pieces.of(ova)
    change(pieces)
    if name in HASHED:
        pieces.hash_anew()
    assert {found for found, _ in verify(pieces.write(tmp_path / "x.ova")).faults} == {check}


def test_a_file_that_was_cut_off(ova: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.ova"
    path.write_bytes(ova.read_bytes()[:100_000])
    ((name, fault),) = verify(path).faults
    assert name == "archive.whole"
    assert "ends in the middle of deep-learning-workshop.vmdk; it was cut off: copy it again" in fault


def test_no_end_mark(ova: Path, tmp_path: Path) -> None:
    ((name, _),) = verify(Pieces.of(ova).write(tmp_path / "x.ova", end=False)).faults
    assert name == "archive.whole"


@pytest.mark.parametrize("place", [-1, -1025])
def test_something_hidden_at_the_end(ova: Path, tmp_path: Path, place: int) -> None:
    data = bytearray(ova.read_bytes())
    data[place] = 1
    (tmp_path / "x.ova").write_bytes(data)
    ((name, _),) = verify(tmp_path / "x.ova").faults
    assert name in ("archive.end", "archive.padding")


def test_something_hidden_between_members(ova: Path, tmp_path: Path) -> None:
    data = bytearray(ova.read_bytes())
    size = len(Pieces.of(ova).get(".ovf").data)
    data[512 + size] = 1
    (tmp_path / "x.ova").write_bytes(data)
    ((name, fault),) = verify(tmp_path / "x.ova").faults
    assert (name, "after deep-learning-workshop.ovf are not zero" in fault) == ("archive.padding", True)


def test_a_piece_that_was_packed_wrongly_is_found_by_the_thorough_check_only(
    ova: Path, tmp_path: Path
) -> None:
    """A piece that holds nothing of the system, that is."""
    pieces = Pieces.of(ova)
    place = pieces.get(".vmdk").data.index(struct.pack("<Q", 1299 * 128))
    pieces.patch(".vmdk", place + 100, b"wrong")
    pieces.hash_anew()
    path = pieces.write(tmp_path / "x.ova")
    assert verify(path).ok
    ((name, fault),) = verify(path, thorough=True).faults
    assert name == "vmdk.inflates"
    assert f"grain at sector {place // SECTOR} does not inflate" in fault
