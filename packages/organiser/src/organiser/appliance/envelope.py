"""An OVF descriptor that somebody else may have written: read safely, asked for what we need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

OVF = "http://schemas.dmtf.org/ovf/envelope/1"
VBOX = "http://www.virtualbox.org/ovf/machine"


@dataclass(frozen=True)
class Rule:
    """A rule of port forwarding as it stands there; what is absent is empty."""

    name: str
    protocol: str
    host_ip: str
    host_port: str
    guest_ip: str
    guest_port: str


def parse(data: bytes) -> ET.Element:
    """Return the root element; ValueError in one line when it is not XML."""
    try:
        return ET.fromstring(data)
    except (ET.ParseError, LookupError) as error:
        raise ValueError(f"it is not XML: {error}") from error


def ovf(name: str) -> str:
    """Return a name in the standard's namespace."""
    return f"{{{OVF}}}{name}"


def vbox(name: str) -> str:
    """Return a name in VirtualBox's namespace."""
    return f"{{{VBOX}}}{name}"


def each(element: ET.Element, name: str) -> Iterator[ET.Element]:
    """Yield the element's descendants of that name, in the standard's namespace."""
    return element.iter(ovf(name))


def machine(envelope: ET.Element) -> ET.Element | None:
    """Return VirtualBox's own description, when there is one."""
    return next(envelope.iter(vbox("Machine")), None)


def is_arm(envelope: ET.Element) -> bool:
    """Tell whether VirtualBox makes an Arm machine of it."""
    described = machine(envelope)
    found = None if described is None else next(each(described, "Platform"), None)
    return found is not None and found.get("architecture") == "ARM"


def rules(envelope: ET.Element) -> list[Rule]:
    """Return the rules of port forwarding in VirtualBox's description."""
    described = machine(envelope)
    names = ("name", "proto", "hostip", "hostport", "guestip", "guestport")
    found = [] if described is None else each(described, "Forwarding")
    return [Rule(*(rule.get(name, "") for name in names)) for rule in found]


def number(text: str | None) -> int | None:
    """Return a decimal number, or None when the text is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else None


def memory_of(envelope: ET.Element) -> int | None:
    """Return the memory in MiB that VirtualBox gives; it is the first source that counts."""
    described = machine(envelope)
    found = None if described is None else next(each(described, "Memory"), None)
    return None if found is None else number(found.get("RAMSize"))


def cpus_of(envelope: ET.Element) -> int | None:
    """Return the number of processors that VirtualBox gives."""
    described = machine(envelope)
    found = None if described is None else next(each(described, "CPU"), None)
    return None if found is None else number(found.get("count"))
