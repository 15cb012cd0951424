"""The boot menu finds a kernel however the distribution names it, and says when there is none."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from workshop.appliance import bootloader
from workshop.errors import WorkshopError

from .building import EPOCH, make_root, needs, needs_disk_tools


def configure(root: Path) -> str:
    bootloader.configure(root, label="workshop", options="ro quiet", epoch=EPOCH)
    return (root / "boot/grub/grub.cfg").read_text()


def test_the_menu_names_label_and_options_and_no_version(tmp_path: Path) -> None:
    text = configure(make_root(tmp_path / "root"))
    assert "root=LABEL=workshop ro quiet\n" in text
    assert "@" not in text
    assert "6.1" not in text
    assert (tmp_path / "root/boot/grub/grub.cfg").stat().st_mtime == EPOCH


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root")
    assert configure(root) == configure(root)


@pytest.mark.parametrize(
    ("kernel", "disk"),
    [
        ("boot/vmlinuz-6.17.fc43.x86_64", "boot/initramfs-6.17.fc43.x86_64.img"),
        ("boot/vmlinuz-6.12-amd64", "boot/initrd.img-6.12-amd64"),
        ("boot/vmlinuz", "boot/initrd.img"),
        ("vmlinuz", "initrd.img"),
    ],
)
def test_kernels_of_each_distribution(tmp_path: Path, kernel: str, disk: str) -> None:
    root = make_root(tmp_path / "root")
    for old in ("vmlinuz", "initrd.img", "boot/vmlinuz-6.1", "boot/initrd.img-6.1"):
        (root / old).unlink()
    with pytest.raises(WorkshopError, match="no kernel with an initial RAM disk"):
        configure(root)
    (root / kernel).write_bytes(b"kernel")
    with pytest.raises(WorkshopError, match="no kernel with an initial RAM disk"):
        configure(root)
    (root / disk).write_bytes(b"disk")
    assert "menuentry" in configure(root)


def test_a_link_to_nowhere_is_no_kernel(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root")
    (root / "boot/vmlinuz-6.1").unlink()
    with pytest.raises(WorkshopError, match="no kernel"):
        configure(root)


@pytest.mark.parametrize("fstab", [None, "", "LABEL=other / ext4 defaults 0 1\n", "#LABEL=workshop / ext4\n"])
def test_an_fstab_that_mounts_something_else(tmp_path: Path, fstab: str | None) -> None:
    root = make_root(tmp_path / "root")
    (root / "etc/fstab").unlink()
    if fstab is not None:
        (root / "etc/fstab").write_text(fstab)
    with pytest.raises(WorkshopError, match="must mount LABEL=workshop on /"):
        configure(root)


@needs("grub-script-check")
def test_grub_understands_the_menu(tmp_path: Path) -> None:
    configure(make_root(tmp_path / "root"))
    command = [shutil.which("grub-script-check"), tmp_path / "root/boot/grub/grub.cfg"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@needs_disk_tools()
def test_the_loader_fits_in_front_of_the_partition(tmp_path: Path) -> None:
    code, image = bootloader.boot_code("workshop", tmp_path)
    assert len(code) == 440
    assert 20_000 < len(image) <= 2047 * 512
    assert (code, image) == bootloader.boot_code("workshop", tmp_path)
