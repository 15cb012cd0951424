"""Checks of what VirtualBox makes of a descriptor; each one was a failed or an unsafe import once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from organiser.appliance import envelope
from organiser.appliance.envelope import each, number, ovf, quantity, vbox
from organiser.appliance.verify.checks import Stage
from organiser.appliance.verify.subject import Subject

STAGE: Stage[Subject] = Stage()
VERSION = re.compile(r"1\.(1[2-9]|20)-(linux|windows|macosx|solaris|freebsd)")
"""Versions of the settings that VirtualBox 5 to 7 read."""
LEAST_MEMORY, MOST_MEMORY = 256, 1 << 20
"""MiB."""
MOST_CPUS = 64
LOOPBACK = "127.0.0.1"
UNPRIVILEGED = 1024
ADAPTER = "82540EM"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _one(parent: ET.Element, name: str) -> ET.Element | None:
    return next(each(parent, name), None)


@STAGE.check(
    "virtualbox.machine",
    "without VirtualBox's own description no forwarded port survives an import",
    gate=True,
)
def _machine(subject: Subject) -> Iterator[str]:
    found = list(subject.envelope.iter(vbox("Machine")))
    if len(found) != 1:
        yield f"there are {len(found)} vbox:Machine, not one"
    elif not VERSION.fullmatch(found[0].get("version", "")):
        yield f"vbox:Machine has the version {found[0].get('version')!r}; VirtualBox 5 to 7 read 1.12 to 1.20"
    elif found[0].get("name", "") == "" or not UUID.fullmatch(_bare(found[0].get("uuid"))):
        yield "vbox:Machine has no name or no uuid"


def _bare(uuid: str | None) -> str:
    """Return an identifier without VirtualBox's braces, in small letters."""
    return (uuid or "").strip("{}").lower()


@STAGE.check("virtualbox.memory", "the import fails without RAMSize, and it wins over the standard's item")
def _memory(subject: Subject) -> Iterator[str]:
    memory = envelope.memory_of(subject.envelope)
    stated = [_mebibytes(item) for item in envelope.items(subject.envelope, envelope.MEMORY)]
    if memory is None:
        yield "vbox:Machine has no Memory with RAMSize"
    elif not LEAST_MEMORY <= memory <= MOST_MEMORY:
        yield f"RAMSize is {memory} MiB; no guest of ours runs in that"
    elif stated != [memory]:
        yield f"RAMSize is {memory} MiB, the memory item says {stated}"


def _mebibytes(item: ET.Element) -> int | None:
    """Return an item's memory, when it is given in MiB."""
    units = quantity(item, "AllocationUnits")
    return number(quantity(item, "VirtualQuantity")) if units in ("MegaBytes", "byte * 2^20") else None


@STAGE.check("virtualbox.processors", "its own count wins over the standard's item; absent, it is one")
def _processors(subject: Subject) -> Iterator[str]:
    cpus = envelope.cpus_of(subject.envelope)
    items = envelope.items(subject.envelope, envelope.PROCESSOR)
    stated = [number(quantity(item, "VirtualQuantity")) for item in items]
    if cpus is None:
        yield "vbox:Machine has no CPU with count"
    elif not 1 <= cpus <= MOST_CPUS:
        yield f"the CPU count is {cpus}"
    elif stated != [cpus]:
        yield f"the CPU count is {cpus}, the processor item says {stated}"


@STAGE.check("virtualbox.ioapic", "more than one processor needs it; without it the guest hangs at boot")
def _ioapic(subject: Subject) -> Iterator[str]:
    found = _one(subject.machine, "IOAPIC")
    if found is None or found.get("enabled") != "true":
        yield "IOAPIC is not enabled"


@STAGE.check(
    "virtualbox.display", "other controllers give a Linux guest no screen, or a warning at each start"
)
def _display(subject: Subject) -> Iterator[str]:
    found = _one(subject.machine, "Display")
    if found is None or found.get("controller") != "VMSVGA":
        yield "Display's controller is not VMSVGA"


@STAGE.check("virtualbox.system", "by this word VirtualBox knows whose machine it is")
def _system(subject: Subject) -> Iterator[str]:
    kind = next(subject.envelope.iter(f"{{{envelope.VSSD}}}VirtualSystemType"), None)
    if kind is None or not (kind.text or "").startswith("virtualbox-"):
        yield "VirtualSystemType is not virtualbox-…"


@STAGE.check("virtualbox.os-type", "a wrong word gives a 32-bit machine, which cannot start the kernel")
def _os_type(subject: Subject) -> Iterator[str]:
    word = subject.machine.get("OSType", "")
    stated = next(subject.envelope.iter(vbox("OSType")), None)
    if not word.endswith("_64"):
        yield f"OSType is {word!r}, which is no 64-bit system"
    elif stated is None or stated.text != word:
        yield f"OSType is {word!r}, OperatingSystemSection says {None if stated is None else stated.text!r}"


@STAGE.check(
    "virtualbox.adapter",
    "the guest's network is set up for this card behind NAT, and is reachable from nowhere else",
)
def _adapter(subject: Subject) -> Iterator[str]:
    enabled = [card for card in each(subject.machine, "Adapter") if card.get("enabled") == "true"]
    if len(enabled) != 1:
        yield f"{len(enabled)} network cards are enabled, not one"
    for card in enabled:
        if card.get("slot") != "0" or card.get("type") != ADAPTER:
            yield f"the network card is {card.get('type')} in slot {card.get('slot')}, not {ADAPTER} in 0"
        if card.find(ovf("NAT")) is None:
            yield "the network card is not behind NAT"


@STAGE.check("virtualbox.loopback", "without hostip a port is open to the whole room")
def _loopback(subject: Subject) -> Iterator[str]:
    for rule in envelope.rules(subject.envelope):
        if rule.host_ip != LOOPBACK:
            where = rule.host_ip or "every interface"
            yield f"the forwarded port {rule.name or rule.host_port} listens on {where}, not on {LOOPBACK}"


@STAGE.check("virtualbox.forwards", "a rule that cannot work: the page does not open")
def _forwards(subject: Subject) -> Iterator[str]:
    rules = envelope.rules(subject.envelope)
    if not rules:
        yield "no port is forwarded"
    for rule in rules:
        host, guest = number(rule.host_port), number(rule.guest_port)
        if rule.protocol not in ("1", "TCP"):
            yield f"the forwarded port {rule.name} is not TCP"
        if guest is None or not 1 <= guest <= 65535:
            yield f"the forwarded port {rule.name} has no port of the guest"
        if host is None or not UNPRIVILEGED <= host <= 65535:
            yield f"the forwarded port {rule.name} has no port of the host that a plain user may open"
    for what, values in (
        ("name", [rule.name for rule in rules]),
        ("host port", [rule.host_port for rule in rules]),
    ):
        for value in sorted({value for value in values if values.count(value) > 1}):
            yield f"two forwarded ports have the {what} {value!r}"


@STAGE.check("virtualbox.remote-display", "a screen that the network can look at, without a password")
def _remote_display(subject: Subject) -> Iterator[str]:
    found = _one(subject.machine, "RemoteDisplay")
    if found is not None and found.get("enabled") == "true":
        yield "RemoteDisplay is enabled"


@STAGE.check("virtualbox.host", "the guest must not see the host's files or clipboard unasked")
def _host(subject: Subject) -> Iterator[str]:
    for folder in each(subject.machine, "SharedFolder"):
        yield f"the host's folder {folder.get('hostPath')!r} is shared"
    for name in ("Clipboard", "DragAndDrop"):
        found = _one(subject.machine, name)
        if found is not None and found.get("mode", "Disabled") != "Disabled":
            yield f"{name} is shared"


@STAGE.check("virtualbox.controller", "the guest's initial RAM disk finds its root on AHCI")
def _controller(subject: Subject) -> Iterator[str]:
    for controller in each(subject.machine, "StorageController"):
        if controller.findall(ovf("AttachedDevice")) and controller.get("type") != "AHCI":
            yield f"the disk hangs on {controller.get('type')}, not on AHCI"
    if not any(item for item in envelope.items(subject.envelope, envelope.SATA)):
        yield "there is no item for the SATA controller"


@STAGE.check("virtualbox.disk-uuid", "the import finds a disk by this identifier, and fails when it differs")
def _disk_uuid(subject: Subject) -> Iterator[str]:
    attached = [_bare(image.get("uuid")) for image in each(subject.machine, "Image")]
    stated = [_bare(disk.uuid) for disk in subject.disks]
    for uuid in stated:
        if not UUID.fullmatch(uuid):
            yield f"a Disk has no vbox:uuid, or none that is one: {uuid!r}"
        elif stated.count(uuid) > 1:
            yield f"two disks have the vbox:uuid {uuid}"
    if sorted(attached) != sorted(stated):
        yield f"the Image has the uuid {', '.join(attached) or 'none'}, the Disk {', '.join(stated)}"
