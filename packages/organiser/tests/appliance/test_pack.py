"""From a root to an OVA that every check passes, the same bytes each time, and nothing else left behind."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from organiser.appliance.ova import read_contents
from organiser.appliance.pack import PackResult
from organiser.appliance.verify.run import verify
from workshop.errors import WorkshopError

from .building import MACHINE, make_appliance_root, make_root, needs_disk_tools, pack


def make(root: Path, ova: Path, version: str = "1.2.3", changes: Path | None = None) -> PackResult:
    return pack(root, ova, version=version, changes=changes)


@needs_disk_tools()
def test_the_ova_is_sound_and_alone(tmp_path: Path) -> None:
    changes = tmp_path / "CHANGES"
    changes.write_text("New: everything\n")
    (tmp_path / "out").mkdir()
    result = make(make_appliance_root(tmp_path / "root"), tmp_path / "out/a.ova", changes=changes)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.ova"]
    assert verify(result.ova).faults == []
    assert result.sha256 == hashlib.sha256(result.ova.read_bytes()).hexdigest()
    assert result.bytes == result.ova.stat().st_size
    assert set(result.seconds) == {"disk", "vmdk", "ova"}
    assert read_contents(result.ova).forwards == MACHINE.forwards
    assert b"New: everything" in result.ova.read_bytes()[:8192]


def test_a_root_that_cannot_boot_leaves_nothing(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root")
    (root / "boot/vmlinuz-6.1").unlink()
    with pytest.raises(WorkshopError, match="no kernel"):
        make(root, tmp_path / "a.ova")
    assert [path.name for path in tmp_path.iterdir()] == ["root"]
