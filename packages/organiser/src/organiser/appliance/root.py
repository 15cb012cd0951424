"""The bare root of a machine: a distribution's smallest system in which Ansible can work.

Everything else, the kernel included, is installed by the roles.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from organiser.appliance.architecture import AMD64, ARM64, Architecture, native
from workshop.core import programs
from workshop.core.errors import WorkshopError

DEBIAN = "trixie"
DEBIAN_PACKAGES = (
    "systemd-sysv", "dbus", "python3", "python3-apt", "python3-venv", "sudo", "ca-certificates", "iproute2"
)  # fmt: skip
DEBIAN_EXCLUDED = (
    # Licences stay, manuals and translations go: 100 MB on each of a hundred sticks.
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/locale/*",
)
FEDORA = "42"
FEDORA_PACKAGES = (
    "fedora-release", "systemd", "systemd-udev", "dbus-broker", "dnf", "python3", "python3-libdnf5",
    "sudo", "ca-certificates", "iproute", "selinux-policy-targeted",
)  # fmt: skip


def make_debian(folder: Path, mirror: str = "", architecture: Architecture = AMD64) -> None:
    """Bootstrap Debian 13 into a folder that does not exist yet, from a mirror or from Debian's own.

    Of another processor than this computer's: its programs must be able to run (``emulation``).
    """
    words = [f"--dpkgopt={line}" for line in DEBIAN_EXCLUDED]
    words += ['--aptopt=Acquire::Languages "none"', *host_apt_options()]
    if architecture is not native():
        # What it looks for is only one of the ways in which they run.
        words += [f"--arch={architecture.name}", "--skip=check/qemu"]
    programs.run(
        "mmdebstrap",
        *("--mode=root", "--variant=minbase", f"--include={','.join(DEBIAN_PACKAGES)}"),
        *words,
        *(DEBIAN, folder),
        *([mirror] if mirror else []),
    )


def host_apt_options() -> list[str]:
    """Return how this host reaches its mirror (a proxy, a clock that is off); cleaning takes it out again."""
    if shutil.which("apt-config") is None:
        return []
    lines = programs.run("apt-config", "dump").splitlines()
    passing = ("Acquire::http::", "Acquire::https::", "Acquire::Check-Valid-Until ", "Acquire::Check-Date ")
    return [f"--aptopt={line}" for line in lines if line.startswith(passing) and not line.endswith('"";')]


def make_fedora(folder: Path, mirror: str = "", architecture: Architecture = AMD64) -> None:
    """Bootstrap Fedora into a folder that does not exist yet, through the host's dnf and its repositories."""
    if architecture is ARM64:
        raise WorkshopError("Arm appliances need Debian; leave out --distribution")
    if mirror:
        raise WorkshopError("Fedora uses the mirrors of this host's dnf; leave out --mirror")
    try:
        programs.run(
            "dnf",
            *("install", "--assumeyes", "--quiet", f"--installroot={folder.absolute()}", "--use-host-config"),
            *(f"--releasever={FEDORA}", "--setopt=install_weak_deps=False", "--nodocs"),
            *FEDORA_PACKAGES,
        )
    except WorkshopError as error:
        raise WorkshopError(f"no Fedora root could be made: {error}; build it on a Fedora host") from error


MAKERS: dict[str, Callable[[Path, str, Architecture], None]] = {"debian": make_debian, "fedora": make_fedora}
"""How each distribution's root is made."""


def ensure_root(root: Path, distribution: str, mirror: str = "", architecture: Architecture = AMD64) -> bool:
    """Make the root unless it is there whole; return whether there was anything to do.

    Raises WorkshopError when the distribution is unknown or its tools fail.
    """
    if distribution not in MAKERS:
        raise WorkshopError(f"there is no appliance of {distribution!r}; choose {' or '.join(MAKERS)}")
    if root.is_dir():
        return False
    partial = root.with_name(f"{root.name}.partial")
    if partial.exists():
        shutil.rmtree(partial)
    MAKERS[distribution](partial, mirror, architecture)
    partial.rename(root)
    return True
