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


def test_text_is_escaped() -> None:
    description = dataclasses.replace(DESCRIPTION, version='<&"$x>', changes="</Annotation> ${name}")
    root = envelope.parse(ovf.render(description, DISK))
    assert next(envelope.each(root, "Version")).text == '<&"$x>'
    assert (next(envelope.each(root, "Annotation")).text or "").endswith("</Annotation> ${name}")


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
