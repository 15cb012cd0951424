"""Fedora's hook: the links of the boot menu follow the newest kernel that can start."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

HOOK = Path(__file__).resolve().parents[2] / "roles/appliance-image/files/95-workshop.install"


@pytest.fixture
def boot(tmp_path: Path) -> Path:
    """A /boot with one kernel, and the modules of two."""
    folder = tmp_path / "boot"
    folder.mkdir()
    add_kernel(folder, "6.12.9-200.fc42")
    add_kernel(folder, "0-rescue-0123456789abcdef")
    return folder


def add_kernel(boot: Path, version: str) -> None:
    (boot / f"vmlinuz-{version}").write_text(version)
    (boot / f"initramfs-{version}.img").write_text(version)


def call(boot: Path, verb: str, version: str) -> tuple[str, str]:
    """Call the hook; return what the two links lead to."""
    variables = {**os.environ, "WORKSHOP_BOOT": str(boot), "WORKSHOP_MODULES": str(boot.parent / "modules")}
    subprocess.run(["sh", HOOK, verb, version], check=True, env=variables)
    return str((boot / "vmlinuz").readlink()), str((boot / "initrd.img").readlink())


def test_the_newest_kernel_is_started_not_the_rescue_one(boot: Path) -> None:
    old = ("vmlinuz-6.12.9-200.fc42", "initramfs-6.12.9-200.fc42.img")
    assert call(boot, "add", "6.12.9-200.fc42") == old
    add_kernel(boot, "6.12.10-200.fc42")
    assert call(boot, "add", "6.12.10-200.fc42")[0] == "vmlinuz-6.12.10-200.fc42"
    assert call(boot, "remove", "6.12.10-200.fc42") == old


def test_a_kernel_that_lies_only_beside_its_modules_is_taken_from_there(boot: Path) -> None:
    modules = boot.parent / "modules/6.13.1"
    modules.mkdir(parents=True)
    (modules / "vmlinuz").write_text("new")
    (boot / "initramfs-6.13.1.img").write_text("new")
    assert call(boot, "add", "6.13.1")[0] == "vmlinuz-6.13.1"
    assert (boot / "vmlinuz-6.13.1").read_text() == "new"


def test_a_kernel_without_its_initial_disk_is_not_started(boot: Path) -> None:
    call(boot, "add", "6.12.9-200.fc42")
    (boot / "vmlinuz-6.14.0").write_text("half installed")
    assert call(boot, "add", "6.14.0")[0] == "vmlinuz-6.12.9-200.fc42"
