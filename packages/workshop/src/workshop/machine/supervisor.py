"""Ask supervisor, on its socket, which of its programs run.

Its own client takes most of a second to start; this takes milliseconds and needs no package.
"""

from __future__ import annotations

import http.client
import os
import socket
import xmlrpc.client
from pathlib import Path
from typing import Any

from workshop.core.programs import patiently

FOREIGN = "its socket belongs to another account"


class _Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        """Connect by way of the folder: a socket's path may have 107 bytes, a checkout's may have more."""
        folder = os.open(self._path.parent, os.O_PATH)
        try:
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sock.settimeout(self.timeout)
            self.sock.connect(f"/proc/self/fd/{folder}/{self._path.name}")
        finally:
            os.close(folder)


class _Transport(xmlrpc.client.Transport):
    """XML-RPC over that connection."""

    def __init__(self, path: Path, seconds: float) -> None:
        super().__init__()
        self._path = path
        self._seconds = seconds

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        """Return a fresh connection, whatever the host is called."""
        return _Connection(self._path, self._seconds)


def states(path: Path) -> dict[str, str] | str:
    """Return the state of each program by name (``running``, ``fatal``, …).

    path: supervisor's socket. Returns one line of text when supervisor cannot be asked.
    """

    def ask(seconds: float) -> Any:
        server = xmlrpc.client.ServerProxy("http://localhost", transport=_Transport(path, seconds))
        return server.supervisor.getAllProcessInfo()

    try:
        answer = patiently(ask)
        return {str(program["name"]): str(program["statename"]).lower() for program in answer}
    except PermissionError:
        return FOREIGN
    except TimeoutError:
        return "does not answer"
    except (OSError, http.client.HTTPException):
        return "is not running"
    except (xmlrpc.client.Error, TypeError, KeyError, ValueError) as error:
        return f"answers strangely: {error}"
