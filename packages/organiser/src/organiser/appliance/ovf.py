"""The OVF descriptor: the standard's part and VirtualBox's own.

After DSP0243 1.1 ("OVF descriptor", "Envelope element", "Core metadata sections") and what
VirtualBox reads: port forwarding survives an import only with a ``vbox:Machine``, and once that is
there it wins over the standard's items. ``appliance.ovf`` and ``appliance-arm64.ovf`` are the texts. For
Arm, VirtualBox 7.1 and later want version 1.20: it reads an older one as an x86 machine without a word.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template
from xml.sax.saxutils import escape

from organiser.appliance.architecture import AMD64, ARM64, Architecture
from organiser.appliance.machine import Forward, Machine
from workshop.core.errors import WorkshopError

PRODUCT = "Deep Learning Workshop"
NAMESPACE = uuid.UUID("0f5b7d8e-6c43-5a33-8f0e-6a6f0a5e9d11")
"""Of machines' identifiers; made once for this project."""
LOOPBACK = "127.0.0.1"
TCP = 1
LONGEST = 8192
"""Bytes of a description: VirtualBox 7.2 imports nothing with one that long (*Element 'Annotation' exceeds
limit*)."""
MORE = "\n\nThere is more: see the file that ends in .CHANGES, beside this one."


@dataclass(frozen=True)
class System:
    """A guest's operating system: CIM's number for it, and VirtualBox's word."""

    cim: int
    virtualbox: str

    architecture: Architecture = AMD64


SYSTEMS = {"debian": System(96, "Debian_64"), "fedora": System(101, "Fedora_64")}
"""By ID of os-release(5); CIM has no number for Fedora, so it is a 64-bit Linux."""
ARM_SYSTEMS = {
    "debian": System(96, "Debian_arm64", ARM64),
    "fedora": System(101, "Fedora_arm64", ARM64),
}
TEMPLATES = {AMD64: "appliance.ovf", ARM64: "appliance-arm64.ovf"}


@dataclass(frozen=True)
class Disk:
    """The disk's file in the OVA; sizes are bytes."""

    name: str
    size: int
    capacity: int
    uuid: uuid.UUID


@dataclass(frozen=True)
class Description:
    """What the descriptor says about the machine."""

    machine: Machine
    version: str
    system: System
    changes: str = ""
    """Shown as the machine's description."""


def system_of(root: Path, architecture: Architecture = AMD64) -> System:
    """Return the operating system of a root directory; WorkshopError when it is none of ours."""
    systems = SYSTEMS if architecture is AMD64 else ARM_SYSTEMS
    for name in ("etc/os-release", "usr/lib/os-release"):
        path = root / name
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        for key, _, value in (line.partition("=") for line in lines):
            if key == "ID" and (system := systems.get(value.strip("\"'"))):
                return system
    raise WorkshopError(f"{root} is neither Debian nor Fedora by its etc/os-release")


def render(description: Description, disk: Disk) -> bytes:
    """Return the descriptor; the same description and disk give the same bytes."""
    machine = description.machine
    values = {
        "name": machine.name,
        "memory": machine.memory,
        "cpus": machine.cpus,
        "product": PRODUCT,
        "version": description.version,
        "annotation": _annotation(description),
        "cim_system": description.system.cim,
        "virtualbox_system": description.system.virtualbox,
        # One identifier for each disk's contents: two versions can be imported side by side.
        "machine_uuid": uuid.uuid5(NAMESPACE, f"{machine.name} {disk.uuid}"),
        "disk_name": disk.name,
        "disk_size": disk.size,
        "disk_uuid": disk.uuid,
        "capacity": disk.capacity,
    }
    escaped = {key: escape(str(value), {'"': "&quot;"}) for key, value in values.items()}
    text = resources.files(__package__).joinpath(TEMPLATES[description.system.architecture])
    template = Template(text.read_text(encoding="utf-8"))
    forwards = "\n".join(_forwarding(rule) for rule in machine.forwards)
    return template.substitute(escaped, forwards=forwards).encode("utf-8")


def _annotation(description: Description) -> str:
    """Return what VirtualBox shows as the machine's description."""
    first = f"{PRODUCT} {description.version}. Start the machine, then open what its window shows."
    return shortened(f"{first}\n\n{description.changes}".strip(), LONGEST - 1)


def shortened(text: str, most: int) -> str:
    """Return a text, or its first entries that fit into so many bytes, and where to find the others."""
    data = text.encode("utf-8")
    if len(data) <= most:
        return text
    kept = data[: most - len(MORE)].decode("utf-8", errors="ignore")
    # In the middle of an entry only where there is none to end at.
    end = max(kept.rfind("\n- "), kept.rfind("\n\n"))
    return (kept[:end] if end > len(kept) // 2 else kept) + MORE


def _forwarding(rule: Forward) -> str:
    """Return a rule of VirtualBox; without hostip it would listen on every interface."""
    return (
        f'              <Forwarding name="{escape(rule.name)}" proto="{TCP}" hostip="{LOOPBACK}" '
        f'hostport="{rule.host}" guestport="{rule.guest}"/>'
    )
