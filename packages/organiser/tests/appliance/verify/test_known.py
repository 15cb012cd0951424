"""Nothing but what our own descriptors hold is taken: what is added to them or changed in them is refused.

The true descriptors of both processors are changed at every place, in every way that XML has: an element
more, of any name and namespace, an attribute more, another value, an element twice, a text. What
may still be sound is listed: it is only shown, or free to choose.
"""

from __future__ import annotations

import copy
import random
import uuid
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from organiser.appliance import ovf
from organiser.appliance.envelope import OVF, RASD, VBOX, VSSD
from organiser.appliance.verify import disks, known, standard, virtualbox
from organiser.appliance.verify.scan import Member, Scan
from organiser.appliance.verify.subject import Subject
from organiser.appliance.vmdk import descriptor
from organiser.appliance.vmdk.layout import Header
from organiser.appliance.vmdk.stream import Facts

from ..building import ARM_DESCRIPTION, DESCRIPTION
from .variants import faults_after

CAPACITY = 128 * 1000
DISK = ovf.Disk(
    "deep-learning-workshop.vmdk", 4711, CAPACITY * 512, uuid.UUID("b4dca6b2-b3c5-55b7-9176-3f3c8dab270c")
)
TEXTS = {"amd64": ovf.render(DESCRIPTION, DISK), "arm64": ovf.render(ARM_DESCRIPTION, DISK)}
STAGES = (standard.STAGE, virtualbox.STAGE, disks.STAGE, known.STAGE)


def faults(data: bytes) -> list[str]:
    """Return what the checks of a descriptor find, one stage after the other as ``verify`` runs them."""
    inside = descriptor.render(DISK.name, CAPACITY, DISK.uuid, 1)
    disk = Member(DISK.name, b"0", DISK.size, disk=Facts(Header(CAPACITY), inside, grains=1))
    subject = Subject(Scan(Path("x.ova"), [Member("x.ovf", b"0", len(data), data=data), disk]))
    found: list[str] = []
    for stage in STAGES:
        found += [f"{result.name}: {fault}" for result in stage.run(subject) for fault in result.faults]
        if found and stage is not virtualbox.STAGE:
            break
    return found


@pytest.mark.parametrize("processor", TEXTS)
def test_the_true_ones_are_known(processor: str) -> None:
    assert faults(TEXTS[processor]) == []


NAMESPACES = ("", OVF, VBOX, RASD, VSSD, "urn:x")
NAMES = (
    *("BridgedInterface", "NATNetwork", "InternalNetwork", "HostOnlyInterface", "GenericInterface", "VDE"),
    *(
        "Adapter",
        "NAT",
        "Forwarding",
        "DNS",
        "SharedFolders",
        "SharedFolder",
        "RemoteDisplay",
        "VRDEProperties",
    ),
    *(
        "ExtraData",
        "ExtraDataItem",
        "UART",
        "Port",
        "LPT",
        "Debugging",
        "AttachedDevice",
        "HostDrive",
        "Hardware",
    ),
    *(
        "Machine",
        "Memory",
        "CPU",
        "Platform",
        "USB",
        "DeviceFilters",
        "Teleporter",
        "Snapshot",
        "MediaRegistry",
    ),
    *("Item", "StorageItem", "EthernetPortItem", "Disk", "File", "Network", "VirtualSystem", "EulaSection"),
    *("Info", "Description", "Order", "StorageController", "Image", "GuestProperties", "VideoCapture", "x"),
)
ATTRIBUTES = (
    *(
        "enabled",
        "hostip",
        "guestip",
        "path",
        "server",
        "passthrough",
        "src",
        "stateFile",
        "address",
        "network",
    ),
    *(
        "localhost-reachable",
        "hostPath",
        "readonly",
        "required",
        "bound",
        "href",
        "chunkSize",
        "version",
        "x",
    ),
)
VALUES = (
    *(
        "",
        "0",
        "1",
        "2",
        "010",
        "yes",
        "true",
        "false",
        "TRUE",
        "None",
        "HardDisk",
        "x",
        "NAT",
        "Bidirectional",
    ),
    *("/etc/passwd", "..", "../x", "0.0.0.0", "::", "127.0.0.1", "localhost", "eth0", "TCP", "UDP", "VMSVGA"),
)
SHOWN = {"Info", "Description", "Product", "Version", "Annotation", "rasd:Caption", "rasd:ElementName",
         "rasd:Description", "vssd:ElementName"}  # fmt: skip
"""Texts that are shown, or that no program reads."""
FREE = {
    *(
        "Envelope/xml:lang",
        "OperatingSystemSection/ovf:id",
        "File/ovf:id",
        "Disk/ovf:diskId",
        "Forwarding/name",
    ),
    *(
        "Forwarding/hostport",
        "Forwarding/guestport",
        "Forwarding/proto",
        "VirtualSystem/ovf:id",
        "vbox:Machine/name",
    ),
    *("vssd:VirtualSystemIdentifier", "rasd:InstanceID", "NAT - Forwarding", "Network - Description"),
}
"""Values that may be others, within what they are a pattern of: none of them opens anything."""


def changed(root: ET.Element, chance: random.Random) -> Iterator[str]:
    """Make each place's changes, one at a time; yield what is changed, and take it back. Names are drawn."""
    for element in list(root.iter()):
        here = known._named(element.tag)
        for namespace in NAMESPACES:
            space = f"{{{namespace}}}" if namespace else ""
            child = ET.Element(space + chance.choice(NAMES), {"enabled": "true", "name": "eth0"})
            yield from _with(element, child, f"{here} + {child.tag}", chance)
            key = space + chance.choice(ATTRIBUTES)
            if key not in element.attrib:
                element.set(key, chance.choice(VALUES))
                yield f"{here} + @{key}"
                del element.attrib[key]
        for place, child in enumerate(list(element)):
            yield from _with(element, copy.deepcopy(child), f"{here} ++ {child.tag}", chance)
            element.remove(child)
            yield f"{here} - {known._named(child.tag)}"
            element.insert(place, child)
        for key, before in list(element.attrib.items()):
            for value in chance.sample(VALUES, 3):
                element.set(key, value)
                name = f"ovf:{key[len(OVF) + 2 :]}" if key.startswith(f"{{{OVF}}}") else known._named(key)
                if value != before:
                    yield f"{here}/{name}"
            element.set(key, before)
        text, element.text = element.text, chance.choice(VALUES[1:])
        if text != element.text:
            yield here
        element.text = text


def _with(element: ET.Element, child: ET.Element, what: str, chance: random.Random) -> Iterator[str]:
    element.insert(chance.randrange(len(element) + 1), child)
    yield what
    element.remove(child)


@pytest.mark.parametrize("processor", TEXTS)
def test_whatever_is_added_or_changed_is_refused(processor: str) -> None:
    """Of the changes every eleventh at normal depth, others for each processor."""
    tree, chance = ET.fromstring(TEXTS[processor]), random.Random(processor)
    every = 11
    first, tried, taken = chance.randrange(every), 0, set()
    for number, what in enumerate(changed(tree, chance)):
        if number % every == first:
            tried += 1
            if not faults(ET.tostring(tree)):
                taken.add(what)
    assert tried > 100
    assert faults(ET.tostring(tree)) == [], "every change was taken back"
    assert taken <= SHOWN | FREE


CARD = '<Adapter slot="1" enabled="{}" cable="true" type="82540EM"><BridgedInterface name="eth0"/></Adapter>'
PORT = '<UART><Port slot="0" enabled="true" hostMode="{}" path="{}" server="true"/></UART>'
AUDIO = '<AudioAdapter enabled="false"/>'
OPENED: dict[str, tuple[str, str, str]] = {
    "a bridge beside NAT": ("</NAT>", '</NAT><BridgedInterface name="eth0"/>', "has BridgedInterface"),
    "a second card in other words": ("</Adapter>", "</Adapter>" + CARD.format(1), "enabled is '1'"),
    "a port of another namespace": (
        "</NAT>", '<x:Forwarding xmlns:x="urn:x" hostport="9999" guestport="22"/></NAT>', "{urn:x}Forwarding",
    ),
    "a folder of another namespace": (
        AUDIO, f'{AUDIO}<x:SharedFolders xmlns:x="urn:x"><x:SharedFolder hostPath="/"/></x:SharedFolders>',
        "{urn:x}SharedFolders",
    ),
    "a screen in other words": (
        '<RemoteDisplay enabled="false"/>', '<RemoteDisplay enabled="1"/>', "is enabled",
    ),
    "a second screen": (
        AUDIO, f'{AUDIO}<RemoteDisplay enabled="true"/>', "RemoteDisplay: enabled is 'true'",
    ),
    "settings below the surface": (
        "<Hardware>",
        '<ExtraData><ExtraDataItem name="VBoxInternal/x/HostPort" value="9"/></ExtraData><Hardware>',
        "vbox:Machine has ExtraData",
    ),
    "a serial port into a file": (AUDIO, AUDIO + PORT.format("RawFile", "/home/me/.bashrc"), "has UART"),
    "a serial port that listens": (AUDIO, AUDIO + PORT.format("TCP", "4444"), "has UART"),
    "a debugger for everyone": (AUDIO, f'{AUDIO}<Debugging enabled="true" address="any"/>', "has Debugging"),
    "the host's own drive": (
        "</AttachedDevice>",
        '</AttachedDevice><AttachedDevice passthrough="true"><HostDrive src="/dev/sr0"/></AttachedDevice>',
        "has the attribute passthrough",
    ),
    "hardware twice": (
        "</Hardware>", '</Hardware><Hardware><Memory RAMSize="9"/></Hardware>', "2 Hardware where one",
    ),
    "snapshots elsewhere": (
        'snapshotFolder="Snapshots"', 'snapshotFolder="/home/me"', "snapshotFolder is '/home/me'",
    ),
    "a number that VirtualBox reads as octal": (
        'hostport="8080"', 'hostport="010000"', "hostport is '010000'",
    ),
    "an address of the room behind NAT": (
        'guestport="22"', 'guestport="22" guestip="192.168.0.1"', "guestip",
    ),
    "another encoding": ('encoding="UTF-8"', 'encoding="ISO-8859-1"', "not written in UTF-8"),
    "a screen that old settings open": ('<RemoteDisplay enabled="false"/>', "", "lacks RemoteDisplay"),
    "a section of other importers": (
        "<NetworkSection>", '<x:Section xmlns:x="urn:x" ovf:required="false"/><NetworkSection>',
        "{urn:x}Section",
    ),
    "a second network": (
        "</NetworkSection>", '<Network ovf:name="other"/></NetworkSection>', "name is 'other'",
    ),
    "a disk's attribute that is a file's": (
        'ovf:capacity="', 'ovf:compression="gzip" ovf:capacity="', "compression",
    ),
    "a flood of elements": ("<References>", "<References>" + "<File/>" * 1000, "elements, more than 1000"),
}  # fmt: skip
"""What of the descriptor is replaced, by what, and what is said."""


@pytest.mark.parametrize("name", OPENED)
def test_what_opens_the_host_or_the_room_is_refused_by_its_name(name: str) -> None:
    old, new, said = OPENED[name]
    text = TEXTS["amd64"].decode()
    assert old in text
    assert any(said in fault for fault in faults(text.replace(old, new, 1).encode()))


def test_it_is_a_part_of_the_judgement(ova: Path, tmp_path: Path) -> None:
    old, new, _ = OPENED["a debugger for everyone"]
    assert {name for name, _ in faults_after(ova, tmp_path, (old, new))} == {"ovf.known"}
