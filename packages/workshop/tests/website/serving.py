"""A real server of the site, in a process of its own, and small stand-ins for the services it asks."""

from __future__ import annotations

import contextlib
import errno
import http.client
import http.server
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from free_ports import free_port
from waiting import end


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def ask(port: int, path: str, method: str = "GET", host: str | None = None) -> Answer:
    """Send exactly this path; clients that tidy ``..`` away would prove nothing."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", f"127.0.0.1:{port}" if host is None else host)
        connection.endheaders()
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())
    finally:
        connection.close()


def held_at(port: int) -> bool:
    """Tell whether another socket is refused the port at the other address of localhost."""
    with socket.socket(socket.AF_INET6) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("::1", port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "workshop.site", *map(str, words)]


@contextlib.contextmanager
def running(
    root: Path, *words: str, settings: str = "", address: str = "127.0.0.1", folder: Path | None = None
) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Serve ``root``; gives the port, once it answers, and the process.

    The settings are written into ``folder``, else beside ``root``: where several processes serve one site,
    each needs a folder of its own, or they would read each other's.
    """
    config = (folder or root.parent) / "workshop.toml"
    config.write_text(settings, encoding="utf-8")
    port = free_port()
    process = subprocess.Popen(
        command("--root", root, "--address", address, "--port", str(port), "--json", *words),
        env={**os.environ, "WORKSHOP_CONFIG": str(config)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(5)]
        assert json.loads("".join(lines))["port"] == port
        yield port, process
    finally:
        end(process)
        process.stdout.close()  # type: ignore[union-attr]


@contextlib.contextmanager
def service(answers: dict[str, bytes]) -> Iterator[int]:
    """Answer some paths on a port, like Jupyter or TensorBoard do; 404 for others."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = answers.get(self.path)
            self.send_response(404 if body is None else 200)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(120)
