"""Who holds a port of this machine, and asking a server there without telling a stranger.

Any account can take a port that is free. So nothing secret is sent to one before it is known who listens
there: the kernel's table names the socket and its account, and the process that should hold it is looked at.
"""

from __future__ import annotations

import contextlib
import errno
import http.client
import ipaddress
import json
import os
import pwd
import socket
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workshop.core.errors import WorkshopError
from workshop.core.programs import PATIENCE, patiently
from workshop.core.servers import Server, Service

LISTENING, ESTABLISHED = "0A", "01"
"""TCP_LISTEN and TCP_ESTABLISHED in the kernel's include/net/tcp_states.h."""
ELSEWHERE = -1
"""In place of an account: the other end of a connection is on another machine."""
LARGEST_ANSWER = 10_000_000
REDIRECTED = 300
OTHER_LOCALHOST = {"127.0.0.1": "::1", "0.0.0.0": "::1", "::1": "127.0.0.1"}
"""For where a server listens, the other address that browsers know as localhost."""
PROC = Path("/proc")


class StrangeAnswerError(OSError):
    """What answers does not speak as a server of the kind that was meant."""


class RefusedError(OSError):
    """A server answers, and says no."""

    def __init__(self, status: int, reason: str) -> None:
        """Remember the status of HTTP."""
        super().__init__(f"it answered {status} {reason}")
        self.status = status


class ForeignServerError(OSError):
    """A port is held by another program than the one that was meant; nothing was sent to it."""


@dataclass(frozen=True)
class Socket:
    """A socket that listens."""

    address: str
    inode: str
    account: int


def _rows() -> Iterator[list[str]]:
    """Yield the kernel's rows: 1 and 2 are the addresses, 3 is the state, 7 the account, 9 the inode."""
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            lines = (PROC / "net" / table).read_text(encoding="ascii").splitlines()[1:]
            yield from map(str.split, lines)


def listening(port: int) -> list[Socket]:
    """Return what listens on a port of this machine, whoever's it is; nothing where Linux does not say."""
    found = []
    for fields in _rows():
        address, _, number = fields[1].rpartition(":")
        if fields[3] == LISTENING and int(number, 16) == port:
            found.append(Socket(_readable(address), fields[9], int(fields[7])))
    return found


def caller(connection: socket.socket) -> int | None:
    """Return the account of this machine at the other end of a connection; ELSEWHERE for another machine.

    None where the kernel does not name the account, as of a process that has closed its end.
    """
    try:
        ours, theirs = _end(connection.getsockname()), _end(connection.getpeername())
    except OSError:  # it is closed by now
        return None
    for fields in _rows():
        if int(fields[1].rpartition(":")[2], 16) == theirs[1] and _ends(fields) == (theirs, ours):
            # Of one that its process has closed the kernel says that it is root's.
            return int(fields[7]) if fields[3] == ESTABLISHED else None
    return None if theirs[0] == ours[0] or ipaddress.ip_address(theirs[0]).is_loopback else ELSEWHERE


def is_stranger(account: int | None) -> bool:
    """Tell whether a ``caller`` is another account of this machine than our own and root.

    Whoever calls from elsewhere is none: who may reach this machine is for its network to say. One of this
    machine whose account is not known is one.
    """
    return account not in (ELSEWHERE, 0, os.geteuid())


def _ends(fields: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Return both ends of a row's connection."""
    parts = (field.rpartition(":") for field in fields[1:3])
    return tuple(_end((_readable(address), int(number, 16))) for address, _, number in parts)


def _end(name: Sequence[Any]) -> tuple[str, int]:
    """Return address and port of one end, an address of IPv4 as such even where IPv6 carries it."""
    return str(name[0]).partition("%")[0].removeprefix("::ffff:"), int(name[1])


def _readable(address: str) -> str:
    """Return an address of the kernel's table, words of the machine's own order, as people write it."""
    words = [int(address[start : start + 8], 16) for start in range(0, len(address), 8)]
    packed = b"".join(struct.pack("=I", word) for word in words)
    return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed)


def answering(address: str, port: int) -> list[Socket]:
    """Return the sockets of which one answers who calls an address: those bound most closely to it."""
    every = listening(port)
    plain = address.removeprefix("::ffff:")
    ways = ({plain, address, f"::ffff:{plain}"}, {"0.0.0.0"} if ":" not in plain else set(), {"::"})
    for way in ways:
        if found := [each for each in every if each.address in way]:
            return found
    return []


def is_anothers(service: Service) -> bool:
    """Tell whether somebody else's program answers at a service's address, or at localhost's other one.

    No for a port on which nobody listens, and where Linux does not say.
    """
    address = service.host.strip("[]")
    places = {address, OTHER_LOCALHOST.get(address, address)}
    accounts = {0, os.geteuid() if service.owner is None else service.owner}
    return any(each.account not in accounts for place in places for each in answering(place, service.port))


def holder(port: int) -> str:
    """Return who holds a port, ``NAME (process N)`` or ``a program of ACCOUNT``; empty for nobody."""
    sockets = listening(port)
    wanted = {f"socket:[{each.inode}]" for each in sockets}
    for process in sorted(int(each.name) for each in PROC.iterdir() if each.name.isdigit()) if wanted else ():
        if wanted & _open_sockets(process):
            with contextlib.suppress(OSError):
                name = (PROC / str(process) / "comm").read_text(encoding="utf-8", errors="replace").strip()
                return f"{name} (process {process})"
    return f"a program of {_account(sockets[0].account)}" if sockets else ""


def _account(number: int) -> str:
    try:
        return f"the account {pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"account {number}"


def _open_sockets(process: int) -> set[str]:
    """Return the sockets that a process has open; empty when it is gone or not ours to look at."""
    found = set()
    with contextlib.suppress(OSError):
        for descriptor in (PROC / str(process) / "fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(str(descriptor.readlink()))
    return found


def is_held_by(server: Server, sockets: Sequence[Socket]) -> bool:
    """Tell whether sockets are a server's: its account's, and its process' where that is known."""
    accounts = {0, os.geteuid()} | ({server.owner} if server.owner is not None else set())
    if not sockets or not all(each.account in accounts for each in sockets):
        return False
    if server.process is None:
        return True
    opened = _open_sockets(server.process)
    if opened:
        return all(f"socket:[{each.inode}]" in opened for each in sockets)
    # Root without leave to trace, as in a container: the account of a process that lives must do.
    try:
        account = (PROC / str(server.process)).stat().st_uid
    except OSError:
        return False
    return os.geteuid() == 0 and all(each.account == account for each in sockets)


class _KnownConnection(http.client.HTTPConnection):
    """A connection on which nothing is sent unless the right program listens at its other end."""

    def __init__(self, server: Server, host: str, port: int, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._server = server

    def connect(self) -> None:
        """Connect; raise ForeignServerError when another program listens there.

        The same sockets listen before and after, so one of them has taken the connection.
        """
        before = listening(self.port)
        super().connect()
        serving = answering(self.sock.getpeername()[0], self.port)
        if not set(serving) <= set(before) or not is_held_by(self._server, serving):
            self.close()
            held = holder(self.port) or "a program that cannot be seen"
            raise ForeignServerError(f"port {self.port} belongs to {held}; nothing was sent to it")


def _connection(server: Server, seconds: float) -> http.client.HTTPConnection:
    """Return a connection with a server, never by a proxy."""
    parts = urlsplit(server.url)
    host = parts.hostname or ""
    if parts.scheme == "https":  # its certificate says whose it is
        return http.client.HTTPSConnection(host, parts.port, timeout=seconds)
    return _KnownConnection(server, host, parts.port or 80, seconds)


def require_own(server: Server, seconds: float = 3.0) -> None:
    """Connect and look who listens, and send nothing.

    Raises ForeignServerError when it is somebody else, another OSError when nobody is there.
    """
    connection = _connection(server, seconds)
    try:
        connection.connect()
    finally:
        connection.close()


def ask(server: Server, method: str, path: str, seconds: float) -> tuple[int, str, bytes]:
    """Send one request, with the server's token; return status, reason and body.

    Raises ForeignServerError, with nothing sent, when another program holds the port, and another OSError
    when the server does not answer as one.
    """
    connection = _connection(server, seconds)
    target = f"{urlsplit(server.url).path.rstrip('/')}/{path}"
    try:
        headers = {"Authorization": f"token {server.token}"} if server.token else {}
        connection.request(method, target, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.reason, answer.read(LARGEST_ANSWER)
    except http.client.HTTPException as error:
        raise StrangeAnswerError(f"it does not answer like the expected server: {error!r}") from error
    finally:
        connection.close()


def ask_json(server: Server, method: str, path: str) -> Any:
    """Send one request, with the server's token; return the JSON of the answer, None where there is none.

    Raises ForeignServerError, with nothing sent, when another program holds the port; TimeoutError when the
    server is silent; RefusedError when it says no; another OSError when it does not answer; ValueError for
    another answer than JSON.
    """

    def send(seconds: float) -> tuple[int, str, bytes]:
        return ask(server, method, path, seconds)

    status, reason, body = patiently(send) if method == "GET" else send(PATIENCE[-1])
    if status >= REDIRECTED:
        raise RefusedError(status, reason)
    return json.loads(body) if body else None


def bind(address: str, port: int) -> list[socket.socket]:
    """Return listening sockets; WorkshopError names the port and, if it can be seen, who has it."""
    import tornado.netutil  # only here: not every environment has it

    try:
        return tornado.netutil.bind_sockets(port, address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise _taken(port) from error
        reason = error.strerror or str(error)
        raise WorkshopError(f"cannot listen on {address} port {port}: {reason}") from error


def hold_localhost(address: str, port: int) -> socket.socket | None:
    """Keep a server's port to itself at the other address of localhost, too.

    Browsers that are told localhost try ::1 first. Another account that listened there would get the
    visitors of a server on 127.0.0.1, and could show them a page that asks for the token. This socket does
    not listen, so browsers are refused at once and go on to the server; and as it was not made to share its
    address, nobody else can bind it.

    Returns the socket, which holds the port while it is open; None where there is no such address. Raises
    WorkshopError when somebody has it.
    """
    other = OTHER_LOCALHOST.get(address)
    if other is None or port == 0:
        return None
    try:
        held = socket.socket(socket.AF_INET6 if ":" in other else socket.AF_INET)
    except OSError:  # a machine without IPv6
        return None
    try:
        held.bind((other, port))
    except OSError as error:
        held.close()
        if error.errno == errno.EADDRINUSE:
            raise _taken(port) from error
        return None
    return held


def _taken(port: int) -> WorkshopError:
    """Return the words for a port that somebody has."""
    held = holder(port)
    by = f" by {held}" if held else ""
    return WorkshopError(f"port {port} is taken{by}; stop that program or choose another port")
