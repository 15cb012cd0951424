"""What an appliance says about its own updates: at build, in its descriptor, and so in ``verify``.

A promise of updates holds only for an appliance that knows an address and a key: each says what it knows.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from organiser.appliance import envelope

ETC = Path("opt/workshop/etc")
BEGINS = "Updates: "
NONE = (
    f"{BEGINS}none, for this appliance was built without an address; on a copy, "
    "'sudo workshop update source set ADDRESS --fingerprint SHA256:…' gives it one"
)
UNKNOWN = f"{BEGINS}the appliance does not say"


def sentence(root: Path) -> str:
    """Return, in one line, from where and on whose word the copies of a root are updated."""
    # Who only verifies an appliance does not have what these need.
    from workshop.settings import read_toml
    from workshop.sync.keys import REVISIONS, keys_of
    from workshop.updates import Updates

    choice = root / ETC / "updates.toml"
    updates = read_toml(choice, Updates) if choice.is_file() else Updates()
    signers = root / ETC / "allowed-signers"
    if not updates.url or not signers.is_file():
        return NONE
    known = keys_of(signers.read_text(encoding="utf-8", errors="replace"))
    keys = [key.fingerprint for key in known if key.signs(REVISIONS)]
    return f"{BEGINS}from {updates.url}, signed by {' or '.join(keys) or 'a GPG key'}"


def said(descriptor: ET.Element) -> str:
    """Return that line of an OVF descriptor, or that it has none."""
    for annotation in envelope.each(descriptor, "Annotation"):
        if (found := in_text(annotation.text or "")) != UNKNOWN:
            return found
    return UNKNOWN


def in_text(text: str) -> str:
    """Return that line of a description, or that it has none."""
    found = re.search(rf"^{BEGINS}[^\x00-\x1f\x7f-\x9f]+$", text, re.MULTILINE)
    return found[0] if found else UNKNOWN
