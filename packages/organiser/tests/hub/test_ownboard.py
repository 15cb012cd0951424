"""A seat's own TensorBoard: one at most, started when it is asked, ended when nobody asks."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import tornado.web
from tornado.httpclient import HTTPRequest
from waiting import alive, wait_until

from organiser.hub.ownboard import IDLE_SECONDS, OwnBoard, command, install

SERVER = """
import http.server, os, socketserver, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def address_string(self): return "here"
    def log_message(self, *words): pass
    def do_GET(self):
        body = str(os.getpid()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
socketserver.UnixStreamServer.request_queue_size = 64
socketserver.UnixStreamServer(sys.argv[1], Handler).serve_forever()
"""


class Clock:
    """Goes on when it is told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@contextlib.asynccontextmanager
async def board(folder: Path, code: str = SERVER) -> AsyncIterator[OwnBoard]:
    """Yield a board that is not started yet; in the end it has ended."""
    file = folder / "s"
    own = OwnBoard([sys.executable, "-c", code, str(file)], file, Clock())
    try:
        yield own
    finally:
        await own.end()


async def asked(own: OwnBoard) -> str:
    answer = await own.ask(HTTPRequest("http://tensorboard/x"))
    return str(answer.body.decode())


STARTS = """
import subprocess, sys
from pathlib import Path
from organiser.hub.ownboard import command
file = Path(sys.argv[1])
print(subprocess.Popen(command(file, file.parent, "/seat")).pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("listens", [False, True])
def test_it_ends_with_a_server_that_was_killed(tmp_path: Path, listens: bool) -> None:
    file = tmp_path / "s"
    words = [sys.executable, "-c", STARTS, str(file)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        board = int(server.stdout.readline())
        if listens:
            wait_until(file.exists, 60, "TensorBoard listens")
        server.kill()
    wait_until(lambda: not alive(board), 60, "TensorBoard has ended")


def test_many_who_ask_at_once_get_one(tmp_path: Path) -> None:
    async def run() -> None:
        async with board(tmp_path) as own:
            assert not own.runs
            assert len(set(await asyncio.gather(*(asked(own) for _ in range(40))))) == 1
            await own.end()
            assert not own.runs

    asyncio.run(run())


def test_it_ends_when_nobody_asks_and_starts_again(tmp_path: Path) -> None:
    async def run() -> None:
        async with board(tmp_path) as own:
            clock = own.clock
            assert isinstance(clock, Clock)
            first = await asked(own)
            clock.now += IDLE_SECONDS - 1
            assert not await own.end_if_idle()
            assert await asked(own) == first
            clock.now += IDLE_SECONDS - 1
            assert not await own.end_if_idle(), "somebody asked meanwhile"
            clock.now += 1
            assert await own.end_if_idle()
            assert not own.runs
            assert await asked(own) != first

    asyncio.run(run())


def test_it_listens_on_no_port(tmp_path: Path) -> None:
    words = command(Path("/run/s"), tmp_path, "/user/seat-001/tensorboard")
    assert "--socket=/run/s" in words
    assert not [word for word in words if word.startswith(("--port", "--host", "--bind_all"))]


def test_a_home_that_takes_no_folder_takes_away_no_page(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    server = SimpleNamespace(base_url="/user/seat-001/", web_app=tornado.web.Application())

    async def run() -> None:
        install(server, tmp_path / "s", tmp_path / "home/tensorboard")

    asyncio.run(run())
    assert "workshop_board" in server.web_app.settings
