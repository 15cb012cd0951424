"""A small web server that misbehaves on request, and data sets made up for the tests."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from rich.console import Console

from workshop.core.output import Progress
from workshop.datasets import network
from workshop.datasets.catalogue import Dataset, File, Source
from workshop.datasets.network import Run
from workshop.datasets.store import Store

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """Answers each path as told; notes what it was asked."""

    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """(path, Range header) of each request."""
    ended: threading.Event = field(default_factory=threading.Event)
    """Set when the test is over."""

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def serve(self, path: str, content: bytes, kind: str = "application/octet-stream") -> str:
        """Serve a whole file, in part where the client asks for it."""
        self.answers[path] = lambda request: whole(request, content, kind)
        return self.url(path)

    def serve_half_first(self, path: str, content: bytes, halves: int = 1, ranges: bool = True) -> str:
        """Break off in the middle ``halves`` times, then serve properly."""
        left = [halves]

        def answer(request: BaseHTTPRequestHandler) -> None:
            if left[0]:
                left[0] -= 1
                whole(request, content, cut=len(content) // 2)
            else:
                whole(request, content, ranges=ranges)

        self.answers[path] = answer
        return self.url(path)

    def serve_and_hold(self, path: str, content: bytes, go_on: threading.Event) -> str:
        """Serve a fifth of a file from wherever the client wants it, and the rest when told to go on."""

        def answer(request: BaseHTTPRequestHandler) -> None:
            start = _wanted_start(request)
            _head(request, content, start, "application/octet-stream")
            step = max(1, len(content) // 5)
            request.wfile.write(content[start : start + step])
            request.wfile.flush()
            go_on.wait()
            request.wfile.write(content[start + step :])

        self.answers[path] = answer
        return self.url(path)

    def fail(self, path: str, status: int) -> str:
        self.answers[path] = lambda request: request.send_error(status)
        return self.url(path)

    def hang(self, path: str) -> str:
        """Take the request and never answer, as long as the server is there."""
        self.answers[path] = lambda request: (self.ended.wait(), None)[1]
        return self.url(path)

    def hang_at_first(self, path: str, content: bytes, times: int) -> str:
        """Leave so many requests without an answer, then serve the file."""
        left = [times]

        def answer(request: BaseHTTPRequestHandler) -> None:
            left[0] -= 1
            if left[0] >= 0:
                self.ended.wait()
            else:
                whole(request, content)

        self.answers[path] = answer
        return self.url(path)


def whole(
    request: BaseHTTPRequestHandler,
    content: bytes,
    kind: str = "application/octet-stream",
    cut: int | None = None,
    ranges: bool = True,
) -> None:
    """Answer with the file; announce all of it, but stop after ``cut`` bytes."""
    start = _wanted_start(request) if ranges else 0
    if start >= len(content) and start:
        request.send_error(416)
        return
    _head(request, content, start, kind)
    request.wfile.write(content[start:cut])


def _wanted_start(request: BaseHTTPRequestHandler) -> int:
    return int((request.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0])


def _head(request: BaseHTTPRequestHandler, content: bytes, start: int, kind: str) -> None:
    request.send_response(206 if start else 200)
    if start:
        request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    request.send_header("Content-Type", kind)
    request.send_header("Content-Length", str(len(content) - start))
    request.end_headers()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on a free port of the loopback address."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append((self.path, self.headers.get("Range")))
            answer = state.answers.get(self.path)
            try:
                if answer is None:
                    self.send_error(404)
                else:
                    answer(self)
            except (BrokenPipeError, ConnectionResetError):
                pass

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        state.port = http.server_address[1]
        thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield state
        state.ended.set()
        http.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of the tests is on this machine, whatever the network needs."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def file_of(content: bytes, name: str = "file.bin") -> File:
    return File(name, hashlib.sha256(content).hexdigest(), len(content), len(content))


def dataset_of(content: bytes, *sources: Source, name: str = "thing", file: str = "file.bin") -> Dataset:
    return Dataset(name, "a test", "CC0", "nobody", (file_of(content, file),), sources)


def url_source(url: str, unpack: str = "") -> Source:
    return Source("url", ("file.bin",), url=url, unpack=unpack)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """A download that broke off is taken up again at once."""
    monkeypatch.setattr(network, "PAUSE", 0.0)


@pytest.fixture
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests in which nothing ever answers."""
    monkeypatch.setattr(network, "PATIENCE", (0.2, 0.3, 0.4))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "data")
    with store.locked(lambda: None):
        yield store


@pytest.fixture
def progress() -> Progress:
    return Progress(Console(quiet=True))


@pytest.fixture
def run(store: Store, progress: Progress) -> Run:
    return Run(store, progress)


def left_over(store: Store) -> list[str]:
    """Files that are neither data nor the lock nor the stamp."""
    return sorted(path.name for path in store.scratch.rglob("*") if path.is_file() and path.name != "lock")


@pytest.fixture
def index(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A package index of the test's own; pip finds it by its user's configuration."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", server.url("/simple"))
    return server
