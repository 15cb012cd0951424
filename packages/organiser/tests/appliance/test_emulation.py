"""Emulating another processor: what the kernel is told, what the root sees, and how long it will take."""

from __future__ import annotations

from pathlib import Path

import pytest

from organiser.appliance import emulation
from organiser.appliance.architecture import AMD64, ARM64

from .building import program


def matches(head: bytes) -> bool:
    """Tell whether the kernel would give a program to the emulator (binfmt-misc.rst)."""
    return all(
        (byte & mask) == (magic & mask)
        for byte, mask, magic in zip(head, emulation.MASK, emulation.MAGIC, strict=False)
    )


def test_the_kernel_gives_programs_for_arm_to_the_emulator_and_no_others() -> None:
    assert len(emulation.MAGIC) == len(emulation.MASK)
    assert matches(program(ARM64))
    executable = bytearray(program(ARM64))
    executable[16] = 2  # ET_EXEC; the other one is ET_DYN
    assert matches(bytes(executable))
    assert not matches(program(AMD64))
    assert not matches(b"#!/bin/sh".ljust(64, b"\0"))
    text = emulation.rule(Path("/usr/bin/qemu-aarch64"))
    assert text.startswith(b":workshop-aarch64:M::\\x7f\\x45\\x4c\\x46")
    assert text.endswith(b":/usr/bin/qemu-aarch64:OPF")
    assert len(text) < 256, "the kernel takes no more"


def test_what_is_mounted_leaves_the_root_a_merged_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Debian's udev wants it: what is not below /usr leads there. A killed build left a folder."""
    monkeypatch.setattr(emulation, "native", lambda: AMD64)
    monkeypatch.setattr(emulation, "emulator", lambda: Path("/usr/bin/qemu-aarch64"))
    monkeypatch.setattr(emulation, "register", lambda program: None)
    monkeypatch.setattr(emulation, "ensure_tools", lambda folder, *_: folder)
    root = tmp_path / "root"
    (root / "lib64").mkdir(parents=True)
    with emulation.ready(ARM64, tmp_path / "cache", "", lambda _: None) as emulated:
        assert emulated is not None
        for _ in range(2):
            emulation.prepare(root, emulated)
        for _, there, _ in emulated.mounts:
            assert there.split("/")[1] not in ("bin", "sbin", "lib", "lib64", "lib32"), there
            (root / there.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            (root / there.lstrip("/")).mkdir(exist_ok=True)
        assert (root / "lib64").resolve() == (root / "usr/lib64").resolve()
        emulation.forget(root, emulated)
    assert not (root / "lib64").is_symlink()
    assert not (root / "usr/lib64").exists()


def test_of_what_was_mounted_nothing_empty_stays(tmp_path: Path) -> None:
    """An empty g++ would hide the real one."""
    root, drop_in = tmp_path / "root", "/etc/systemd/system/a.service.d/10-emulated.conf"
    files = ["/usr/local/bin/g++", drop_in, "/own"]
    for name in files:
        (root / name.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        (root / name.lstrip("/")).touch()
    for name in ("cross", "lib64"):
        (root / name).mkdir()
    (root / "own").write_text("the root's own")
    emulated = emulation.Emulation(tuple((tmp_path, name, "ro") for name in ("/cross", "/lib64", *files)))
    for _ in range(2):
        emulation.forget(root, emulated)
        there = {path.relative_to(root).as_posix() for path in root.rglob("*")}
        assert there == {
            "own",
            "usr",
            "usr/local",
            "usr/local/bin",
            "etc",
            "etc/systemd",
            "etc/systemd/system",
        }
