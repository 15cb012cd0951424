"""Listens on a port, or says who has it."""

from __future__ import annotations

import errno
import socket

import tornado.netutil

from workshop.errors import WorkshopError


def bind(address: str, port: int) -> list[socket.socket]:
    """Return listening sockets; WorkshopError names the port and, if it can be seen, who has it."""
    try:
        return tornado.netutil.bind_sockets(port, address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise WorkshopError(
                f"port {port} is taken{_holder(port)}; stop that program or choose another port"
            ) from error
        reason = error.strerror or str(error)
        raise WorkshopError(f"cannot listen on {address} port {port}: {reason}") from error


def _holder(port: int) -> str:
    """Return " by NAME (process N)" for the process that listens on ``port``, "" when it cannot be seen."""
    import psutil

    try:
        listening = [
            c.pid for c in psutil.net_connections("tcp") if c.status == "LISTEN" and c.laddr[1:] == (port,)
        ]
        pid = next(pid for pid in listening if pid)
        return f" by {psutil.Process(pid).name()} (process {pid})"
    except (StopIteration, psutil.Error, OSError):
        return ""
