"""Take out of a provisioned root what belongs to the builder, to this one machine, or to nobody.

The root is not running. What two copies must not share goes, and is made by each at its first boot.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from organiser.appliance import private
from workshop.core.errors import WorkshopError

FILES = (
    # One machine's own: made anew at the first boot.
    "etc/ssh/ssh_host_*",
    "var/lib/dbus/machine-id",
    "var/lib/systemd/random-seed",
    "var/lib/systemd/credential.secret",
    "var/lib/workshop-appliance",
    # By which notebooks know what is their own, and of whom they have taken some.
    "opt/workshop/state/origin",
    "opt/workshop/state/other-machines",
    "opt/workshop/state/packed.zip",
    # The builder's, or of whoever used the machine; homes and the workshop's settings are in ``private``.
    "etc/apt/apt.conf.d/99mmdebstrap",
    "etc/apt/auth.conf",
    "etc/apt/auth.conf.d/*",
    # Passwords of networks, and which were met.
    "etc/NetworkManager/system-connections/*",
    "etc/wpa_supplicant/*.conf",
    "etc/wireguard/*",
    "etc/openvpn/*",
    "etc/ppp/*-secrets",
    "etc/netplan/*",
    "run/NetworkManager/system-connections/*",
    "var/lib/NetworkManager/*",
    "var/lib/iwd/*",
    "var/lib/bluetooth/*",
    "var/lib/dhcp/*",
    # Accounts at registries, shares and clouds, of the whole machine.
    "etc/pip.conf",
    "etc/xdg/pip",
    "etc/uv",
    "etc/xdg/uv",
    "etc/npmrc",
    "usr/etc/npmrc",
    "usr/local/etc/npmrc",
    "etc/gitconfig",
    "etc/netrc",
    "etc/containers/auth.json",
    "etc/docker",
    "etc/krb5.keytab",
    "etc/samba/*credentials*",
    "etc/*credentials*",
    "etc/ssl/private/*",
    "var/lib/cloud",
    "etc/cloud/cloud.cfg.d/*",
    "var/lib/sss/secrets",
    "var/lib/AccountsService/users/*",
    "var/spool/cron/crontabs/*",
    "var/spool/mail/*",
    "var/mail/*",
    # Of servers, shares, mail and private networks; keys of the machine's own; what was once in memory.
    "etc/letsencrypt",
    "etc/kubernetes",
    "etc/rancher",
    "etc/boto.cfg",
    "etc/aws",
    "etc/rclone.conf",
    "etc/msmtprc",
    "etc/exim4/passwd.client",
    "etc/postfix/sasl_passwd*",
    "etc/fetchmailrc",
    "etc/davfs2/secrets",
    "etc/cifs-utils/*",
    "etc/auto.smb*",
    "etc/vpnc/*",
    "etc/openfortivpn/config",
    "etc/ipsec.secrets",
    "etc/ipsec.d/private/*",
    "etc/swanctl/private/*",
    "etc/hostapd/*.conf",
    "etc/iscsi/iscsid.conf",
    "etc/wpa_supplicant.conf",
    "etc/iwd",
    "etc/cups/printers.conf*",
    "etc/dovecot/private/*",
    "etc/mysql/debian.cnf",
    "etc/ansible",
    "etc/ssh/id_*",
    "etc/ssh/ssh_known_hosts",
    "etc/security/opasswd",
    "etc/chrony/chrony.keys",
    "etc/chrony.keys",
    "var/kerberos",
    "var/lib/docker",
    "var/lib/containers",
    "var/lib/samba/private",
    "var/lib/tailscale",
    "var/lib/zerotier-one",
    "var/lib/fwupd/pki",
    "var/lib/snapd",
    "var/spool/cron/atjobs/*",
    "var/spool/at/*",
    "swapfile",
    "swap.img",
    "srv/*",
    "usr/local/etc/*",
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
PAST = ("opt/workshop/state/backups",)
"""What goes as well, and is no secret where it is: a copy's notebooks have no past that could be undone.

To undo the delivery of the build would take every lesson away, and what was replaced before an export is of
whoever used the machine.
"""
EMPTIED = (
    "tmp",
    "var/tmp",
    "run",
    "mnt",
    "media",
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
VERSION_FILE = "opt/workshop/VERSION"
"""Inside the appliance. Not in etc: a file named like a release there is taken for the distribution's."""
NAMES = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n127.0.1.1 {hostname}\n"


def clean(root: Path, hostname: str) -> None:
    """Clean a root in place and give it its host name; safe to run again.

    Raises WorkshopError when something cannot be removed.
    """
    for path in _matches(root, (*FILES, *PAST)):
        remove(path)
    settings = root / private.SETTINGS_FILE
    notebooks = private.notebooks_of(settings.read_text(encoding="utf-8") if settings.is_file() else "")
    for name in private.CLOSED:
        _close(root, root / name, notebooks)
    for name in EMPTIED:
        empty(root / name)
    for name in SWEPT:
        _sweep(root / name)
    # Named after a machine that no longer is.
    empty(root / JOURNAL)
    _write_identity(root, hostname)
    _rewrite(root / "etc/shadow", lock_passwords)
    for name, change in SETTINGS.items():
        if (root / name).is_file():
            _rewrite(root / name, change)


def _close(root: Path, folder: Path, notebooks: str) -> None:
    """Remove from a folder what an appliance does not keep of it."""
    if folder.is_symlink() or not folder.is_dir():
        return
    for path in folder.iterdir():
        if not private.is_allowed(path.relative_to(root).as_posix(), notebooks):
            remove(path)
        else:
            _close(root, path, notebooks)


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
    # A word behind an exclamation mark is a password that waits to be unlocked.
    locked = [[name, word if re.fullmatch("[*!]+", word) else "*", *rest] for name, word, *rest in lines]
    return "".join(":".join(line) + "\n" for line in locked)


def forget_bundle(settings: str) -> str:
    """Return the settings with the one blanked that names the builder's certificates."""
    return re.sub(r"(?m)^ca_bundle = .*$", 'ca_bundle = ""', settings)


def forget_remote(config: str) -> str:
    """Return git's settings without a password: in an address, or in a header, as a CI writes it there."""
    kept_lines = re.sub(r"(?im)^\s*(extraheader|password|token)\s*=.*\n?", "", config)
    return private.forget_credentials(kept_lines)


SETTINGS: dict[str, Callable[[str], str]] = {
    "opt/workshop/source/.git/config": forget_remote,
    "opt/workshop/etc/workshop.toml": forget_bundle,
    "opt/workshop/etc/updates.toml": private.forget_credentials,
    "opt/workshop/etc/pull-variables.json": private.forget_credentials,
}
"""The workshop's own settings, and what is changed in them."""
WATCHED = (
    "etc", "root", "home", "opt/workshop/etc", "opt/workshop/state", "opt/workshop/choices", "srv",
    "usr/local", "var/lib/systemd", "var/lib/workshop-appliance", "var/spool",
)  # fmt: skip
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
        raise WorkshopError(f"the root still contains data of this host in {', '.join(leaks[:5])}")
