"""A token goes to nobody but the server that it is for."""

from __future__ import annotations

import errno
import os
import pwd
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from free_ports import free_port
from waiting import patience

from workshop.core import ports
from workshop.core.errors import WorkshopError
from workshop.core.servers import Server, Service

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another account")


@contextmanager
def thief(
    account: int | None = None, address: str = "127.0.0.1"
) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Another process that listens, and prints all that it is sent."""
    code = (
        "import os, socket, sys\n"
        # After the start: the account may not have leave to run this Python.
        "os.setuid(int(sys.argv[2]))\n"
        "family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET\n"
        "server = socket.create_server((sys.argv[1], int(sys.argv[3])), family=family)\n"
        "print(flush=True)\n"
        "while True:\n"
        "    connection, _ = server.accept()\n"
        "    print(connection.recv(4096), flush=True)\n"
        "    connection.close()\n"
    )
    # What it has at one address of localhost, a test may want at the other.
    port, owner = free_port(), os.geteuid() if account is None else account
    command = [sys.executable, "-c", code, address, str(owner), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == "\n"
            yield port, process
        finally:
            process.kill()


def heard(process: subprocess.Popen[str]) -> str:
    process.kill()
    out, _ = process.communicate(timeout=patience(30))
    return out


def test_a_process_that_is_not_the_server_hears_nothing() -> None:
    with thief() as (port, process):
        server = Server(f"http://127.0.0.1:{port}/", "secret", process=os.getpid())
        with pytest.raises(
            ports.ForeignServerError, match=rf"port {port} belongs to .* \(process {process.pid}\)"
        ):
            ports.ask_json(server, "GET", "api/status")
        with pytest.raises(ports.ForeignServerError):
            ports.ask_json(server, "DELETE", "api/kernels/1")
        assert "secret" not in heard(process)


@needs_root
@pytest.mark.parametrize("process", [None, 1])
def test_another_account_hears_nothing(monkeypatch: pytest.MonkeyPatch, process: int | None) -> None:
    with thief(account=65534) as (port, stranger):
        server = Server(f"http://127.0.0.1:{port}/", "secret", process=process and stranger.pid)
        with pytest.raises(ports.ForeignServerError, match=f"port {port} belongs to"):
            ports.ask_json(server, "GET", "api/status")
        assert "secret" not in heard(stranger)


@needs_root
def test_root_asks_the_server_of_the_account_that_owns_it() -> None:
    with thief(account=65534) as (port, process):
        server = Server(f"http://127.0.0.1:{port}/", "secret", process=process.pid, owner=65534)
        ports.require_own(server)


def test_the_server_itself_is_asked() -> None:
    with thief() as (port, process):
        server = Server(f"http://127.0.0.1:{port}/base/", "secret", process=process.pid)
        with pytest.raises(OSError, match="does not answer like the expected server"):
            ports.ask(server, "GET", "api/status", patience(10))
        assert "GET /base/api/status" in (said := heard(process))
        assert "Authorization: token secret" in said


def test_who_takes_the_port_of_another_address_is_not_taken_for_the_server() -> None:
    """Ours holds 127.0.0.1; localhost may be ::1, which anybody can have."""
    with thief(address="::1") as (port, process), socket.create_server(("127.0.0.1", port)):
        server = Server(f"http://[::1]:{port}/", "secret", process=os.getpid())
        with pytest.raises(ports.ForeignServerError):
            ports.ask_json(server, "GET", "api/status")
        ports.require_own(Server(f"http://127.0.0.1:{port}/", "secret", process=os.getpid()))
        assert "secret" not in heard(process)


def test_a_server_that_listens_everywhere_is_known() -> None:
    with socket.create_server(("0.0.0.0", 0)) as everywhere:
        port = everywhere.getsockname()[1]
        assert [each.address for each in ports.answering("127.0.0.1", port)] == ["0.0.0.0"]
        ports.require_own(Server(f"http://127.0.0.1:{port}/", process=os.getpid()))
    with pytest.raises(ConnectionRefusedError):
        ports.require_own(Server(f"http://127.0.0.1:{port}/", process=os.getpid()))


def test_a_port_that_changes_hands_while_it_is_called_is_foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as own:
        port = own.getsockname()[1]
        before = [ports.Socket("127.0.0.1", "1", os.geteuid())]
        looks = iter([before, ports.listening(port)])
        monkeypatch.setattr(ports, "listening", lambda _: next(looks, before))
        with pytest.raises(ports.ForeignServerError):
            ports.require_own(Server(f"http://127.0.0.1:{port}/", process=os.getpid()))


def test_without_the_kernels_table_nothing_is_sent(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    with thief() as (port, process):
        monkeypatch.setattr(ports, "PROC", tmp_path)
        with pytest.raises(ports.ForeignServerError, match="cannot be seen"):
            ports.ask_json(Server(f"http://127.0.0.1:{port}/", "secret"), "GET", "api/status")
        assert "secret" not in heard(process)


TAKE = """
import os, socket, sys
os.setuid(int(sys.argv[3]))
with socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET) as taken:
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        taken.setsockopt(socket.SOL_SOCKET, option, 1)
    taken.bind((sys.argv[1], int(sys.argv[2])))
    taken.listen()
    print("taken")
"""


def take(address: str, port: int, account: int | None = None) -> str:
    """Have another process listen; return what came of it."""
    words = [
        sys.executable,
        "-c",
        TAKE,
        address,
        str(port),
        str(os.geteuid() if account is None else account),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr.splitlines()[-1]


@pytest.mark.parametrize("account", [None, pytest.param(65534, marks=needs_root)])
@pytest.mark.parametrize(("own", "other"), [("127.0.0.1", "::1"), ("0.0.0.0", "::1"), ("::1", "127.0.0.1")])
def test_nobody_listens_at_the_other_localhost(own: str, other: str, account: int | None) -> None:
    """Browsers that are told localhost may ask there first; they are refused, and ask the server."""
    port = free_port()
    with socket.create_server((own, port), family=socket.AF_INET6 if ":" in own else socket.AF_INET):
        held = ports.hold_localhost(own, port)
        assert held is not None
        with held:
            assert "Address already in use" in take(other, port, account)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((other, port))
        assert take(other, port, account) == "taken"


def test_who_listens_at_the_other_localhost_is_named() -> None:
    with (
        thief(address="::1") as (port, process),
        pytest.raises(WorkshopError, match=rf"port {port} is taken by .* \(process {process.pid}\)"),
    ):
        ports.hold_localhost("127.0.0.1", port)


def at(host: str, port: int, owner: int | None = None) -> Service:
    return Service("workshop-jupyter", "Jupyter", host, port, "/api", "version", owner)


@needs_root
@pytest.mark.parametrize("taken", ["127.0.0.1", "0.0.0.0", "::1", "::"])
@pytest.mark.parametrize("asked", ["127.0.0.1", "[::1]"])
def test_another_account_that_browsers_would_meet_is_known(taken: str, asked: str) -> None:
    with thief(65534, taken) as (port, _):
        assert ports.is_anothers(at(asked, port))
        assert not ports.is_anothers(at(asked, port, owner=65534))
    with thief(address=taken) as (port, _):
        assert not ports.is_anothers(at(asked, port))
    assert not ports.is_anothers(at(asked, port))


@needs_root
def test_another_accounts_server_at_an_address_of_its_own_is_none_of_ours() -> None:
    with thief(65534, "127.0.0.2") as (port, _):
        assert not ports.is_anothers(at("127.0.0.1", port))
        assert ports.is_anothers(at("127.0.0.2", port))


@pytest.mark.parametrize(("address", "port"), [("127.0.0.1", 0), ("192.0.2.1", 8080), ("127.0.0.2", 8080)])
def test_of_other_addresses_nothing_is_held(address: str, port: int) -> None:
    assert ports.hold_localhost(address, port) is None


def test_a_machine_without_ipv6_has_nothing_to_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> socket.socket:
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))

    monkeypatch.setattr(socket, "socket", refuse)
    assert ports.hold_localhost("127.0.0.1", 8080) is None


CALLER = """
import encodings.idna, os, socket, sys, time
os.setuid(int(sys.argv[2]))  # which may have no leave to read this Python's modules
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
exec(sys.argv[3])
print("done", flush=True)
time.sleep(600)
"""


@contextmanager
def called_by(account: int, server: socket.socket, then: str = "") -> Iterator[socket.socket]:
    """A connection that another process made, after it has done ``then``."""
    words = [sys.executable, "-c", CALLER, str(server.getsockname()[1]), str(account), then]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            server.settimeout(patience(30))
            connection, _ = server.accept()
            assert process.stdout is not None and process.stdout.readline() == "done\n"
            with connection:
                yield connection
        finally:
            process.kill()


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
class TestWhoCalls:
    """Root, and whoever serves, are no strangers; all other accounts of the machine are."""

    def server(self, family: socket.AddressFamily) -> socket.socket:
        """Listen as a server does; that of IPv6 is called by IPv4, too."""
        if family == socket.AF_INET:
            return socket.create_server(("127.0.0.1", 0))
        return socket.create_server(("::", 0), family=family, dualstack_ipv6=True)

    def test_one_who_serves_itself_is_none(self, family: socket.AddressFamily) -> None:
        with self.server(family) as server, called_by(os.geteuid(), server) as connection:
            assert not ports.is_stranger(ports.caller(connection))

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another account")
    @pytest.mark.parametrize(
        "then",
        ["", "connection.shutdown(socket.SHUT_WR)", "connection.sendall(b'x'); connection.close()"],
    )
    def test_another_account_is_one_whatever_it_does(self, family: socket.AddressFamily, then: str) -> None:
        """The kernel says of a connection that its process has closed that it is root's."""
        nobody = pwd.getpwnam("nobody").pw_uid
        with self.server(family) as server, called_by(nobody, server, then) as connection:
            assert ports.is_stranger(ports.caller(connection))

    def test_a_closed_connection_is_one(self, family: socket.AddressFamily) -> None:
        with self.server(family) as server, called_by(os.geteuid(), server) as connection:
            connection.close()
            assert ports.is_stranger(ports.caller(connection))


def test_where_the_kernel_says_nothing_all_of_this_machine_are_strangers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "PROC", tmp_path)
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        called_by(os.geteuid(), server) as connection,
    ):
        assert ports.is_stranger(ports.caller(connection))


def test_whoever_calls_from_elsewhere_is_none() -> None:
    class Elsewhere:
        def getsockname(self) -> tuple[str, int]:
            return ("10.0.2.15", 8081)

        def getpeername(self) -> tuple[str, int]:
            return ("10.0.2.2", 40000)

    assert not ports.is_stranger(ports.caller(cast(socket.socket, Elsewhere())))
