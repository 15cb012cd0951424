"""Ports that nobody has, for servers of tests that must be told theirs before they start."""

from __future__ import annotations

import contextlib
import errno
import random
import socket
from pathlib import Path

RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOWEST = 22_000
"""What machines of the workshop and seats of a classroom are set up with lies below."""
LOCALHOST = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
_draw = random.SystemRandom()


def free_port() -> int:
    """Return a port that nobody has on localhost.

    It is none of those from which the system chooses for whoever asks for any: while the server of a test
    starts, what runs beside it could be given that one.
    """
    for _ in range(100):
        port = _draw.randrange(LOWEST, lowest_of_the_system())
        if is_free(port):
            return port
    raise AssertionError("of a hundred ports each is taken")


def lowest_of_the_system() -> int:
    """Return the first port from which the system chooses, or what it is on most machines."""
    try:
        return max(int(RANGE.read_text().split()[0]), LOWEST + 1000)
    except OSError:
        return 32_768


def is_free(port: int) -> bool:
    """Tell whether nobody has a port at any address of localhost that this machine has."""
    for family, address in LOCALHOST:
        with contextlib.suppress(OSError), socket.socket(family) as probe:
            try:
                probe.bind((address, port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    return False
    return True
