"""A file system is read and changed from outside; what is removed is gone, its bytes too."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from organiser.appliance import ext4
from organiser.appliance.ext4 import Ext4
from workshop.core.errors import WorkshopError

from .building import EPOCH, make_system_disk, make_used_root, needs

pytestmark = needs("mkfs.ext4", "debugfs", "e2fsck", "fallocate")
OFFSET = 1 << 20


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    # debugfs has a meaning of its own for a question mark.
    (tmp_path / "what?").mkdir()
    return make_system_disk(make_used_root(tmp_path / "root"), tmp_path / "what?" / "disk.raw")


def system_of(raw: Path) -> Ext4:
    return Ext4(raw, OFFSET, epoch=EPOCH)


def test_a_file_that_is_rewritten_keeps_owner_and_mode(raw: Path) -> None:
    system = system_of(raw)
    ((_, before),) = system.find("etc/shadow").items()
    system.change({}, {"etc/shadow": "other\n"})
    ((_, after),) = system.find("etc/shadow").items()
    assert system.read("etc/shadow") == "other\n"
    assert (after.mode, after.uid, after.gid) == (before.mode, before.uid, before.gid)
    assert stat.S_IMODE(after.mode) == 0o640


def test_what_is_removed_leaves_no_byte(raw: Path) -> None:
    system = system_of(raw)
    going = system.find("home/workshop/.cache") | system.tree(["home/workshop/.cache"])
    assert len(going) == 3
    assert b"SECRET-cache" in raw.read_bytes()
    system.change(going, {})
    assert not system.find("home/workshop/.cache")
    system.forget_what_is_free()
    assert b"SECRET-cache" not in raw.read_bytes()
    assert b"SECRET-token" in raw.read_bytes()


def test_a_line_break_in_a_name_is_no_other_name(tmp_path: Path) -> None:
    root = make_used_root(tmp_path / "root")
    (root / "tmp/a\nb").touch()
    system = system_of(make_system_disk(root, tmp_path / "raw"))
    assert system.find("etc/shadow")
    with pytest.raises(WorkshopError, match="line break in a name"):
        system.tree(["tmp"])


def test_a_disk_below_that_keeps_what_was_given_back(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(program: str, *_: object, **__: object) -> str:
        raise WorkshopError(f"{program} failed: Operation not supported")

    monkeypatch.setattr(ext4.programs, "run", refuse)
    with pytest.raises(WorkshopError, match=r"cannot give parts of a file back .* write to another disk"):
        system_of(raw).forget_what_is_free()
