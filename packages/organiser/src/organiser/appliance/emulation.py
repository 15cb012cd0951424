"""Build for another processor than this computer's: QEMU runs its programs, but not what takes longest.

The kernel is told of the other kind of programs (binfmt_misc) in a mount namespace of this process' own, and
forgets it with the namespace, however the process ends. Until then all of the host could run them. Theano's
functions are compiled by a compiler of the host's processor for the other one, mounted in as ``g++``;
emulated, it takes nine times as long.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from organiser.appliance.architecture import AMD64, ARM64, Architecture, native
from organiser.appliance.root import DEBIAN, host_apt_options
from workshop.core import programs
from workshop.core.errors import WorkshopError

CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x00020000, 0x4000, 1 << 18
"""unshare(2), mount(2)."""
FORMATS = Path("/proc/sys/fs/binfmt_misc")
NAME = "workshop-aarch64"
FLAGS = "OPF"
"""Opened at once, so that it is found inside any root; the program's own name and rights are kept."""
MAGIC = bytes.fromhex("7f454c460201010000000000000000000200b700")
MASK = bytes.fromhex("ffffffffffffff00fffffffffffffffffeffffff")
COMPILER = "g++-aarch64-linux-gnu"
CREDENTIALS = (
    "systemd-journald", "systemd-sysusers", "systemd-tmpfiles-setup-dev-early", "systemd-tmpfiles-setup-dev",
    "systemd-tmpfiles-setup",
)  # fmt: skip
NO_CREDENTIALS = "[Service]\nImportCredential=\nLoadCredential=\nSetCredential=\n"
"""QEMU does not know the calls by which systemd hands them over, and the services would fail."""
LINKS = (("/lib64", "usr/lib64"),)
"""Where the compiler's own loader is looked for. With a folder there /usr were not merged, and udev, which
an initial RAM disk needs, is not installed on such a system."""
CROSS_COMPILER = '#!/bin/sh\nexec /cross/usr/bin/aarch64-linux-gnu-g++ "$@"\n'


@dataclass(frozen=True)
class Emulation:
    """What a root that is emulated sees of this host."""

    mounts: tuple[tuple[Path, str, str], ...]
    """(path here, path there, "ro")."""
    links: tuple[tuple[str, str], ...] = ()
    """(path there, what it leads to)."""
    boot_seconds: int = 600


@contextmanager
def ready(
    architecture: Architecture, cache: Path, mirror: str, say: Callable[[str], None]
) -> Iterator[Emulation | None]:
    """Make this process able to run programs of a processor; None when it is this computer's own.

    cache: keeps the compiler and GRUB's modules. Raises WorkshopError when QEMU's emulator is missing, or
    the kernel does not let us.
    """
    if architecture is native():
        yield None
        return
    if (architecture, native()) != (ARM64, AMD64):
        raise WorkshopError(f"{architecture.name} cannot be emulated here; only arm64 on amd64 can")
    register(emulator())
    say("installing the compiler for Arm")
    cross = ensure_tools(cache / "cross-arm64", (COMPILER,), mirror, AMD64)
    ensure_tools(cache / "grub-arm64", ("grub-efi-arm64-bin",), mirror, ARM64)
    yield Emulation(tuple(_mounts(cross, cache / "emulation")), LINKS)


def emulator() -> Path:
    """Return QEMU's emulator, which must need no library of this host."""
    for name in ("qemu-aarch64-static", "qemu-aarch64"):
        if found := shutil.which(name):
            return Path(found).resolve()
    raise WorkshopError(
        "needs QEMU's emulator to build for Arm here; install qemu-user-static, or build on an Arm machine"
    )


def register(program: Path) -> None:
    """Let this process, and what it starts, run programs for Arm, as long as one of them is there.

    Raises WorkshopError when this is not root, or the kernel has no binfmt_misc.
    """
    library = ctypes.CDLL(None, use_errno=True)

    def call(what: str, result: int) -> None:
        if result:
            why = os.strerror(ctypes.get_errno())
            raise WorkshopError(f"cannot emulate Arm here: {what}: {why}; build on an Arm machine")

    call("no mount namespace", library.unshare(CLONE_NEWNS))
    call("mounts stay shared", library.mount(None, b"/", None, MS_REC | MS_PRIVATE, None))
    if not (FORMATS / "register").exists():
        call("no binfmt_misc", library.mount(b"binfmt_misc", bytes(FORMATS), b"binfmt_misc", 0, None))
    if (FORMATS / NAME).exists():
        return
    try:
        (FORMATS / "register").write_bytes(rule(program))
    except OSError as error:
        raise WorkshopError(f"cannot emulate Arm here: {error.strerror}; build on an Arm machine") from error


def rule(program: Path) -> bytes:
    """Return what the kernel is told (Documentation/admin-guide/binfmt-misc.rst)."""
    escaped = ("".join(f"\\x{byte:02x}" for byte in data) for data in (MAGIC, MASK))
    return f":{NAME}:M::{':'.join(escaped)}:{program}:{FLAGS}".encode()


def ensure_tools(folder: Path, packages: tuple[str, ...], mirror: str, architecture: Architecture) -> Path:
    """Unpack packages of Debian into a folder, unless it is there whole; nothing of them is run."""
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.with_name(f"{folder.name}.partial")
    if partial.exists():
        shutil.rmtree(partial)
    address = [mirror] if mirror else []
    programs.run(
        "mmdebstrap",
        *("--mode=root", "--variant=extract", "--format=directory", f"--include={','.join(packages)}"),
        *(f"--arch={architecture.name}", "--skip=check/qemu", '--aptopt=APT::Install-Recommends "false"'),
        *('--aptopt=Acquire::Languages "none"', "--dpkgopt=path-exclude=/usr/share/*", *host_apt_options()),
        *(DEBIAN, partial),
        *address,
    )
    partial.rename(folder)
    return folder


def _mounts(cross: Path, folder: Path) -> Iterator[tuple[Path, str, str]]:
    """Yield what the root sees: the compiler with its libraries, and units without credentials."""
    folder.mkdir(parents=True, exist_ok=True)
    compiler = folder / "g++"
    compiler.write_text(CROSS_COMPILER)
    compiler.chmod(0o755)
    yield cross, "/cross", "ro"
    yield cross / "usr/lib64", "/usr/lib64", "ro"
    yield cross / "usr/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "ro"
    yield cross / "usr/aarch64-linux-gnu", "/usr/aarch64-linux-gnu", "ro"
    yield compiler, "/usr/local/bin/g++", "ro"
    for unit in CREDENTIALS:
        drop_in = folder / f"{unit}.conf"
        drop_in.write_text(NO_CREDENTIALS)
        yield drop_in, f"/etc/systemd/system/{unit}.service.d/10-emulated.conf", "ro"


def prepare(root: Path, emulated: Emulation) -> None:
    """Make the links that a root has as long as it is emulated."""
    for there, target in emulated.links:
        place = root / there.lstrip("/")
        if place.is_dir() and not place.is_symlink() and not any(place.iterdir()):
            place.rmdir()
        if not place.exists() and not place.is_symlink():
            place.symlink_to(target)


def forget(root: Path, emulated: Emulation) -> None:
    """Remove from a root the empty places where this host's files were mounted.

    An empty ``g++`` would be found before the real one, and a unit's empty settings puzzle whoever looks
    for a fault. What is not empty is the root's own.
    """
    for there, target in emulated.links:
        place = root / there.lstrip("/")
        if place.is_symlink() and str(place.readlink()) == target:
            place.unlink()
    for _, there, _ in emulated.mounts:
        place = root / there.lstrip("/")
        if place.is_file() and not place.is_symlink() and not place.stat().st_size:
            place.unlink()
            place = place.parent if place.parent.name.endswith(".service.d") else place
        if place.is_dir() and not place.is_symlink() and not any(place.iterdir()):
            place.rmdir()


def grub(cache: Path, architecture: Architecture) -> Path | None:
    """Return where GRUB's modules for a processor were unpacked; None when this computer has its own."""
    folder = cache / f"grub-{architecture.name}"
    return folder if folder.is_dir() else None
