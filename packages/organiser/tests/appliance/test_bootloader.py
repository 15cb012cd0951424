"""The boot menu finds a kernel however the distribution names it, and says when there is none.

The machines that are started here have kernels of a few bytes (``kernels``); what starts them is real.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import waiting

from organiser.appliance import bootloader
from organiser.appliance.architecture import AMD64, Architecture
from organiser.appliance.boot import booted
from workshop.core.errors import WorkshopError

from .building import EPOCH, make_root, needs, needs_disk_tools, pack
from .kernels import kernel

pytestmark = pytest.mark.slow


def configure(root: Path, architecture: Architecture = AMD64) -> str:
    bootloader.configure(root, label="workshop", options="ro quiet", epoch=EPOCH, architecture=architecture)
    return (root / "boot/grub/grub.cfg").read_text()


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


def install(root: Path, version: str, *, age: int = 0, disk: str = "initrd.img-{}") -> None:
    """Put a kernel of that version into the root; ``age`` in days."""
    for path, data in (
        (root / f"boot/vmlinuz-{version}", kernel(version)),
        (root / "boot" / disk.format(version), b"initial RAM disk"),
    ):
        path.write_bytes(data)
        os.utime(path, (EPOCH - age * 86400,) * 2)


def link(root: Path, version: str, *, below: str = "", suffix: str = "") -> None:
    """Let the links without a version name that kernel."""
    for name in ("vmlinuz", "initrd.img"):
        path = root / below / f"{name}{suffix}"
        path.unlink(missing_ok=True)
        path.symlink_to(f"{'' if below else 'boot/'}{name}-{version}")


def empty(root: Path) -> Path:
    """Return a root without any kernel."""
    make_root(root)
    for name in ("vmlinuz", "initrd.img", "boot/vmlinuz-6.1", "boot/initrd.img-6.1"):
        (root / name).unlink()
    return root


def debian(root: Path) -> None:
    """After an upgrade: the links name the new kernel, whatever its date."""
    install(root, "6.12", age=1)
    install(root, "6.13", age=9)
    link(root, "6.13")
    link(root, "6.12", suffix=".old")


def hook(root: Path) -> None:
    install(root, "6.12", age=1)
    install(root, "6.13", age=9)
    link(root, "6.13", below="boot")


def fedora(root: Path) -> None:
    """No links at all; the newest kernel is neither the first nor the last by name, and one is for rescue."""
    install(root, "6.9.fc43.x86_64", age=5, disk="initramfs-{}.img")
    install(root, "6.17.fc43.x86_64", age=1, disk="initramfs-{}.img")
    install(root, "6.16.fc43.x86_64", age=3, disk="initramfs-{}.img")
    install(root, "0-rescue-0123456789abcdef", disk="initramfs-{}.img")
    install(root, "6.18.fc43.x86_64", disk="initramfs-{}.img")
    (root / "boot/initramfs-6.18.fc43.x86_64.img").unlink()  # its installation broke off


def removed(root: Path) -> None:
    """The kernel that the links name is gone; another one is there."""
    install(root, "6.12")
    link(root, "6.13")


def broken(root: Path) -> None:
    """The new kernel is no kernel; the one before it is."""
    install(root, "6.13")
    (root / "boot/vmlinuz-6.13").write_bytes(b"half a kernel")
    install(root, "6.12", age=9)
    link(root, "6.13")
    link(root, "6.12", suffix=".old")


@needs_disk_tools()
@needs("qemu-system-x86_64")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("arrange", "expected"),
    [
        (debian, "6.13"),
        pytest.param(hook, "6.13", marks=pytest.mark.slow),
        (fedora, "6.17.fc43.x86_64"),
        # GRUB shows the failure for a while, and asks for a key all the time.
        pytest.param(removed, "6.12", marks=pytest.mark.slow),
        pytest.param(broken, "6.12", marks=pytest.mark.slow),
    ],
)
def test_the_right_kernel_starts(arrange: Callable[[Path], None], expected: str, tmp_path: Path) -> None:
    root = empty(tmp_path / "root")
    arrange(root)
    packed = pack(root, tmp_path / "a.ova", version="1")
    with booted(packed.ova, memory=128, cpus=1) as guest:
        until = time.monotonic() + waiting.patience(90)
        while not (said := re.search(r"this is (\S+)", guest.console())) and time.monotonic() < until:
            time.sleep(0.2)
    assert said, "nothing started"
    assert said[1] == expected
