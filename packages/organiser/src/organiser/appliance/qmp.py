"""A word with a running qemu (QEMU Machine Protocol)."""

from __future__ import annotations

import json
import re
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from workshop.errors import WorkshopError


class Qmp:
    """A connection to qemu's control socket; use it as a context manager."""

    def __init__(self, path: Path, seconds: float = 10) -> None:
        """Connect as soon as the socket is there; WorkshopError after so many seconds."""
        self._socket = _connect(path, seconds)
        self._socket.settimeout(seconds)
        self._lines = self._socket.makefile("r", encoding="utf-8")
        try:
            self._answer("qmp_capabilities", "QMP")  # the greeting
            self("qmp_capabilities")
        except WorkshopError:
            self.close()
            raise

    def __call__(self, command: str, **arguments: Any) -> Any:
        """Give a command; return what it returns. WorkshopError when qemu refuses or is gone."""
        message = json.dumps({"execute": command, "arguments": arguments})
        try:
            self._socket.sendall(message.encode() + b"\n")
        except OSError as error:
            raise WorkshopError(f"qemu does not take {command}: {error}") from error
        return self._answer(command, "return")

    def _answer(self, command: str, key: str) -> Any:
        """Return what comes under that key; events on the way are passed over."""
        try:
            for line in self._lines:
                answer = json.loads(line)
                if "error" in answer:
                    raise WorkshopError(f"qemu refused {command}: {answer['error']['desc']}")
                if key in answer:
                    return answer[key]
        except OSError as error:
            raise WorkshopError(f"qemu does not answer {command}: {error}") from error
        raise WorkshopError(f"qemu ended before it answered {command}")

    def forwards(self) -> dict[int, int]:
        """Return the guest's forwarded ports and the host's port of each."""
        text = self("human-monitor-command", **{"command-line": "info usernet"})
        found = re.findall(r"TCP\[HOST_FORWARD\]\s+\d+\s+\S+\s+(\d+)\s+\S+\s+(\d+)", text)
        return {int(guest): int(host) for host, guest in found}

    def __enter__(self) -> Qmp:
        """Return the connection."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._lines.close()
        self._socket.close()


def _connect(path: Path, seconds: float) -> socket.socket:
    until = time.monotonic() + seconds
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except OSError as error:
            connection.close()
            if time.monotonic() > until:
                raise WorkshopError(f"qemu does not listen on {path}: {error}") from error
            time.sleep(0.05)
        else:
            return connection
