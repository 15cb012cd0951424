"""The word with qemu, held with a stand-in that answers as qemu does."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from organiser.appliance.qmp import Qmp
from workshop.errors import WorkshopError

USERNET = """Hub -1 (net):
  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ
  TCP[HOST_FORWARD]   3       127.0.0.1 43347       10.0.2.15    22     0     0
  TCP[HOST_FORWARD]   9       127.0.0.1 40001       10.0.2.15  8080     0     0
  UDP[236 sec]       14       10.0.2.15 49153   192.0.2.1     53     0     0
"""
ANSWERS: dict[str, Any] = {
    "qmp_capabilities": {"return": {}},
    "human-monitor-command": {"return": USERNET},
    "stop": {"error": {"class": "GenericError", "desc": "not now"}},
}


@pytest.fixture
def control(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "control"
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()

    def serve() -> None:
        connection, _ = server.accept()
        with connection, connection.makefile("rw", encoding="utf-8") as lines:
            lines.write('{"QMP": {"version": {}}}\n')
            lines.flush()
            for line in lines:
                name = json.loads(line)["execute"]
                if name == "quit":
                    return
                lines.write('{"event": "RESUME"}\n' + json.dumps(ANSWERS[name]) + "\n")
                lines.flush()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield path
    server.close()


def test_the_forwarded_ports(control: Path) -> None:
    with Qmp(control) as connection:
        assert connection.forwards() == {22: 43347, 8080: 40001}


def test_a_refusal_is_quoted(control: Path) -> None:
    with Qmp(control) as connection, pytest.raises(WorkshopError, match="qemu refused stop: not now"):
        connection("stop")


def test_the_end_of_qemu(control: Path) -> None:
    with Qmp(control) as connection, pytest.raises(WorkshopError, match="ended before it answered quit"):
        connection("quit")


def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="does not listen"):
        Qmp(tmp_path / "control", seconds=0.2)


def test_an_end_before_the_greeting(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "control"))
        server.listen()
        threading.Thread(target=lambda: server.accept()[0].close(), daemon=True).start()
        with pytest.raises(WorkshopError, match=r"qemu (ended|does not)"):
            Qmp(tmp_path / "control")
