"""The page for phones: one path, which shows the open question, takes a vote and tells how it stands.

Nothing else is behind this listener: no cookie, no token, no file of the site. It stands open to a room of
strangers, so a request is small, soon over, and of this page: another site's script cannot send what is
taken here without asking first, and that is refused. It runs in a thread of its own: a flood of requests
takes time from the deck, not its turn.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import resource
import socket
import threading
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tornado.web
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream

from workshop.core.errors import WorkshopError
from workshop.core.hosts import HostCheck
from workshop.site.server import Guarded
from workshop.site.votes.ballots import VOTER, Ballots, RefusedError
from workshop.site.votes.questions import Question

MOST_BYTES = 512
MOST_CONNECTIONS = 2000
MOST_PHONES = 5000
OPEN_FILES = 4096
REQUESTS_SECONDS, REQUESTS_A_PHONE = 5.0, 5
"""In so many seconds an address has so many requests for each phone that may be behind it. A phone asks
every two seconds."""
SILENT_SECONDS = 30
"""How long a connection may stay without a request, or a request may take to arrive."""


class Page:
    """The page with its script and its style inside, and the policy that allows just these."""

    def __init__(self, folder: Path) -> None:
        """Read the page from the checkout's ``presentation/slides``; WorkshopError where that fails."""
        try:
            texts = {kind: (folder / f"vote.{kind}").read_text("utf-8") for kind in ("html", "css", "js")}
        except OSError as error:
            raise WorkshopError(f"cannot read {error.filename}: {error.strerror}; restore it") from error
        page = texts["html"].replace("{style}", texts["css"]).replace("{script}", texts["js"])
        self.content = page.encode()
        self.policy = (
            f"default-src 'none'; script-src '{_hash(texts['js'])}'; style-src '{_hash(texts['css'])}'; "
            "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


class Answer(Guarded):
    """What every path answers: nothing, in one plain line."""

    def set_default_headers(self) -> None:
        """Set the headers of every answer."""
        self.set_header("Server", "workshop")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("Content-Security-Policy", self.settings["page"].policy)

    def on_finish(self) -> None:
        """Let the listener count it."""
        server: Limited = self.settings["room"].server
        server.finished(self.request.server_connection)

    def prepare(self) -> None:
        """Refuse a foreign name; then there is nothing here."""
        super().prepare()
        raise tornado.web.HTTPError(404)


class Vote(Answer):
    """``/``: GET gives the page; POST takes a vote, or none, and tells how it stands."""

    def prepare(self) -> None:
        """Refuse what this page does not send."""
        Guarded.prepare(self)
        if self.request.method not in {"GET", "HEAD", "POST"}:
            raise tornado.web.HTTPError(405)
        origin = self.request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != self.request.headers.get("Host"):
            raise tornado.web.HTTPError(403, reason="Another site's page")

    def get(self) -> None:
        """Answer with the page."""
        self.finish(self.settings["page"].content)

    def head(self) -> None:
        """Answer that the page is there."""

    def post(self) -> None:
        """Count the vote, if there is one; answer with the question and how it stands."""
        room: Room = self.settings["room"]
        # Another site's page may send plain text without asking, JSON not.
        if self.request.headers.get("Content-Type", "").partition(";")[0] != "application/json":
            raise tornado.web.HTTPError(415)
        try:
            sent = json.loads(self.request.body)
        except (ValueError, RecursionError) as error:
            raise tornado.web.HTTPError(400) from error
        if not isinstance(sent, dict):
            raise tornado.web.HTTPError(400)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(room.answer(sent, str(self.request.remote_ip))))


class Limited(HTTPServer):
    """Keeps so many connections, in all and from one address, and answers so many requests of an address.

    A new connection takes the place of the slowest one: the one whose last request was finished, or which was
    opened, the longest ago. It is one of the same address where that has its share, else of the address with
    the most. So nobody keeps others out by connections that say little, from however many addresses.
    """

    def initialize(self, *args: Any, per_address: int = MOST_CONNECTIONS, **how: Any) -> None:
        """Begin without a connection."""
        super().initialize(*args, **how)
        self._per_address = 2 * per_address + 20
        self._requests = REQUESTS_A_PHONE * self._per_address
        self._held: dict[str, dict[IOStream, None]] = {}
        """Of each address its connections, the slowest first."""
        self._finished: Counter[str] = Counter()
        """Of each address its requests since ``_since``."""
        self._since = 0.0

    def places_left(self) -> int:
        """Return how many connections it takes before it closes one for each."""
        return MOST_CONNECTIONS - sum(len(held) for held in [*self._held.values()])

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        """Take a connection, and close another one where there are too many."""
        origin = str(address[0])
        if self._is_over(origin):
            stream.close()
            return
        if len(self._held.get(origin, ())) >= self._per_address:
            self._close_slowest(origin)
        elif self.places_left() <= 0:
            self._close_slowest(max(self._held, key=lambda each: len(self._held[each])))
        self._held.setdefault(origin, {})[stream] = None
        super().handle_stream(stream, address)

    def finished(self, server_conn: Any) -> None:
        """Count a request that was answered, and close its connection where its address had too many."""
        origin, stream = str(server_conn.context.address[0]), server_conn.stream
        self._finished[origin] += 1
        if self._is_over(origin):
            stream.close()
        elif stream in self._held.get(origin, {}):
            self._held[origin][stream] = self._held[origin].pop(stream)

    def on_close(self, server_conn: object) -> None:
        """Give a connection's place to another one."""
        super().on_close(server_conn)
        self._forget(str(server_conn.context.address[0]), server_conn.stream)  # type: ignore[attr-defined]

    def _is_over(self, origin: str) -> bool:
        """Tell whether an address had all the requests that it may have for now."""
        now = time.monotonic()
        if now - self._since > REQUESTS_SECONDS:
            self._since = now
            self._finished.clear()
        return self._finished[origin] > self._requests

    def _close_slowest(self, origin: str) -> None:
        stream = next(iter(self._held[origin]))
        self._forget(origin, stream)
        stream.close()

    def _forget(self, origin: str, stream: IOStream) -> None:
        held = self._held.get(origin, {})
        held.pop(stream, None)
        if not held:
            self._held.pop(origin, None)


class Room:
    """The listener for phones, in a thread."""

    def __init__(
        self,
        ballots: Ballots,
        questions: Mapping[str, Question],
        page: Page,
        address: str,
        sockets: list[socket.socket],
        per_address: int,
    ) -> None:
        """Remember what is asked, and where it is listened."""
        self._ballots, self._questions, self._sockets = ballots, questions, sockets
        self._phones: set[str] = set()
        self._application = tornado.web.Application(
            [(r"/", Vote)], default_handler_class=Answer, page=page, room=self,
            host_check=HostCheck(address),
        )  # fmt: skip
        self.server = Limited(
            self._application, max_body_size=MOST_BYTES, max_header_size=8192, body_timeout=SILENT_SECONDS,
            idle_connection_timeout=SILENT_SECONDS, per_address=per_address,
        )  # fmt: skip
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def answer(self, sent: dict[str, Any], address: str) -> dict[str, Any]:
        """Return what a phone is told; a vote that it sends is counted before."""
        voter = sent.get("voter")
        if not isinstance(voter, str) or not VOTER.fullmatch(voter):
            return {"refused": "This page is old; load it again."}
        if len(self._phones) < MOST_PHONES:
            self._phones.add(voter)
        told: dict[str, Any] = {}
        if "choice" in sent:
            try:
                self._ballots.vote(sent.get("question"), voter, sent["choice"], address)
            except RefusedError as error:
                told["refused"] = str(error)
        question = self._questions.get(self._ballots.open or "")
        if question is None:
            return told | {"question": None}
        return told | {
            "question": {"name": question.name, "title": question.title, "choices": question.choices},
            "mine": self._ballots.choice_of(question.name, voter),
            "votes": self._ballots.counts(question.name),
        }

    def phones(self) -> int:
        """Return how many have asked for the question so far."""
        return len(self._phones)

    def start(self) -> None:
        """Listen, in a thread that ends with this process."""
        _allow_files()
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(5)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.server.add_sockets(self._sockets)
        while not self._stop.is_set():
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stop.wait(), 1)
            await asyncio.to_thread(self._ballots.flush)
        self.server.stop()
        await self.server.close_all_connections()


def _allow_files() -> None:
    """Let this process have as many connections as it may hold, where the machine allows that."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
