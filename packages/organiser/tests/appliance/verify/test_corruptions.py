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


def swapped(first: int, second: int) -> Change:
    def swap(pieces: Pieces) -> None:
        members = pieces.pieces
        members[first], members[second] = members[second], members[first]

    return swap


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


def second_disk(pieces: Pieces) -> None:
    """Add the same disk again, under a second name."""
    disk = pieces.get(".vmdk")
    pieces.pieces.append(Piece("second.vmdk", disk.data))
    text = pieces.get(".ovf").data.decode()
    file = re.search(r"<File .*?/>", text)
    entry = re.search(r"<Disk .*?/>", text)
    item = re.search(r"<Item>(?:(?!</Item>).)*/disk/vmdisk1.*?</Item>", text, re.DOTALL)
    assert file
    assert entry
    assert item
    more_files = file[0].replace('"file1"', '"file2"').replace(disk.name, "second.vmdk")
    more_disks = entry[0].replace('"file1"', '"file2"').replace("vmdisk1", "vmdisk2")
    more_items = item[0].replace("vmdisk1", "vmdisk2").replace("InstanceID>4<", "InstanceID>9<")
    image = re.search(r"<Image .*?/>", text)
    assert image
    text = text.replace(file[0], file[0] + more_files).replace(entry[0], entry[0] + more_disks)
    text = text.replace(item[0], item[0] + more_items).replace(image[0], image[0] * 2)
    pieces.get(".ovf").data = text.encode()


FORWARD = 'hostip="127.0.0.1" hostport="8080"'
UUID = re.compile(r'vbox:uuid="([0-9a-f-]{36})"')


def other_uuid_inside(pieces: Pieces) -> None:
    """Give the disk's own text another identifier than the descriptor has."""
    found = UUID.search(pieces.get(".ovf").data.decode())
    assert found
    pieces.replace(".vmdk", found[1], "00000000-0000-4000-8000-000000000001")


def other_image_uuid(pieces: Pieces) -> None:
    found = UUID.search(pieces.get(".ovf").data.decode())
    assert found
    pieces.replace(".ovf", f'<Image uuid="{{{found[1]}}}"', f'<Image uuid="{{{"1" * 8}{found[1][8:]}}}"')


def bridged(pieces: Pieces) -> None:
    pieces.replace(".ovf", "<NAT>", "<BridgedInterface>")
    pieces.replace(".ovf", "</NAT>", "</BridgedInterface>")


TOUCHED: dict[str, tuple[Change, str, str]] = {
    # name: change, the check that finds it, what it says
    "members swapped": (swapped(1, 2), "archive.order", "come as ovf, vmdk, mf"),
    "descriptor last": (lambda p: p.pieces.append(p.pieces.pop(0)), "archive.order", "must come as ovf"),
    "disk is a symbolic link": (
        as_kind(".vmdk", tarfile.SYMTYPE, "/etc/shadow"),
        "archive.plain-files",
        "plain",
    ),
    "disk is a hard link": (as_kind(".vmdk", tarfile.LNKTYPE, "x.ovf"), "archive.plain-files", "plain file"),
    "a folder": (
        added(Piece("folder", b"", tarfile.DIRTYPE)),
        "archive.plain-files",
        "folder is not a plain",
    ),
    "a device": (
        added(Piece("null", b"", tarfile.CHRTYPE)),
        "archive.plain-files",
        "null is not a plain file",
    ),
    "an absolute path": (renamed(".vmdk", "/tmp/evil.vmdk"), "archive.names", "'/tmp/evil.vmdk' is a path"),
    "a path upwards": (renamed(".vmdk", "../evil.vmdk"), "archive.names", "is a path"),
    "a path of Windows": (renamed(".vmdk", "C:\\evil.vmdk"), "archive.names", "is a path"),
    "a member twice": (lambda p: p.pieces.append(p.get(".vmdk")), "archive.names", "is there twice"),
    "no manifest": (without(".mf"), "archive.members", r"0 \.mf files"),
    "no descriptor": (without(".ovf"), "archive.members", r"0 \.ovf files"),
    "no disk": (without(".vmdk"), "archive.members", "no disk"),
    "a stranger": (added(Piece("autorun.inf", b"x")), "archive.members", "autorun.inf does not belong"),
    "manifest of another name": (renamed(".mf", "other.mf"), "archive.manifest-name", "not named after"),
    "a giant descriptor": (
        lambda p: p.replace(".ovf", "</Envelope>", " " * (1 << 20) + "</Envelope>"),
        "archive.small-texts",
        "more than 1048576",
    ),
    "manifest with SHA-1": (lambda p: p.replace(".mf", "SHA256", "SHA1"), "manifest.syntax", "line 1"),
    "manifest empty": (lambda p: setattr(p.get(".mf"), "data", b""), "manifest.syntax", "empty"),
    "manifest forgets the disk": (
        lambda p: setattr(p.get(".mf"), "data", p.get(".mf").data.splitlines(keepends=True)[0]),
        "manifest.complete",
        r"does not list .*\.vmdk",
    ),
    "manifest lists what is not there": (
        lambda p: setattr(p.get(".mf"), "data", p.get(".mf").data + f"SHA256 (x) = {'0' * 64}\n".encode()),
        "manifest.complete",
        "lists x, which is not there",
    ),
    "a bit of the disk": (
        lambda p: p.patch(".vmdk", 70_000, b"\x01"),
        "manifest.hashes",
        r"\.vmdk has another",
    ),
    "a letter of the descriptor": (
        replaced("virtual CPU", "virtuel CPU"),
        "manifest.hashes",
        r"\.ovf has another",
    ),
}
HASHED: dict[str, tuple[Change, str, str]] = {
    "not XML": (replaced("</Envelope>", ""), "ovf.xml", "not XML"),
    "a document type": (
        replaced("<Envelope ", "<!DOCTYPE a [<!ENTITY b 'c'>]><Envelope "),
        "ovf.xml",
        "type",
    ),
    "another namespace": (replaced("/ovf/envelope/1", "/ovf/envelope/9"), "ovf.envelope", "not Envelope of"),
    "version 2.0": (replaced('ovf:version="1.0"', 'ovf:version="2.0"'), "ovf.envelope", "OVF 2.0"),
    "no disk section": (replaced("DiskSection", "DusckSection"), "ovf.sections", "0 DiskSection"),
    "no hardware section": (
        replaced("VirtualHardwareSection", "VirtualSoftwareSection"),
        "ovf.sections",
        "0 VirtualHardwareSection",
    ),
    "a section without Info": (
        replaced("<Info>The virtual disk</Info>", ""),
        "ovf.info",
        "DiskSection has no Info",
    ),
    "VirtualBox's part required": (
        replaced('<vbox:Machine ovf:required="false"', "<vbox:Machine"),
        "ovf.unknown-sections",
        "Machine is of no standard",
    ),
    "a file without id": (replaced('<File ovf:id="file1"', "<File"), "ovf.identifiers", "a File has no id"),
    "another disk's name": (
        replaced('.vmdk" ovf:size', '2.vmdk" ovf:size'),
        "ovf.references",
        "which is not there",
    ),
    "wrong size": (replaced('ovf:size="', 'ovf:size="1'), "ovf.file-sizes", "bytes; it has"),
    "a dangling fileRef": (replaced('fileRef="file1"', 'fileRef="file7"'), "ovf.disks", "fileRef 'file7'"),
    "another format": (replaced("#streamOptimized", "#sparse"), "ovf.disk-format", "sparse"),
    "an unlisted network": (
        replaced("<rasd:Connection>NAT", "<rasd:Connection>LAN"),
        "ovf.networks",
        "is on 'LAN'",
    ),
    "an item without parent": (
        replaced("<rasd:Parent>3", "<rasd:Parent>33"),
        "ovf.items",
        "hangs on the item 33",
    ),
    "an instance twice": (
        replaced("InstanceID>2<", "InstanceID>1<"),
        "ovf.items",
        "two items have the InstanceID 1",
    ),
    "no memory item": (
        replaced("ResourceType>4<", "ResourceType>99<"),
        "ovf.hardware",
        "no item for the memory",
    ),
    "a dangling HostResource": (
        replaced("/disk/vmdisk1", "/disk/vmdisk9"),
        "ovf.disk-items",
        "names no disk",
    ),
    "no vbox:Machine": (replaced("vbox:Machine", "vbox:Apparatus"), "virtualbox.machine", "0 vbox:Machine"),
    "settings from the future": (replaced('"1.16-linux"', '"1.99-linux"'), "virtualbox.machine", "1.99"),
    "no RAMSize": (replaced(' RAMSize="2048"', ""), "virtualbox.memory", "no Memory with RAMSize"),
    "memory twice told": (
        replaced('RAMSize="2048"', 'RAMSize="1024"'),
        "virtualbox.memory",
        "the memory item says",
    ),
    "processors twice told": (
        replaced('<CPU count="2">', '<CPU count="1">'),
        "virtualbox.processors",
        "CPU count is 1",
    ),
    "no I/O APIC": (replaced('<IOAPIC enabled="true"/>', ""), "virtualbox.ioapic", "not enabled"),
    "another screen": (replaced("VMSVGA", "VBoxVGA"), "virtualbox.display", "not VMSVGA"),
    "another maker": (replaced("virtualbox-2.2", "vmx-07"), "virtualbox.system", "not virtualbox"),
    "a description that is too long": (
        replaced("</Annotation>", "ä" * 4096 + "</Annotation>"),
        "virtualbox.description",
        "VirtualBox reads fewer than 8192",
    ),
    "a 32-bit system": (replaced("Debian_64", "Debian"), "virtualbox.os-type", "no 64-bit"),
    "another card": (replaced('type="82540EM"', 'type="virtio"'), "virtualbox.adapter", "not 82540EM"),
    "bridged to the room": (
        bridged,
        "virtualbox.adapter",
        "not behind NAT",
    ),
    "no hostip": (
        replaced(FORWARD, 'hostport="8080"'),
        "virtualbox.loopback",
        "jupyter listens on every interface",
    ),
    "a port for everyone": (
        replaced(FORWARD, FORWARD.replace("127.0.0.1", "0.0.0.0")),
        "virtualbox.loopback",
        "0.0.0.0",
    ),
    "a port for root only": (
        replaced('hostport="8080"', 'hostport="80"'),
        "virtualbox.forwards",
        "plain user",
    ),
    "a port twice": (
        replaced('hostport="8282"', 'hostport="8080"'),
        "virtualbox.forwards",
        "host port '8080'",
    ),
    "UDP": (
        replaced('name="ssh" proto="1"', 'name="ssh" proto="0"'),
        "virtualbox.forwards",
        "ssh is not TCP",
    ),
    "a remote display": (
        replaced('<RemoteDisplay enabled="false"', '<RemoteDisplay enabled="true"'),
        "virtualbox.remote-display",
        "enabled",
    ),
    "a shared folder": (
        replaced("<USB/>", '<SharedFolders><SharedFolder name="a" hostPath="/home"/></SharedFolders>'),
        "virtualbox.host",
        "'/home' is shared",
    ),
    "a shared clipboard": (
        replaced('<Clipboard mode="Disabled"', '<Clipboard mode="Bidirectional"'),
        "virtualbox.host",
        "Clipboard",
    ),
    "an IDE controller": (replaced('type="AHCI"', 'type="PIIX4"'), "virtualbox.controller", "PIIX4"),
    "another disk attached": (other_image_uuid, "virtualbox.disk-uuid", "the Image has the uuid 1111"),
    "disk is no VMDK": (patched(0, b"QFI\xfb"), "vmdk.header", "does not begin like a VMDK"),
    "disk copied as text": (patched(73, b"\n \n\n"), "vmdk.header", "copied as text"),
    "a grain out of order": (
        patched(OVERHEAD * SECTOR, struct.pack("<Q", 5 * 128)),
        "vmdk.grains",
        "out of order",
    ),
    "disk cut at its end": (shortened(1), "vmdk.end", "ends before its end-of-stream marker"),
    "disk cut in its middle": (shortened(100), "vmdk.end", "ends before its end-of-stream marker"),
    "a footer that lies": (patched(-2 * SECTOR + 56, b"\x01"), "vmdk.footer", "footer is not the header"),
    "a directory that lies": (patched(-4 * SECTOR, struct.pack("<I", 1)), "vmdk.directory", "grain table 0"),
    "something for the end": (patched(-SECTOR + 100, b"secret"), "vmdk.end", "not empty"),
    "descriptor of another kind": (
        lambda p: p.replace(".vmdk", 'createType="streamOptimized"', 'createType="monolithicFlat_"'),
        "vmdk.descriptor",
        "createType",
    ),
    "a parent disk": (
        lambda p: p.replace(".vmdk", "parentCID=ffffffff", "parentCID=12345678"),
        "vmdk.descriptor",
        "parent",
    ),
    "another capacity": (
        replaced('ovf:capacity="', 'ovf:capacity="1'),
        "vmdk.capacity",
        "descriptor's capacity",
    ),
    "another identifier inside": (other_uuid_inside, "vmdk.uuid", "the descriptor says"),
    "two disks with one identifier": (second_disk, "virtualbox.disk-uuid", "two disks have the vbox:uuid"),
}


@pytest.mark.parametrize("name", [*TOUCHED, *HASHED])
def test_a_corruption_is_refused_with_its_own_reason(name: str, ova: Path, tmp_path: Path) -> None:
    change, check, said = (TOUCHED | HASHED)[name]
    pieces = Pieces.of(ova)
    change(pieces)
    if name in HASHED:
        pieces.hash_anew()
    report = verify(pieces.write(tmp_path / "x.ova"))
    assert not report.ok
    names = {found for found, _ in report.faults}
    assert check in names, report.faults
    assert any(re.search(said, fault) for found, fault in report.faults if found == check), report.faults
    # One fault, one reason; only two disks in one break more than one rule.
    assert len(names) == 1 or name == "two disks with one identifier", report.faults


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


def test_a_damaged_member_header(ova: Path, tmp_path: Path) -> None:
    data = bytearray(ova.read_bytes())
    data[0] ^= 1
    (tmp_path / "x.ova").write_bytes(data)
    ((name, fault),) = verify(tmp_path / "x.ova").faults
    assert name == "archive.whole"
    assert "header is damaged" in fault


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
