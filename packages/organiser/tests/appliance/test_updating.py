"""An appliance says whether its copies can be updated, and nobody else's words pass for that."""

from pathlib import Path
from xml.etree import ElementTree as ET

from sync.organiser import allowed_signers, new_key

from organiser.appliance import updating
from organiser.appliance.envelope import OVF


def choose(root: Path, url: str, key: Path | None = None) -> str:
    etc = root / "opt/workshop/etc"
    etc.mkdir(parents=True, exist_ok=True)
    (etc / "updates.toml").write_text(f'url = "{url}"\nsigners = "/opt/workshop/etc/allowed-signers"\n')
    if key is not None:
        allowed_signers(etc / "allowed-signers", key)
    return updating.sentence(root)


def test_only_address_and_key_together_are_a_promise(tmp_path: Path) -> None:
    assert updating.sentence(tmp_path) == updating.NONE
    assert choose(tmp_path, "") == updating.NONE
    assert choose(tmp_path, "https://example.org/w.git") == updating.NONE
    said = choose(tmp_path, "https://example.org/w.git", new_key(tmp_path, "organiser"))
    assert said.startswith("Updates: from https://example.org/w.git, signed by SHA256:")
    assert "\n" not in said + updating.NONE


def descriptor(text: str) -> ET.Element:
    root = ET.Element("root")
    ET.SubElement(root, f"{{{OVF}}}Annotation").text = text
    return root


def test_the_descriptor_says_it_again() -> None:
    text = f"The workshop.\n\n{updating.NONE}\n\nUpdates: are mended in this version\n"
    assert updating.said(descriptor(text)) == updating.NONE
    assert updating.said(descriptor("Updates: \x85\n")) == updating.UNKNOWN
    assert updating.said(descriptor("")) == updating.UNKNOWN
    assert updating.said(ET.Element("root")) == updating.UNKNOWN
