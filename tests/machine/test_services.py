"""What the doctor says about ports, addresses and service managers."""

from __future__ import annotations

import http.server
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from workshop.machine import services
from workshop.machine.lines import State
from workshop.settings import Settings

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
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running.server_address[1]
        running.shutdown()
        thread.join()


def house(prefix: Path, port: int, token: str | None = TOKEN) -> Settings:
    """A set-up machine on which every server is on one port."""
    (prefix / "etc").mkdir(parents=True, exist_ok=True)
    if token is not None:
        (prefix / "etc/token").write_text(token + "\n")
    return Settings(prefix=prefix, jupyter_port=port, tensorboard_port=port, web_port=port)


def states(settings: Settings) -> dict[str, State]:
    return {each.title: services.port(settings, each).state for each in services.services(settings)}


def test_servers_that_answer_are_green(tmp_path: Path, server: int) -> None:
    assert set(states(house(tmp_path, server)).values()) == {State.GREEN}


def test_a_proxy_of_the_environment_is_not_asked(
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


def test_another_program_answers(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        def talk() -> None:
            for _ in range(3):
                connection, _address = other.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(b"220 this is no http\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        settings = house(tmp_path, other.getsockname()[1])
        lines = [services.port(settings, each) for each in services.services(settings)]
        thread.join(10)
    assert {line.state for line in lines} == {State.RED}
    assert all("something else" in line.text and f"(process {os.getpid()})" in line.text for line in lines)


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


def test_addresses(tmp_path: Path) -> None:
    settings = Settings(prefix=tmp_path, bind_address="0.0.0.0")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/token").write_text(TOKEN)
    assert services.addresses(settings) == {
        "start page": "http://127.0.0.1:8082/",
        "Jupyter": f"http://127.0.0.1:8080/lab?token={TOKEN}",
        "TensorBoard": "http://127.0.0.1:8081/",
    }
    assert services.host(Settings(bind_address="::")) == "[::1]"
    assert services.host(Settings(bind_address="fe80::1")) == "[fe80::1]"


def test_the_manager_is_told_by_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    prefix = tmp_path / "prefix"
    assert services.manager(Settings()) == ""
    assert services.manager(Settings(prefix=prefix, service_manager="systemd")) == "systemd"
    unit = tmp_path / "config/systemd/user/workshop-jupyter.service"
    unit.parent.mkdir(parents=True)
    unit.touch()
    assert services.manager(Settings(prefix=prefix)) in {"systemd-user", "systemd"}
    program = prefix / "etc/supervisor/programs/workshop-jupyter.conf"
    program.parent.mkdir(parents=True)
    program.touch()
    assert services.manager(Settings(prefix=prefix)) == "supervisor"


def supervisor(prefix: Path, table: str, status: int = 0) -> Settings:
    """A house whose services command prints ``table``."""
    (prefix / "bin").mkdir()
    command = prefix / "bin/services"
    command.write_text(f"#!/bin/sh\ncat <<'END'\n{table}\nEND\nexit {status}\n")
    command.chmod(0o755)
    return Settings(prefix=prefix, service_manager="supervisor")


def test_services_that_run(tmp_path: Path) -> None:
    names = ("workshop-web", "workshop-jupyter", "workshop-tensorboard")
    table = "\n".join(f"{name}   RUNNING   pid 7, uptime 0:01:00" for name in names)
    assert services.alive(supervisor(tmp_path, table)).state is State.GREEN


def test_a_service_that_fell_is_named(tmp_path: Path) -> None:
    table = "workshop-web RUNNING pid 1\nworkshop-jupyter FATAL Exited too quickly\n"
    line = services.alive(supervisor(tmp_path, table, status=3))
    assert line.state is State.RED
    assert "workshop-jupyter is fatal, workshop-tensorboard is unknown" in line.text
    assert "workshop-web" not in line.text


def test_a_supervisor_that_does_not_run(tmp_path: Path) -> None:
    line = services.alive(supervisor(tmp_path, "stopped", status=3))
    assert line.state is State.RED
    assert "is not running" in line.text


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
