"""The network is cut while a lesson runs: on the day there is none.

The lesson's worker is started by the program ``unshare`` in a network namespace in which only loopback
exists. Root may do that, and on most systems a plain user inside a user namespace. Elsewhere a lesson runs
with the network, and its result says so.
"""

from __future__ import annotations

import fcntl
import functools
import socket
import struct
import subprocess

NAMESPACE = "namespace"
OPEN = "open"

WAYS = (
    ("unshare", "--net", "--"),
    # Its capabilities are those of the namespace alone; the worker needs them for loopback.
    ("unshare", "--user", "--map-current-user", "--keep-caps", "--net", "--"),
)

# linux/sockios.h, linux/if.h
_SIOCSIFFLAGS = 0x8914
_IFF_UP_RUNNING = 0x1 | 0x40


@functools.cache
def without_network() -> tuple[str, ...]:
    """Return the words before a command that cut its network; none where the system allows no such thing."""
    for words in WAYS:
        try:
            tried = subprocess.run(
                [*words, "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False
            )
        except OSError:
            return ()
        if tried.returncode == 0:
            return words
    return ()


def start_loopback() -> None:
    """Bring up loopback, which is down in a new namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14s", b"lo", _IFF_UP_RUNNING, b""))
