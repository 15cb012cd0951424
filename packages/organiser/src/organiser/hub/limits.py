"""How often somebody may type a wrong code before they read "please wait", and how much anybody may send.

Wrong codes are counted by address; a right one always passes, whatever was counted. A code has 55 bits, so no
limit is needed to keep guesses from it, and no number of wrong codes locks anybody out.

Tornado reads a request's body whole before a handler sees it, by default up to 100 MB for each connection.
People and seats send the hub a few kilobytes. JupyterHub has no setting for its server, so tornado's own
default is set.
"""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from tornado.httpserver import HTTPServer

MOST_BODY_BYTES = 256 * 1024
MOST_BUFFERED_BYTES = 1024 * 1024
WINDOW_SECONDS = 60.0
MOST_WRONG = 40
"""In a window, from one address: a whole class may come through one, and mistype."""
MOST_ADDRESSES = 20_000
"""Of which wrong codes are remembered; the oldest are forgotten first."""
WAIT = "Please wait {seconds} seconds, then try again."


@dataclass
class WrongCodes:
    """Wrong codes of the last WINDOW_SECONDS, by address."""

    most: int = MOST_WRONG
    _times: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def count(self, address: str, now: float) -> str:
        """Count a wrong code; return the words for somebody who has to wait, empty for anybody else.

        Codes that are refused so are not counted, so they make nobody wait longer.

        address: where it came from.
        now: seconds of a clock that never goes back.
        """
        network = network_of(address)
        times = self._times.setdefault(network, deque())
        while times and times[0] <= now - WINDOW_SECONDS:
            times.popleft()
        if len(times) >= self.most:
            return WAIT.format(seconds=math.ceil(times[0] + WINDOW_SECONDS - now))
        times.append(now)
        self._times.move_to_end(network)
        while len(self._times) > MOST_ADDRESSES:
            self._times.popitem(last=False)
        return ""


def network_of(address: str) -> str:
    """Return whom an address stands for: one machine may have all of an IPv6 /64, and of its loopback."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        parsed = parsed.ipv4_mapped or parsed
    if parsed.is_loopback:
        return "loopback"
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def address_from(header: str, peer: str, proxies: int = 1) -> str:
    """Return the address from which a request came to the first proxy of ours.

    header: X-Forwarded-For. Each proxy appends whom it sees; what is before that, the caller may make up.
    peer: who is connected; it counts where there is no proxy.
    proxies: how many there are before the hub; where fewer said something, the first of the header counts.
    """
    seen = [each.strip() for each in header.split(",")]
    return seen[max(0, len(seen) - proxies)] or peer


def limit_bodies() -> None:
    """Let every server that this process makes refuse larger bodies, before it reads them."""
    HTTPServer.configure(None, max_body_size=MOST_BODY_BYTES, max_buffer_size=MOST_BUFFERED_BYTES)
