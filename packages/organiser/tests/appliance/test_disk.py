"""A directory becomes a disk: partition, file system, loader; the same one each time."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from organiser.appliance import bootloader, disk
from workshop.core.errors import WorkshopError

from .building import EPOCH, make_root, needs_disk_tools

pytestmark = needs_disk_tools()
UUID = "5f0f5d33-5b5c-5a8f-9a0e-7c1d0a7b2f66"
MIB = 1 << 20
START = MIB


def make(root: Path, image: Path, size: int = 64 * MIB) -> Path:
    bootloader.configure(root, label="workshop", options="ro", epoch=EPOCH)
    disk.make_disk(root, image, size_bytes=size, label="workshop", uuid=UUID, epoch=EPOCH)
    return image


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path / "root")


def debugfs(image: Path, command: str) -> str:
    tool = shutil.which("debugfs", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    return subprocess.run(
        [tool, "-R", command, f"{image}?offset={START}"], capture_output=True, text=True, check=True
    ).stdout  # type: ignore[list-item]


def test_the_file_system_is_sound_and_holds_everything(root: Path, tmp_path: Path) -> None:
    image = make(root, tmp_path / "disk")
    checker = shutil.which("e2fsck", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    done = subprocess.run(
        [checker, "-fn", f"{image}?offset={START}"], capture_output=True, text=True, check=False
    )  # type: ignore[list-item]
    assert done.returncode == 0, done.stdout + done.stderr
    assert debugfs(image, "cat /usr/bin/größe") == "a name that is not ASCII"
    assert debugfs(image, "cat /etc/fstab") == "LABEL=workshop / ext4 defaults 0 1\n"
    assert "Type: symlink" in debugfs(image, "stat /usr/bin/link")
    assert "Mode:  0700" in debugfs(image, "stat /root")
    assert "menuentry" in debugfs(image, "cat /boot/grub/grub.cfg")


def test_owners_and_attributes_are_kept(root: Path, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, to give a file away")
    os.chown(root / "usr/bin/largest", 1234, 2345)
    os.setxattr(root / "usr/bin/largest", "security.workshop", b"kept")
    image = make(root, tmp_path / "disk")
    assert "User:  1234   Group:  2345" in debugfs(image, "stat /usr/bin/largest")
    assert "kept" in debugfs(image, "ea_get /usr/bin/largest security.workshop")


def test_a_root_that_does_not_fit_leaves_nothing(root: Path, tmp_path: Path) -> None:
    (root / "usr/bin/huge").write_bytes(os.urandom(70 * MIB))
    with pytest.raises(WorkshopError, match=r"mkfs\.ext4 failed"):
        make(root, tmp_path / "disk")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["root"]
