"""What the doctor says about ports, addresses and service managers."""

from __future__ import annotations

import contextlib
import dataclasses
import getpass
import http.server
import json
import os
import socket
import socketserver
import subprocess
import threading
import xmlrpc.client
from collections.abc import Iterator
from pathlib import Path

import pytest
from free_ports import free_port

from workshop.core.settings import Settings
from workshop.machine import doctor, services
from workshop.machine.lines import Line, State
from workshop.machine.where import Kind, Place

TOKEN = "0123456789abcdef"


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as the real servers do, whatever port it has."""

    def do_GET(self) -> None:
        if self.path == "/api/status":
            if self.headers.get("Authorization") != f"token {TOKEN}":
                return self.answer(403, b"{}")
            return self.answer(200, b'{"kernels": 0}')
        if self.path == "/data/environment":
            return self.answer(200, b'{"data_location": "x"}')
        return (
            self.answer(200, b"<!doctype html><html></html>") if self.path == "/" else self.answer(404, b"")
        )

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running.server_address[1]
        running.shutdown()
        thread.join()


def house(prefix: Path, port: int, token: str | None = TOKEN) -> Settings:
    """A set-up machine on which every server is on one port."""
    (prefix / "etc").mkdir(parents=True, exist_ok=True)
    (prefix / "run/jupyter").mkdir(parents=True, exist_ok=True)
    runs = {"pid": os.getpid(), "url": f"http://127.0.0.1:{port}/", "root_dir": "/"}
    (prefix / "run/jupyter/jpserver-1.json").write_text(json.dumps(runs))
    if token is not None:
        (prefix / "etc/token").write_text(token + "\n")
    return Settings(prefix=prefix, jupyter_port=port, tensorboard_port=port, web_port=port)


def states(settings: Settings) -> dict[str, State]:
    return {each.title: services.port(settings, each).state for each in services.services(settings)}


def test_servers_that_answer_are_green_and_no_proxy_is_asked(
    tmp_path: Path, server: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert set(states(house(tmp_path, server)).values()) == {State.GREEN}


def test_another_token_is_another_jupyter(tmp_path: Path, server: int) -> None:
    settings = house(tmp_path, server, token="other")
    assert states(settings)["Jupyter"] is State.RED


def test_a_token_that_is_not_yours_is_no_fault(tmp_path: Path, server: int) -> None:
    settings = house(tmp_path, server, token=None)
    jupyter = next(each for each in services.services(settings) if each.title == "Jupyter")
    line = services.port(settings, jupyter)
    assert line.state is State.YELLOW
    assert services.addresses(settings)["Jupyter"].endswith("/lab")


def test_nothing_answers(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings = house(tmp_path, unused.getsockname()[1])
        assert set(states(settings).values()) == {State.RED}


def test_before_set_up_a_port_is_free_or_its_holder_is_named() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        number = holder.getsockname()[1]
        settings = Settings(jupyter_port=number)
        jupyter = next(each for each in services.services(settings) if each.title == "Jupyter")
        line = services.port(settings, jupyter)
        assert line.state is State.RED
        assert f"process {os.getpid()}" in line.text
        assert "workshop_jupyter_port" in line.advice
    assert services.port(settings, jupyter).state is State.GREEN


def test_addresses(tmp_path: Path, server: int) -> None:
    settings = dataclasses.replace(house(tmp_path, server), bind_address="0.0.0.0")
    assert services.addresses(settings) == {
        "start page": f"http://127.0.0.1:{server}/",
        "Jupyter": f"http://127.0.0.1:{server}/lab",
        "TensorBoard": f"http://127.0.0.1:{server}/",
    }


@pytest.mark.parametrize("left", ["nothing", "a file of a dead process", "a file of another process"])
def test_whoever_took_jupyters_port_is_sent_nothing(
    tmp_path: Path, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "STARTING_SECONDS", 0.2)
    heard: list[bytes] = []
    with socket.socket() as thief, subprocess.Popen(["sleep", "60"]) as other:
        thief.bind(("127.0.0.1", 0))
        thief.listen()
        thief.settimeout(60)

        def listen() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = thief.accept()
                    with connection:
                        heard.append(connection.recv(4096))
                        connection.sendall(b'HTTP/1.0 200 OK\r\n\r\n{"kernels": 0}')

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        settings = house(tmp_path, thief.getsockname()[1])
        file = tmp_path / "run/jupyter/jpserver-1.json"
        runs = json.loads(file.read_text()) | {"pid": other.pid}
        file.write_text(json.dumps(runs))
        if left != "a file of another process":
            other.kill()
            other.wait()
        if left == "nothing":
            file.unlink()
        jupyter = next(each for each in services.services(settings) if each.title == "Jupyter")
        line = services.port(settings, jupyter)
        addresses = services.addresses(settings)
        other.kill()
        thief.shutdown(socket.SHUT_RDWR)
        thread.join(60)
    assert TOKEN.encode() not in b"".join(heard)
    assert TOKEN not in str(addresses)
    assert line.state is State.RED
    assert (
        "something else than Jupyter answers; held by" in line.text and f"process {os.getpid()}" in line.text
    )


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    """A prefix whose socket has a longer path than a socket may have."""
    prefix = tmp_path / ("deep " * 20) / "prefix"
    (prefix / "run").mkdir(parents=True)
    return prefix


def ask(prefix: Path, programs: object) -> Line:
    """Ask about services while a stand-in for supervisor answers with ``programs``."""
    answer = xmlrpc.client.dumps((programs,), methodresponse=True, allow_none=True).encode()

    class Stand(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def address_string(self) -> str:
            return "local"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(socketserver.UnixStreamServer):
        def get_request(self) -> tuple[socket.socket, object]:
            return super().get_request()[0], ("local", 0)

    before = Path.cwd()
    os.chdir(prefix / "run")
    try:
        server = Server("supervisor.sock", Stand)
    finally:
        os.chdir(before)
    with server:
        thread = threading.Thread(target=server.handle_request, daemon=True)
        thread.start()
        line = services.alive(Settings(prefix=prefix, service_manager="supervisor"))
        thread.join(10)
    return line


def program(name: str, state: str) -> dict[str, str]:
    return {"name": name, "statename": state}


def test_a_service_that_fell_is_named(deep: Path) -> None:
    line = ask(deep, [program("workshop-web", "RUNNING"), program("workshop-jupyter", "FATAL")])
    assert line.state is State.RED
    assert "workshop-jupyter is fatal, workshop-tensorboard is unknown" in line.text
    assert "workshop-web" not in line.text


def test_systemd_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / "systemctl"
    command.write_text('#!/bin/sh\n[ "$1" = --user ] && echo "active\nactive\nfailed"\nexit 3\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    line = services.alive(Settings(prefix=tmp_path, service_manager="systemd-user"))
    assert line.state is State.RED
    assert "workshop-tensorboard is failed" in line.text
    assert services.alive(Settings(prefix=tmp_path, service_manager="systemd")).state is State.RED
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert "systemctl is missing" in services.alive(Settings(prefix=tmp_path, service_manager="systemd")).text


def test_where_no_services_are_to_run_their_silence_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a seat, and beside a command of one's own: nobody could start them there."""
    container = Settings(prefix=tmp_path, service_manager="container")

    def asked(settings: Settings) -> list[str]:
        return [name for name, _ in doctor.checks(settings) if name.startswith("port")]

    assert asked(container) == []
    assert doctor.diagnose(container, only=("where",)).addresses == {}
    monkeypatch.setattr(services, "_first_process_keeps_them", lambda: True)
    assert len(asked(container)) == 3
    silent = dataclasses.replace(container, web_port=free_port())
    (page,) = [each for each in services.services(silent) if each.port == silent.web_port]
    assert "docker restart" in services.port(silent, page).advice
    for settings in (container, Settings(prefix=tmp_path, service_manager="systemd")):
        monkeypatch.setattr(services, "find_place", lambda: Place(Kind.MACHINE, seat=True))
        assert asked(settings) == []
        assert services.alive(settings).state is State.GREEN


def test_services_that_end_at_logout_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / "systemctl"
    command.write_text('#!/bin/sh\n[ -n "$XDG_RUNTIME_DIR" ] && echo "active\nactive\nactive"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(services, "LINGERING", tmp_path)
    settings = Settings(prefix=tmp_path, service_manager="systemd-user")
    line = services.alive(settings)
    assert line.state is State.YELLOW
    assert "until you log out" in line.text
    assert "enable-linger" in line.advice
    (tmp_path / getpass.getuser()).touch()
    assert services.alive(settings).state is State.GREEN
