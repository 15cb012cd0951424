"""What the hub needs before it starts: its folders, its secrets, and a certificate. Made by root, once."""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import os
import pwd
import secrets
import ssl
import urllib.parse
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from organiser.hub.settings import HubSettings
from workshop.errors import WorkshopError
from workshop.system.files import written_whole

SECRETS = ("key", "cli-token", "proxy-token")
VALID_DAYS = 397
"""The longest that browsers take."""
RENEW_DAYS = 30
"""A self-made certificate with fewer days left is made anew."""


def prepare(hub: HubSettings, given: tuple[Path, Path] | None = None) -> list[str]:
    """Make what is missing; return the names of what was made.

    given: the organiser's certificate and its key, which only root has to be able to read.

    Raises WorkshopError when this is not root, or when the certificate cannot be used.
    """
    if os.geteuid() != 0:
        raise WorkshopError("the classroom's folders and secrets are root's: run this with sudo")
    owner = pwd.getpwnam(hub.account)
    made = [
        each
        for each in (
            _folder(hub.folder, 0, 0, 0o755),
            _folder(hub.private, 0, owner.pw_gid, 0o750),
            _folder(hub.state, owner.pw_uid, owner.pw_gid, 0o700),
            _folder(hub.folder / "cards", 0, 0, 0o700),
        )
        if each
    ]
    for name in SECRETS:
        if not (hub.private / name).exists():
            _write(hub.private / name, secrets.token_hex(32).encode() + b"\n", owner.pw_gid)
            made.append(name)
    if hub.certificate and hub.certificate_key:
        certificate, key = _wanted(hub, given)
        if certificate and _differs(hub.certificate, certificate) | _differs(hub.certificate_key, key):
            # The key first: a proxy that starts between the two fails at once and is started again.
            _write(hub.certificate_key, key, owner.pw_gid)
            _write(hub.certificate, certificate, owner.pw_gid)
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


def _write(file: Path, content: bytes, group: int) -> None:
    with written_whole(file, 0o640) as opened:
        os.fchown(opened.fileno(), 0, group)
        opened.write(content)


def _differs(file: Path, content: bytes) -> bool:
    return not file.exists() or file.read_bytes() != content


def _wanted(hub: HubSettings, given: tuple[Path, Path] | None) -> tuple[bytes, bytes]:
    """Return the certificate and the key that the proxy should have; empty: those that it has."""
    if given:
        certificate, key = (file.read_bytes() for file in given)
        _check(certificate, key, given)
        return certificate, key
    host = urllib.parse.urlsplit(hub.address).hostname or ""
    if hub.certificate and hub.certificate.exists():
        names, left = names_and_days(hub.certificate)
        if host in names and left > RENEW_DAYS:
            return b"", b""
    return self_made(host)


def _check(certificate: bytes, key: bytes, given: tuple[Path, Path]) -> None:
    try:
        public = x509.load_pem_x509_certificates(certificate)[0].public_key()
        private = serialization.load_pem_private_key(key, None)
    except (ValueError, TypeError, IndexError) as error:
        raise WorkshopError(
            f"{given[0]} and {given[1]} must be a certificate and its key in PEM, with no password ({error})"
        ) from error
    if private.public_key() != public:
        raise WorkshopError(
            f"{given[1]} is not the key of the certificate {given[0]}; give the two that belong together"
        )


def self_made(host: str) -> tuple[bytes, bytes]:
    """Return a certificate for a name or an address that vouches for itself, and its key, both in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        alternative = x509.DNSName(host)
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=VALID_DAYS - 1))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM), key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def names_and_days(file: Path) -> tuple[list[str], float]:
    """Return the names and addresses that a certificate is for, and for how many days it still counts.

    Raises WorkshopError when the file is no certificate.
    """
    try:
        certificate = x509.load_pem_x509_certificates(file.read_bytes())[0]
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, IndexError, x509.ExtensionNotFound) as error:
        raise WorkshopError(f"{file} is no certificate that browsers take ({error})") from error
    names = alternatives.get_values_for_type(x509.DNSName)
    addresses = alternatives.get_values_for_type(x509.IPAddress)
    left = certificate.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    return [*names, *map(str, addresses)], left.total_seconds() / 86_400


def is_for(host: str, names: list[str]) -> bool:
    """Tell whether a certificate's names hold a host, also by a wildcard for one label."""
    return host in names or f"*.{host.partition('.')[2]}" in names


def fingerprint(file: Path) -> str:
    """Return the SHA-256 of a certificate as browsers show it, 64 hex digits."""
    text = file.read_text(encoding="ascii")
    first = text[: text.index("-----END CERTIFICATE-----") + len("-----END CERTIFICATE-----")]
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(first + "\n")).hexdigest()
