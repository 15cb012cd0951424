"""Descriptors in other words that VirtualBox takes as well; what it does not take is in test_corruptions."""

from __future__ import annotations

from pathlib import Path

import pytest

from .variants import faults_after

ALLOWED = {
    "newer settings": ('"1.16-linux"', '"1.19-windows"'),
    "memory in other words": ("MegaBytes", "byte * 2^20"),
    "a protocol by its name": ('proto="1"', 'proto="TCP"'),
    "modes that are not in use": ("<NAT>", '<DisabledModes><InternalNetwork name="x"/></DisabledModes><NAT>'),
    "a second card that is off": (
        "</Network>\n        <Audio",
        '<Adapter slot="1"/></Network>\n        <Audio',
    ),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_taken(name: str, ova: Path, tmp_path: Path) -> None:
    assert faults_after(ova, tmp_path, ALLOWED[name]) == []


@pytest.mark.parametrize(
    ("change", "check", "said"),
    [
        (('RAMSize="2048"', 'RAMSize="16"'), "virtualbox.memory", "no guest of ours runs"),
        (("MegaBytes", "KiloBytes"), "virtualbox.memory", "the memory item says"),
        (('<CPU count="2">', "<CPU>"), "virtualbox.processors", "no CPU with count"),
        (('<CPU count="2">', '<CPU count="0">'), "virtualbox.processors", "count is 0"),
        (('guestport="22"', ""), "virtualbox.forwards", "no port of the guest"),
        (('name="ssh"', 'name="jupyter"'), "virtualbox.forwards", "the name 'jupyter'"),
        (('slot="0" enabled="true"', 'slot="0" enabled="false"'), "virtualbox.adapter", "0 network cards"),
        (('slot="0" enabled', 'slot="1" enabled'), "virtualbox.adapter", "in slot 1"),
        (('<Image uuid="{', '<Image uuid="{x'), "virtualbox.disk-uuid", "the Image has the uuid x"),
        (('<DragAndDrop mode="Disabled"', '<DragAndDrop mode="HostToGuest"'), "virtualbox.host", "DragAnd"),
        ((' name="deep-learning-workshop" OSType', " OSType"), "virtualbox.machine", "no name or no uuid"),
    ],
)  # fmt: skip
def test_what_is_not(change: tuple[str, str], check: str, said: str, ova: Path, tmp_path: Path) -> None:
    found = faults_after(ova, tmp_path, change)
    assert [name for name, fault in found if said in fault] == [check], found
