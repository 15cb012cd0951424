"""Other kernels are listed by, and ended through, the Jupyter server that started this one."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from workshop.core.servers import Server
from workshop.teach import kernels, memory


class Jupyter(BaseHTTPRequestHandler):
    """The three answers of a Jupyter server that matter here."""

    running: dict[str, str] = {}  # noqa: RUF012
    states: dict[str, str] = {}  # noqa: RUF012

    def do_GET(self) -> None:
        entries = [
            {"path": path, "kernel": {"id": one, "execution_state": self.states.get(one, "idle")}}
            for one, path in self.running.items()
        ]
        self._answer(200 if self.path == "/api/sessions" else 404, json.dumps(entries).encode())

    def do_DELETE(self) -> None:
        gone = self.running.pop(self.path.removeprefix("/api/kernels/"), None)
        self._answer(204 if gone else 404, b"")

    def _answer(self, status: int, content: bytes) -> None:
        known = self.headers["Authorization"] == "token secret"
        self.send_response(status if known else 403)
        self.end_headers()
        if known:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def jupyter() -> Iterator[Server]:
    Jupyter.running = {"mine": "here.ipynb", "one": "a.ipynb", "two": "b.ipynb"}
    with HTTPServer(("127.0.0.1", 0), Jupyter) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Server(f"http://127.0.0.1:{server.server_port}/", "secret")
        server.shutdown()
        thread.join()


def test_the_memory_of_a_kernel_is_seen(jupyter: Server) -> None:
    code = "print(flush=True); input()"
    command = [sys.executable, "-c", code, "/run/kernel-two.json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        first, second = kernels.others(jupyter, "mine")
        process.communicate(b"\n")
    assert (first.identity, second.identity) == ("two", "one")
    assert 3 < first.megabytes < 200
    assert second.megabytes == 0


def test_all_kernels_but_this_one_are_ended(jupyter: Server) -> None:
    assert memory.end_others(jupyter, "mine").startswith("Ended 2 other kernels. Memory: ")
    assert Jupyter.running == {"mine": "here.ipynb"}
    assert memory.end_others(jupyter, "mine").startswith("No other kernel runs any more. Memory: ")


def test_a_server_that_refuses_is_told_in_one_line(jupyter: Server) -> None:
    said = memory.end_others(Server(jupyter.url, "wrong"), "mine")
    assert "403" in said
    assert "list of running kernels" in said
    assert len(Jupyter.running) == 3


def test_the_server_that_started_this_kernel_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    assert kernels.server() is None
    (tmp_path / "jpserver-1.json").write_text("half a fi")
    other = {"pid": os.getpid(), "url": "http://other/", "token": "x"}
    (tmp_path / "jpserver-2.json").write_text(json.dumps(other))
    assert kernels.server() is None
    mine = {"pid": os.getppid(), "url": "http://127.0.0.1:8080/", "token": "secret"}
    (tmp_path / "jpserver-3.json").write_text(json.dumps(mine))
    found = kernels.server()
    assert found and (found.url, found.token) == ("http://127.0.0.1:8080/", "secret")


def test_the_kernels_of_a_server_that_listens_everywhere_can_be_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jupyter: Server
) -> None:
    """As in a VM: Jupyter describes itself by the machine's name, and refuses to be asked under it."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    port = int(jupyter.url.rstrip("/").rpartition(":")[2])
    mine = {"pid": os.getppid(), "url": f"http://the-vm.invalid:{port}/", "token": "secret"}
    mine |= {"hostname": "0.0.0.0", "port": port, "base_url": "/", "secure": False}
    (tmp_path / "jpserver-3.json").write_text(json.dumps(mine))
    found = kernels.server()
    assert found is not None
    # The server of this test is not the parent of its process, as a kernel's is.
    asked = dataclasses.replace(found, process=os.getpid())
    assert {kernel.name for kernel in kernels.others(asked, "mine")} == {"a.ipynb", "b.ipynb"}


def test_without_a_jupyter_server_only_this_kernels_memory_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    memory.show()
    assert capsys.readouterr().out.count("\n") == 1
