"""Servers on this machine: git over HTTP, a captive portal, a Jupyter with sessions."""

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""


@contextmanager
def serve(answer: Callable[[BaseHTTPRequestHandler, bytes], Answer]) -> Iterator[str]:
    """Serve what a function answers; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, data = answer(self, body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *words: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def git_over_http(repository: Path, cut_packs: Callable[[], bool]) -> Callable[..., Answer]:
    """Answer as a git server; packs break off in the middle as long as ``cut_packs`` says so."""

    def answer(request: BaseHTTPRequestHandler, body: bytes) -> Answer:
        path, _, query = request.path.partition("?")
        environment = os.environ | {
            "GIT_PROJECT_ROOT": str(repository),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": request.command,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
            "REMOTE_ADDR": "127.0.0.1",
        }
        if request.headers.get("Content-Encoding") == "gzip":
            environment["HTTP_CONTENT_ENCODING"] = "gzip"
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=environment, capture_output=True, check=True
        )
        head, _, data = done.stdout.partition(b"\r\n\r\n")
        lines = (line.partition(": ") for line in head.decode().splitlines())
        headers = {name: value for name, _, value in lines}
        status = int(headers.pop("Status", "200").split()[0])
        if b"PACK" in data and cut_packs():
            return status, headers | {"Content-Length": str(len(data))}, data[: len(data) // 2]
        return status, headers, data

    return answer


def jupyter(sessions: list[dict[str, Any]], token: str) -> Callable[..., Answer]:
    """Answer as Jupyter's sessions API does, to whoever knows the token."""

    def answer(request: BaseHTTPRequestHandler, _body: bytes) -> Answer:
        if request.headers.get("Authorization") != f"token {token}":
            return 403, {}, b'{"message": "Forbidden"}'
        if not request.path.endswith("/api/sessions"):
            return 404, {}, b"{}"
        return 200, {"Content-Type": "application/json"}, json.dumps(sessions).encode()

    return answer
