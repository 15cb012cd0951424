"""Listens on a port, or says who has it."""

from __future__ import annotations

import errno
import socket

import tornado.netutil

from workshop.errors import WorkshopError
from workshop.ports import holder


def bind(address: str, port: int) -> list[socket.socket]:
    """Return listening sockets; WorkshopError names the port and, if it can be seen, who has it."""
    try:
        return tornado.netutil.bind_sockets(port, address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            held = holder(port)
            by = f" by {held}" if held else ""
            raise WorkshopError(
                f"port {port} is taken{by}; stop that program or choose another port"
            ) from error
        reason = error.strerror or str(error)
        raise WorkshopError(f"cannot listen on {address} port {port}: {reason}") from error
