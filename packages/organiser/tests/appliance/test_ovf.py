"""The descriptor says what the machine is, in both languages, and escapes what it is given."""

from __future__ import annotations

import dataclasses
import uuid
from pathlib import Path

import pytest

from organiser.appliance import envelope, ovf
from workshop.core.errors import WorkshopError

from .building import DESCRIPTION

DISK = ovf.Disk("a.vmdk", 123, 1 << 30, uuid.UUID(int=7))


@pytest.mark.parametrize("entry", ["- something ändert sich, und noch etwas\n", "ä"])
def test_a_long_description_is_cut_where_virtualbox_would_refuse_it(entry: str) -> None:
    for count in (10, *range(8000 // len(entry.encode()), 8400 // len(entry.encode())), 20000):
        description = dataclasses.replace(DESCRIPTION, changes=entry * count)
        said = next(envelope.each(envelope.parse(ovf.render(description, DISK)), "Annotation")).text or ""
        assert len(said.encode()) < ovf.LONGEST
        assert said.startswith(f"{ovf.PRODUCT} 1.2.3.")
        assert said.count(entry.strip()) == count or said.endswith(ovf.MORE)
        if entry.startswith("-") and said.endswith(ovf.MORE):
            assert said.removesuffix(ovf.MORE).endswith("etwas"), "an entry is cut"
    assert said.count(entry.strip()) > 100


def test_text_is_escaped() -> None:
    description = dataclasses.replace(DESCRIPTION, version='<&"$x>', changes="</Annotation> ${name}")
    root = envelope.parse(ovf.render(description, DISK))
    assert next(envelope.each(root, "Version")).text == '<&"$x>'
    assert (next(envelope.each(root, "Annotation")).text or "").endswith("</Annotation> ${name}")


def test_other_contents_are_another_machine() -> None:
    other = dataclasses.replace(DISK, uuid=uuid.UUID(int=8))
    first, second = (
        envelope.machine(envelope.parse(ovf.render(DESCRIPTION, disk))) for disk in (DISK, other)
    )
    assert first is not None
    assert second is not None
    assert first.get("uuid") != second.get("uuid")


@pytest.mark.parametrize(
    ("text", "word"), [("ID=debian\n", "Debian_64"), ('NAME=x\nID="fedora"', "Fedora_64")]
)
def test_the_system_of_a_root(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "usr/lib").mkdir(parents=True)
    (tmp_path / "usr/lib/os-release").write_text(text)
    assert ovf.system_of(tmp_path).virtualbox == word


def test_an_unknown_system_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="neither Debian nor Fedora"):
        ovf.system_of(tmp_path)
