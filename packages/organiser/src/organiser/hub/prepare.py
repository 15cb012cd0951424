"""What the hub needs before it starts: its folders, its secrets, and a certificate. Made by root, once."""

from __future__ import annotations

import os
import pwd
import secrets
from pathlib import Path

from organiser.hub import acme
from organiser.hub.certificates import RENEW_DAYS, Certificate, check_pair, self_made
from organiser.hub.homes import require_root
from organiser.hub.settings import HubSettings
from workshop.core.files import write_whole

SECRETS = ("key", "cli-token", "proxy-token")


def prepare(hub: HubSettings, given: tuple[Path, Path] | None = None) -> list[str]:
    """Make what is missing; return the names of what was made.

    given: the organiser's certificate and its key, which only root has to be able to read.

    Raises WorkshopError when this is not root, or when the certificate cannot be used.
    """
    require_root()
    owner = pwd.getpwnam(hub.account)
    made = [
        each
        for each in (
            _folder(hub.folder, 0, 0, 0o755),
            _folder(hub.private, 0, owner.pw_gid, 0o750),
            _folder(hub.state, owner.pw_uid, owner.pw_gid, 0o700),
            _folder(hub.folder / "cards", 0, 0, 0o700),
            _folder(hub.acme_folder, 0, 0, 0o700) if hub.acme else "",
        )
        if each
    ]
    for name in SECRETS:
        if not (hub.private / name).exists():
            write_whole(hub.private / name, secrets.token_hex(32).encode() + b"\n", 0o640, group=owner.pw_gid)
            made.append(name)
    # Set-up writes it for root alone; the hub reads a copy.
    given_settings, settings = hub.folder / "authenticator.json", hub.private / "authenticator.json"
    if not hub.authenticator:
        settings.unlink(missing_ok=True)
    elif _differs(settings, content := given_settings.read_bytes()):
        write_whole(settings, content, 0o640, group=owner.pw_gid)
        made.append("authenticator")
    if hub.certificate and hub.certificate_key:
        certificate, key = _wanted(hub, given)
        if certificate and _differs(hub.certificate, certificate) | _differs(hub.certificate_key, key):
            # The key first: a proxy that starts between the two fails at once and is started again.
            write_whole(hub.certificate_key, key, 0o640, group=owner.pw_gid)
            write_whole(hub.certificate, certificate, 0o640, group=owner.pw_gid)
            made.append("certificate")
    return made


def _folder(folder: Path, owner: int, group: int, mode: int) -> str:
    stat = folder.stat() if folder.exists() else None
    if stat and (stat.st_uid, stat.st_gid, stat.st_mode & 0o7777) == (owner, group, mode):
        return ""
    folder.mkdir(exist_ok=True)
    os.chown(folder, owner, group)
    folder.chmod(mode)
    return folder.name


def _differs(file: Path, content: bytes) -> bool:
    return not file.exists() or file.read_bytes() != content


def _wanted(hub: HubSettings, given: tuple[Path, Path] | None) -> tuple[bytes, bytes]:
    """Return the certificate and the key that the proxy should have; empty: those that it has."""
    if hub.acme:
        given = acme.files(hub)
        if not given[0].exists():
            return b"", b""
    if given:
        certificate, key = (file.read_bytes() for file in given)
        check_pair(certificate, key, given)
        return certificate, key
    if hub.certificate and hub.certificate.exists():
        has = Certificate.read(hub.certificate)
        if has.is_self_made and not has.lacks(hub.names) and has.days > RENEW_DAYS:
            return b"", b""
    return self_made(*hub.names)
