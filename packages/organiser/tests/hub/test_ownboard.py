"""A seat's own TensorBoard: one at most, started when it is asked, ended when nobody asks."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from tornado.httpclient import HTTPRequest

from organiser.hub.ownboard import IDLE_SECONDS, OwnBoard, command
from workshop.errors import WorkshopError

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
socketserver.UnixStreamServer(sys.argv[1], Handler).serve_forever()
"""


class Clock:
    """Goes on when it is told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def board(folder: Path, code: str = SERVER) -> OwnBoard:
    file = folder / "s"
    return OwnBoard([sys.executable, "-c", code, str(file)], file, Clock())


async def asked(own: OwnBoard) -> str:
    answer = await own.ask(HTTPRequest("http://tensorboard/x"))
    return str(answer.body.decode())


def test_many_who_ask_at_once_get_one(tmp_path: Path) -> None:
    async def run() -> None:
        own = board(tmp_path)
        assert not own.runs
        assert len(set(await asyncio.gather(*(asked(own) for _ in range(5))))) == 1
        await own.end()
        assert not own.runs

    asyncio.run(run())


def test_it_ends_when_nobody_asks_and_starts_again(tmp_path: Path) -> None:
    async def run() -> None:
        own = board(tmp_path)
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
        await own.end()

    asyncio.run(run())


def test_one_that_was_ended_by_the_system_is_started_again(tmp_path: Path) -> None:
    async def run() -> None:
        own = board(tmp_path)
        first = await asked(own)
        assert own._process is not None
        own._process.kill()
        await own._process.wait()
        assert await asked(own) != first
        await own.end()

    asyncio.run(run())


def test_one_that_does_not_start_says_so(tmp_path: Path) -> None:
    async def run() -> None:
        with pytest.raises(WorkshopError, match="did not start"):
            await asked(board(tmp_path, "raise SystemExit(1)"))

    asyncio.run(run())


def test_it_listens_on_no_port(tmp_path: Path) -> None:
    words = command(tmp_path / "s", tmp_path, "/user/seat-001/tensorboard")
    assert f"--socket={tmp_path / 's'}" in words
    assert not [word for word in words if "port" in word or "host" in word]
