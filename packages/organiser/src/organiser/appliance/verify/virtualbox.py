"""Checks of what VirtualBox makes of a descriptor; each one was a failed or an unsafe import once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from organiser.appliance import envelope
from organiser.appliance.envelope import each, number, ovf, quantity, vbox
from organiser.appliance.ovf import LONGEST
from organiser.appliance.verify.checks import Stage
from organiser.appliance.verify.subject import Subject

STAGE: Stage[Subject] = Stage()
VERSION = re.compile(r"1\.(1[2-9]|20)-(linux|windows|macosx|solaris|freebsd)")
"""Versions of the settings that VirtualBox 5 to 7 read."""
ARM_VERSION = re.compile(r"1\.20-.*")
"""An older one is read as an x86 machine with a PIIX3, without a word."""
LEAST_MEMORY, LEAST_ARM_MEMORY, MOST_MEMORY = 256, 1024, 1 << 20
"""MiB; with less, Arm's firmware does not start."""
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


@STAGE.check(
    "virtualbox.platform",
    "a machine that is half x86 and half Arm is imported without a word, and does not start",
    gate=True,
)
def _platform(subject: Subject) -> Iterator[str]:
    described = _one(subject.machine, "Platform")
    word = "x86" if described is None else described.get("architecture", "")
    if word not in ("x86", "ARM"):
        yield f"the Platform's architecture is {word!r}; VirtualBox knows x86 and ARM"
        return
    os_type, version = subject.machine.get("OSType", ""), subject.machine.get("version", "")
    if os_type.endswith("_arm64") != (word == "ARM"):
        yield f"the OSType {os_type} is none for a machine whose Platform is {word}"
    if word == "ARM":
        if not ARM_VERSION.fullmatch(version):
            yield f"the version {version} knows no Arm: it would be an x86 machine; it must be 1.20"
        chipset = _one(subject.machine, "Chipset")
        if chipset is None or chipset.get("type") != "ARMv8Virtual":
            yield "Chipset is not ARMv8Virtual"


@STAGE.check("virtualbox.firmware", "an Arm machine starts by EFI, an x86 one of ours by the BIOS")
def _firmware(subject: Subject) -> Iterator[str]:
    found = _one(subject.machine, "Firmware")
    word = "BIOS" if found is None else found.get("type", "BIOS")
    wanted = "EFI" if subject.is_arm else "BIOS"
    if word != wanted:
        yield f"the firmware is {word}, not {wanted}"


@STAGE.check("virtualbox.input", "an Arm machine has no PS/2: without these neither keyboard nor mouse")
def _input(subject: Subject) -> Iterator[str]:
    if not subject.is_arm:
        return
    devices = _one(subject.machine, "HID")
    words = ("", "") if devices is None else (devices.get("Keyboard", ""), devices.get("Pointing", ""))
    if words[0] != "USBKeyboard" or words[1] not in ("USBTablet", "USBMouse"):
        yield "HID is not a USBKeyboard and a USBTablet"
    if not any(each.get("type") == "XHCI" for each in each_controller(subject)):
        yield "there is no XHCI controller for them"


def each_controller(subject: Subject) -> list[ET.Element]:
    """Return the USB controllers."""
    usb = _one(subject.machine, "USB")
    return [] if usb is None else list(each(usb, "Controller"))


def _bare(uuid: str | None) -> str:
    """Return an identifier without VirtualBox's braces, in small letters."""
    return (uuid or "").strip("{}").lower()


@STAGE.check("virtualbox.memory", "the import fails without RAMSize, and it wins over the standard's item")
def _memory(subject: Subject) -> Iterator[str]:
    memory = envelope.memory_of(subject.envelope)
    stated = [_mebibytes(item) for item in envelope.items(subject.envelope, envelope.MEMORY)]
    if memory is None:
        yield "vbox:Machine has no Memory with RAMSize"
    elif not (LEAST_ARM_MEMORY if subject.is_arm else LEAST_MEMORY) <= memory <= MOST_MEMORY:
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
    if subject.is_arm:
        return
    found = _one(subject.machine, "IOAPIC")
    if found is None or found.get("enabled") != "true":
        yield "IOAPIC is not enabled"


@STAGE.check(
    "virtualbox.display", "other controllers give a Linux guest no screen, or a warning at each start"
)
def _display(subject: Subject) -> Iterator[str]:
    found = _one(subject.machine, "Display")
    wanted = ("QemuRamFB", "VMSVGA") if subject.is_arm else ("VMSVGA",)
    if found is None or found.get("controller") not in wanted:
        yield f"Display's controller is not {' or '.join(wanted)}"


@STAGE.check("virtualbox.system", "by this word VirtualBox knows whose machine it is")
def _system(subject: Subject) -> Iterator[str]:
    kind = next(subject.envelope.iter(f"{{{envelope.VSSD}}}VirtualSystemType"), None)
    if kind is None or not (kind.text or "").startswith("virtualbox-"):
        yield "VirtualSystemType is not virtualbox-…"


@STAGE.check("virtualbox.description", "VirtualBox refuses a file whose description is longer")
def _description(subject: Subject) -> Iterator[str]:
    for annotation in each(subject.envelope, "Annotation"):
        if (size := len((annotation.text or "").encode("utf-8"))) >= LONGEST:
            yield f"the description has {size} bytes; VirtualBox reads fewer than {LONGEST}"


@STAGE.check("virtualbox.os-type", "a wrong word gives a 32-bit machine, which cannot start the kernel")
def _os_type(subject: Subject) -> Iterator[str]:
    word = subject.machine.get("OSType", "")
    stated = next(subject.envelope.iter(vbox("OSType")), None)
    if not word.endswith(("_64", "_arm64")):
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
    if found is not None and found.get("enabled") != "false":
        yield "RemoteDisplay is enabled"


@STAGE.check("virtualbox.host", "the guest must not see the host's files or clipboard unasked")
def _host(subject: Subject) -> Iterator[str]:
    for folder in each(subject.machine, "SharedFolder"):
        yield f"the host's folder {folder.get('hostPath')!r} is shared"
    for name in ("Clipboard", "DragAndDrop"):
        found = _one(subject.machine, name)
        if found is not None and found.get("mode", "Disabled") != "Disabled":
            yield f"{name} is shared"


@STAGE.check("virtualbox.controller", "firmware and initial RAM disk find the root on this controller")
def _controller(subject: Subject) -> Iterator[str]:
    wanted = "VirtioSCSI" if subject.is_arm else "AHCI"
    for controller in each(subject.machine, "StorageController"):
        if controller.findall(ovf("AttachedDevice")) and controller.get("type") != wanted:
            yield f"the disk hangs on {controller.get('type')}, not on {wanted}"
    items = envelope.items(subject.envelope, envelope.CONTROLLER)
    if not any(quantity(item, "ResourceSubType") == wanted for item in items):
        yield f"there is no item for the controller {wanted}"


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
