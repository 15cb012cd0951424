"""What programs that are started with an environment of our own must still know of the network around."""

from __future__ import annotations

import os
from collections.abc import Mapping

PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


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
