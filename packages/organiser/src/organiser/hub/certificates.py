"""Certificates: what one says of itself, whether it is for the cards' address, and one that is self-made."""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from workshop.core.errors import WorkshopError

VALID_DAYS = 397
"""The longest that browsers take."""
RENEW_DAYS = 30
"""A self-made certificate with fewer days left is made anew."""
DAY = 86_400


@dataclass(frozen=True)
class Certificate:
    """What a certificate says."""

    names: tuple[str, ...]
    """Names and addresses that it is for; ``*.`` stands for one label."""
    issuer: str
    is_self_made: bool
    """Whether it vouches for itself, so that browsers warn."""
    days: float
    """For how many it still counts."""
    lifetime: float
    """For how many it counts in all."""

    @classmethod
    def read(cls, file: Path) -> Certificate:
        """Read the first certificate of a PEM file.

        Raises WorkshopError when the file is none, OSError when it cannot be read.
        """
        try:
            read = x509.load_pem_x509_certificates(file.read_bytes())[0]
            alternatives = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except (ValueError, IndexError, x509.ExtensionNotFound) as error:
            raise WorkshopError(f"{file} is not a certificate that browsers accept ({error})") from error
        names = alternatives.get_values_for_type(x509.DNSName)
        addresses = map(str, alternatives.get_values_for_type(x509.IPAddress))
        left = read.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
        whole = read.not_valid_after_utc - read.not_valid_before_utc
        return cls(
            (*names, *addresses),
            _called(read.issuer),
            read.issuer == read.subject,
            left.total_seconds() / DAY,
            whole.total_seconds() / DAY,
        )

    def lacks(self, wanted: Sequence[str]) -> list[str]:
        """Return those of the wanted names that it is not for."""
        return [each for each in wanted if not is_for(each, self.names)]


def _called(name: x509.Name) -> str:
    """Return what an issuer calls itself: organisation and common name, as far as there are such."""
    parts = [
        str(each.value)
        for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
        for each in name.get_attributes_for_oid(oid)
    ]
    return " ".join(parts) or name.rfc4514_string()


def is_for(host: str, names: Sequence[str]) -> bool:
    """Tell whether a certificate's names hold a host, also by a wildcard for one label."""
    return host in names or f"*.{host.partition('.')[2]}" in names


def fingerprint(file: Path) -> str:
    """Return the SHA-256 of a certificate as browsers show it, 64 hex digits."""
    text = file.read_text(encoding="ascii")
    first = text[: text.index("-----END CERTIFICATE-----") + len("-----END CERTIFICATE-----")]
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(first + "\n")).hexdigest()


def check_pair(certificate: bytes, key: bytes, files: tuple[Path, Path]) -> None:
    """Look whether a certificate and a key belong together.

    files: where both came from, for what is said when they do not.

    Raises WorkshopError when they do not, or are none.
    """
    try:
        public = x509.load_pem_x509_certificates(certificate)[0].public_key()
        private = serialization.load_pem_private_key(key, None)
    except (ValueError, TypeError, IndexError) as error:
        raise WorkshopError(
            f"{files[0]} and {files[1]} must be a certificate and its key in PEM, with no password ({error})"
        ) from error
    if private.public_key() != public:
        raise WorkshopError(f"{files[1]} is not the key of the certificate {files[0]}; give a matching pair")


def self_made(*hosts: str) -> tuple[bytes, bytes]:
    """Return a certificate for names or addresses that vouches for itself, and its key, both in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:64])])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=VALID_DAYS - 1))
        .add_extension(x509.SubjectAlternativeName(list(map(_general, hosts))), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM), key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
