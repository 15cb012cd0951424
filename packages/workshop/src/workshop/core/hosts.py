"""Which Host headers are answered.

A foreign web page can make its own name resolve to 127.0.0.1 and then read what a loopback server
says (DNS rebinding). The browser still sends that foreign name in the Host header, so a server that
knows its names is safe. An address instead of a name cannot be rebound.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable


class HostCheck:
    """Knows the names and addresses under which this server may be asked."""

    def __init__(self, bind_address: str, names: Iterable[str] = ()) -> None:
        """Remember where the server listens; ``names`` are allowed besides."""
        self._only_loopback = is_loopback(bind_address)
        self._names = {"localhost", *(name.lower().rstrip(".") for name in names)}
        if not self._only_loopback:
            self._names |= {socket.gethostname().lower(), f"{socket.gethostname().lower()}.local"}

    def allows(self, host: str) -> bool:
        """Tell whether a request with this Host header (name or address, port or not) is answered."""
        name = _without_port(host).lower().rstrip(".")
        if name in self._names:
            return True
        if self._only_loopback:
            return is_loopback(name)
        return _address(name) is not None


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def is_loopback(text: str) -> bool:
    """Tell whether a host's name or address is this machine's own, whatever a resolver says."""
    address = _address(text)
    return text == "localhost" or (address is not None and address.is_loopback)
