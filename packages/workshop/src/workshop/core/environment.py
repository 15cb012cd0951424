"""What programs that are started with an environment of our own must still know of the network around."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
SYSTEM_CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where distributions keep what their administrators trust; an organisation's own is among it."""


def proxies(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the network's proxies, each in both spellings.

    Companies set one or the other; apt and curl read only small letters, others only capitals. Where
    both are set and differ, each keeps its value.
    """
    given = os.environ if environment is None else environment
    found = {}
    for name in PROXIES:
        small, large = given.get(name), given.get(name.upper())
        if value := small or large:
            found[name] = value
        if value := large or small:
            found[name.upper()] = value
    return found


def network(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what a company's network asks of every client: its proxies and its certificates."""
    given = os.environ if environment is None else environment
    return proxies(given) | {name: given[name] for name in CERTIFICATES if given.get(name)}


def trusted_certificates(ca_bundle: Path | None) -> str | None:
    """Return the PEM bundle for requests: the workshop's, what the environment names, or the system's.

    None: requests knows better, or brings its own, where there is nothing else.
    """
    if ca_bundle:
        return str(ca_bundle)
    if os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE"):
        return None  # requests reads these itself
    return os.environ.get("SSL_CERT_FILE") or system_certificates()


def system_certificates() -> str | None:
    """Return the PEM bundle of the system's certificates; None where there is none."""
    return next((path for path in SYSTEM_CERTIFICATES if os.access(path, os.R_OK)), None)
