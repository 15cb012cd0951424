"""A seat's own TensorBoard behind the seat's server: started when somebody asks, ended when nobody does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado.httpclient import HTTPRequest
from tornado.ioloop import PeriodicCallback
from tornado.netutil import Resolver
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.web import HTTPError, authenticated

from workshop.core.errors import WorkshopError

IDLE_SECONDS = 600.0
"""Without a request: then it ends, and gives back its memory."""
LOOK_SECONDS = 30.0
START_SECONDS = 180.0
SPOKEN = ("content-type", "content-encoding", "cache-control", "content-security-policy", "location", "etag")
"""Headers of its answers that are passed on."""
HEARD = ("accept", "accept-encoding", "content-type", "if-none-match")
"""Headers of requests that are passed on; a cookie of the hub's is none of its business."""
MOST_BYTES = 200_000_000
AT_ONCE = 16
"""Connections: a socket in a file refuses those for which its queue has no place, and the client takes that
for a connection that is being made."""


class OneSocket(Resolver):
    """Finds one socket in a file, whatever is asked for."""

    def initialize(self, file: str = "") -> None:
        """Take the file."""
        self._file = file

    async def resolve(self, host: str, port: int, family: int = 0) -> list[tuple[int, Any]]:
        """Return the socket."""
        return [(socket.AF_UNIX, self._file)]


def command(file: Path, logs: Path, prefix: str) -> list[str]:
    """Return the words that start it from this process, with which it ends.

    file: the socket. logs: the folder of all runs. prefix: the path of its pages, without a slash at the end.
    """
    return [
        # It ends with the seat's server, however that ends: nobody else would end it.
        *("setpriv", "--pdeathsig", "TERM"),
        sys.executable,
        *("-P", "-m", "organiser.hub.board"),
        f"--socket={file}",
        f"--parent={os.getpid()}",
        f"--logdir={logs}",
        f"--path_prefix={prefix}",
        "--load_fast=false",
        "--reload_interval=5",
    ]


@dataclass
class OwnBoard:
    """One TensorBoard at most, and when it was last asked."""

    words: Sequence[str]
    file: Path
    """The socket on which it listens."""
    clock: Callable[[], float] = time.monotonic
    _process: asyncio.subprocess.Process | None = None
    _asked: float = 0.0
    _busy: int = 0
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    @property
    def runs(self) -> bool:
        """Whether it runs, or is being started."""
        return self._process is not None and self._process.returncode is None

    async def ready(self) -> None:
        """Return as soon as it listens, started if need be.

        Raises WorkshopError when it ends instead, or takes too long.
        """
        self._asked = self.clock()
        async with self._starting:
            if not self.runs:
                self.file.unlink(missing_ok=True)
                self._process = await asyncio.create_subprocess_exec(
                    *self.words, stdin=asyncio.subprocess.DEVNULL
                )
            until = self.clock() + START_SECONDS
            while not await _listens(self.file):
                if not self.runs or self.clock() > until:
                    await self.end()
                    raise WorkshopError("TensorBoard did not start; the seat may be out of memory")
                await asyncio.sleep(0.2)
        self._asked = self.clock()

    async def ask(self, request: HTTPRequest) -> Any:
        """Pass on a request; it does not count as idle while it answers.

        Raises WorkshopError when it cannot be had.
        """
        await self.ready()
        client = SimpleAsyncHTTPClient(
            force_instance=True,
            resolver=OneSocket(file=str(self.file)),
            max_body_size=MOST_BYTES,
            max_buffer_size=MOST_BYTES,
        )
        self._busy += 1
        try:
            async with self._places:
                return await client.fetch(request, raise_error=False)
        except OSError as error:
            raise WorkshopError(f"TensorBoard stopped ({error}); reload the page") from error
        finally:
            self._busy -= 1
            self._asked = self.clock()
            client.close()

    async def end_if_idle(self) -> bool:
        """End it when nobody asked for a while; return whether it was ended."""
        if not self.runs or self._busy or self.clock() - self._asked < IDLE_SECONDS:
            return False
        await self.end()
        return True

    async def end(self) -> None:
        """End it, and wait until it has given back its memory."""
        if self._process is not None and self.runs:
            self._process.terminate()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._process.wait(), 10)
                return
            self._process.kill()
            await self._process.wait()


async def _listens(file: Path) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(file)
    except OSError:
        return False
    writer.close()
    return True


class BoardHandler(JupyterHandler):
    """``tensorboard/…``: every request goes to the seat's own TensorBoard."""

    def check_xsrf_cookie(self) -> None:
        """Ask for no second secret: TensorBoard posts what it wants to read, and changes nothing."""

    async def _pass_on(self) -> None:
        board: OwnBoard = self.settings["workshop_board"]
        given = {name: value for name, value in self.request.headers.items() if name.lower() in HEARD}
        request = HTTPRequest(
            f"http://tensorboard{self.request.uri}",
            method=self.request.method or "GET",
            headers=given,
            body=self.request.body if self.request.method == "POST" else None,
            decompress_response=False,
            follow_redirects=False,
            connect_timeout=10,
            request_timeout=120,
        )
        try:
            answer = await board.ask(request)
        except WorkshopError as error:
            raise HTTPError(503, str(error)) from error
        if answer.code == 599:
            raise HTTPError(504, "TensorBoard is busy; reload the page")
        self.set_status(answer.code, answer.reason)
        self.clear_header("Content-Type")
        # A notebook shows it in a frame.
        self.set_header("Content-Security-Policy", "frame-ancestors 'self'")
        for name in SPOKEN:
            if name in answer.headers:
                self.set_header(name, answer.headers[name])
        self.finish(answer.body if answer.code not in (204, 304) else b"")

    @authenticated
    async def get(self) -> None:
        """Pass on a request for a page."""
        await self._pass_on()

    @authenticated
    async def post(self) -> None:
        """Pass on a request for data."""
        await self._pass_on()


def install(server: Any, file: Path, logs: Path) -> None:
    """Add it to a Jupyter server; nothing is started yet."""
    with contextlib.suppress(
        OSError
    ):  # a full disk; TensorBoard waits for the folder, and the pages need not
        logs.mkdir(parents=True, exist_ok=True)
    prefix = server.base_url.rstrip("/") + "/tensorboard"
    board = OwnBoard(command(file, logs, prefix), file)
    server.web_app.settings["workshop_board"] = board
    server.web_app.add_handlers(".*$", [(rf"{prefix}(?:/.*)?", BoardHandler)])
    PeriodicCallback(board.end_if_idle, LOOK_SECONDS * 1000).start()
