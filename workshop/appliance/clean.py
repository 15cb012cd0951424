"""Take out of a provisioned root what belongs to the builder, to this one machine, or to nobody.

The root is not running. What two copies must not share goes, and is made by each at its first boot.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from workshop.errors import WorkshopError

FILES = (
    # One machine's own: made anew at the first boot.
    "etc/ssh/ssh_host_*",
    "var/lib/dbus/machine-id",
    "var/lib/systemd/random-seed",
    "var/lib/systemd/credential.secret",
    "var/lib/workshop-appliance",
    "opt/workshop/etc/token",
    # The builder's.
    "etc/apt/apt.conf.d/99mmdebstrap",
    "srv/ca-bundle.pem",
    "root/.[!.]*",
    "home/*/.bash_history",
    "home/*/.python_history",
    "home/*/.ansible",
    "home/*/.cache",
    "home/*/.ssh/known_hosts",
    "home/*/.ipython/profile_default/history.sqlite",
    "home/*/.local/share/jupyter",
    # Copies that tools keep of what they changed.
    "etc/passwd-",
    "etc/shadow-",
    "etc/group-",
    "etc/gshadow-",
    "etc/subuid-",
    "etc/subgid-",
    "etc/.pwd.lock",
    "var/lib/dpkg/*-old",
    "var/cache/debconf/*-old",
    "var/cache/ldconfig/aux-cache",
)
"""What goes altogether, as patterns below the root."""
EMPTIED = (
    "tmp",
    "var/tmp",
    "run",
    "var/backups",
    "var/cache/dnf",
    "var/cache/libdnf5",
    "var/lib/systemd/coredump",
    "opt/workshop/cache",
    "opt/workshop/run",
    "opt/workshop/log",
)
"""Folders that stay, empty."""
SWEPT = ("var/log", "var/cache/apt", "var/lib/apt/lists")
"""Folders that keep their folders, which services and apt expect, and lose their files."""
JOURNAL = "var/log/journal"
EPOCH_FILE = "usr/lib/clock-epoch"
"""Its date is when the root was cleaned, after everything else in it."""
KEPT_HOME = ("root/.bashrc", "root/.profile")
NAMES = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n127.0.1.1 {hostname}\n"


def clean(root: Path, hostname: str) -> None:
    """Clean a root in place and give it its host name; safe to run again.

    Raises WorkshopError when something cannot be removed.
    """
    kept = {root / name for name in KEPT_HOME}
    for path in _matches(root, FILES):
        if path not in kept:
            remove(path)
    for name in EMPTIED:
        empty(root / name)
    for name in SWEPT:
        _sweep(root / name)
    # Named after a machine that no longer is.
    empty(root / JOURNAL)
    _write_identity(root, hostname)
    _rewrite(root / "etc/shadow", lock_passwords)
    _rewrite(root / "opt/workshop/etc/workshop.toml", forget_bundle)


def _matches(root: Path, patterns: Iterable[str]) -> Iterator[Path]:
    for pattern in patterns:
        yield from list(root.glob(pattern))


def remove(path: Path) -> None:
    """Remove a file, a link or a whole folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def empty(folder: Path) -> None:
    """Remove what is in a folder; the folder keeps its owner and its rights."""
    if folder.is_symlink() or not folder.is_dir():
        return
    for path in folder.iterdir():
        remove(path)


def _sweep(folder: Path) -> None:
    """Remove the files of a folder and of those below it."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_symlink() or not path.is_dir():
            path.unlink()


def _write_identity(root: Path, hostname: str) -> None:
    """Write the files that podman held in its hands while it ran the root."""
    # Empty, not missing: systemd fills it in, and does not take the boot for a factory reset.
    (root / "etc/machine-id").write_text("", encoding="ascii")
    (root / "etc/hostname").write_text(f"{hostname}\n", encoding="utf-8")
    (root / "etc/hosts").write_text(NAMES.format(hostname=hostname), encoding="utf-8")
    # A clock that was never set starts at this file's date (systemd(1)), not in 1970.
    epoch = root / EPOCH_FILE
    epoch.parent.mkdir(parents=True, exist_ok=True)
    epoch.touch()
    resolver = root / "etc/resolv.conf"
    remove(resolver)
    resolver.symlink_to("../run/systemd/resolve/resolv.conf")


def _rewrite(file: Path, change: Callable[[str], str]) -> None:
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")


def lock_passwords(shadow: str) -> str:
    """Return the accounts' passwords with none left: every copy would have it."""
    lines = [line.split(":") for line in shadow.splitlines()]
    locked = [[name, "*" if word[:1] not in ("*", "!") else word, *rest] for name, word, *rest in lines]
    return "".join(":".join(line) + "\n" for line in locked)


def forget_bundle(settings: str) -> str:
    """Return the settings with the one blanked that names the builder's certificates."""
    return re.sub(r"(?m)^ca_bundle = .*$", 'ca_bundle = ""', settings)


WATCHED = ("etc", "root", "home", "opt/workshop/etc", "opt/workshop/state", "usr/local", "var/lib/systemd")
"""Where a builder's secret would lie."""
LARGEST = 1 << 20
"""A longer file is not a setting."""


def find_leaks(root: Path, secrets: Iterable[str]) -> list[str]:
    """Return which files below the root still hold one of the builder's secrets."""
    needles = [secret.encode() for secret in secrets if secret]
    return [str(path.relative_to(root)) for path in _settings(root) if _holds(path, needles)]


def _settings(root: Path) -> Iterator[Path]:
    for folder in WATCHED:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST:
                yield path


def _holds(path: Path, needles: list[bytes]) -> bool:
    content = path.read_bytes()
    return any(needle in content for needle in needles)


def refuse_leaks(root: Path, secrets: Iterable[str]) -> None:
    """Raise WorkshopError that names the files which still hold a secret of the builder's."""
    if leaks := find_leaks(root, secrets):
        raise WorkshopError(f"the root still holds something of this host's in {', '.join(leaks[:5])}")
