"""A descriptor that VirtualBox wrote is read."""

from __future__ import annotations

import pytest

from organiser.appliance import envelope


@pytest.mark.parametrize("data", [b"<a>", b"<?xml version='1.0' encoding='no-such'?><a/>", b"<a>&b;</a>"])
def test_what_is_no_xml_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(ValueError, match="not XML") as caught:
        envelope.parse(data)
    assert "\n" not in str(caught.value)


def test_a_descriptor_without_virtualboxs_part_has_no_rules() -> None:
    root = envelope.parse(f"<Envelope xmlns='{envelope.OVF}'/>".encode())
    assert (envelope.machine(root), envelope.rules(root)) == (None, [])
    assert (envelope.memory_of(root), envelope.cpus_of(root)) == (None, None)
