"""How often somebody may be wrong: failures are counted for each address and for each seat."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict, deque
from dataclasses import dataclass, field

WINDOW_SECONDS = 60.0
SEAT_FAILURES = 10
"""In a window, for one seat, from all addresses."""
ADDRESS_FAILURES = 40
"""In a window, from one address: a whole class may come through one, and mistype."""
MOST_KEYS = 20_000
"""Of which failures are remembered; the oldest are forgotten first."""


@dataclass
class Failures:
    """Failures of the last WINDOW_SECONDS, by key; times are seconds of a clock that never goes back."""

    most: int
    _times: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def wait(self, key: str, now: float) -> float:
        """Return for how many seconds a key is refused; 0 if it is not."""
        times = self._recent(key, now)
        return times[-self.most] + WINDOW_SECONDS - now if len(times) >= self.most else 0.0

    def add(self, key: str, now: float) -> None:
        """Count a failure."""
        times = self._recent(key, now)
        times.append(now)
        self._times[key] = times
        self._times.move_to_end(key)
        while len(self._times) > MOST_KEYS:
            self._times.popitem(last=False)

    def forget(self, key: str) -> None:
        """Forget the failures of a key."""
        self._times.pop(key, None)

    def _recent(self, key: str, now: float) -> deque[float]:
        times = self._times.get(key, deque())
        while times and times[0] <= now - WINDOW_SECONDS:
            times.popleft()
        if not times:
            self._times.pop(key, None)
        return times


def network_of(address: str) -> str:
    """Return whom an address stands for: of IPv6 its /64, which one machine may have whole."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
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
