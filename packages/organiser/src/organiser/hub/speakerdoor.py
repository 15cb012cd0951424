"""The speaker's view on a port of its own, so that to browsers it is an origin of its own.

A page that a seat serves may act as any other page of its origin, and set cookies for all ports of its host.
So no seat answers here, and no cookie opens anything: a page that was given the code holds a token in its
origin's storage, and sends it as a header, which no page of another origin can read or send.
"""

from __future__ import annotations

import contextlib
import json
import ssl
from pathlib import Path
from typing import Any

from jupyterhub.apihandlers.base import APIHandler
from tornado import web
from tornado.httpserver import HTTPServer

from organiser.hub import peers
from organiser.hub.door import Refused
from organiser.hub.seats import account, numbered
from organiser.hub.seatsapi import free_seat, settled
from organiser.hub.speaker import Speaker, Told, machine, memory_of
from workshop.core.errors import WorkshopError
from workshop.core.schedule import Shown, chosen_plan
from workshop.core.settings import load_settings

FOLDER = Path(__file__).parent
TOKEN = "X-Workshop-Speaker"
"""The header with a page's token."""
MOST_BODY = 1 << 16
SILENT_SECONDS = 60
"""How long a connection may stay without a request, or a request may take to arrive."""
MOST_HEADERS = 1 << 20
"""In bytes: all cookies that other pages of this host may have left in a browser, which are not looked at."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def refuse_seats(handler: web.RequestHandler) -> None:
    """Raise HTTPError 403 for a connection of a seat's account, whose kernels run on this machine."""
    if peers.is_seat(peers.account_of(handler.request)):
        raise web.HTTPError(403, "a seat of this classroom cannot open the speaker's view")


class Page(web.RequestHandler):
    """``/``, ``/view.js`` and ``/view.css``, which hold nothing secret."""

    def initialize(self, name: str, kind: str) -> None:
        """Take the file's name and its type."""
        self.name, self.kind = name, kind

    def set_default_headers(self) -> None:
        """Let the page load its own script and style, and let no other page hold it."""
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        """Refuse seats' kernels."""
        refuse_seats(self)

    def get(self) -> None:
        """Answer with the file."""
        self.set_header("Content-Type", f"{self.kind}; charset=utf-8")
        self.finish((FOLDER / self.name).read_text(encoding="utf-8"))


class View(APIHandler):  # type: ignore[misc]
    """What the page asks for."""

    @property
    def speaker(self) -> Speaker:
        """The view's own state."""
        speaker: Speaker = self.authenticator.speaker
        return speaker

    def set_default_headers(self) -> None:
        """Let no other page read an answer."""
        super().set_default_headers()
        for name, value in HEADERS.items():
            self.set_header(name, value)

    async def prepare(self) -> None:
        """Refuse seats' kernels, and pages of other origins.

        Raises HTTPError 403.
        """
        await super().prepare()
        refuse_seats(self)
        if self.request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise web.HTTPError(403, "another page cannot use the speaker's view")

    def require(self) -> None:
        """Raise HTTPError 401 unless the page has the organiser's code."""
        if not self.speaker.holds(self.request.headers.get(TOKEN, "")):
            raise web.HTTPError(401, "type the organiser's code")

    def asked(self) -> dict[str, Any]:
        """Return the document that was sent.

        Raises HTTPError 400 when it is none.
        """
        try:
            document = json.loads(self.request.body)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise web.HTTPError(400, "say what is to be done")
        return document


class Enter(View):
    """``/enter``: the code for a token."""

    def post(self) -> None:
        """Answer with the token; 403 with the reason for anybody who does not have the code."""
        answer = self.speaker.admit(str(self.asked().get("code", "")), self.request.remote_ip)
        if isinstance(answer, Refused):
            raise web.HTTPError(403, answer.why)
        self.finish({"token": answer})


class State(View):
    """``/state``: all that the page shows, for it to ask again and again."""

    def get(self) -> None:
        """Answer with machine, message and seats."""
        self.require()
        door = self.authenticator.door
        taken = set(door.taken())
        seats = [self._seat(number, number in taken) for number in sorted(door.seats().seats)]
        # On a cluster the hub's own node says nothing of the seats'.
        seen = None if self.authenticator.speaker_code else machine()
        plan = self._plan()
        shown = {"title": plan.title, "lessons": [each["path"] for each in plan.lessons]}
        said, solved = self.speaker.message().get("text", ""), self.speaker.solved(door.seats().seats)
        self.finish({"machine": seen, "message": said, "seats": seats, "solved": solved, "plan": shown})

    @staticmethod
    def _plan() -> Shown:
        """Return the plan that set-up was told; an empty one on a cluster, whose hub has no start page."""
        with contextlib.suppress(WorkshopError):
            return chosen_plan(load_settings()) or Shown()
        return Shown()

    def _seat(self, number: str, is_taken: bool) -> dict[str, Any]:
        user = self.find_user(account(number))
        spawner = user.spawner if user is not None else None
        told = self.speaker.told(number)
        state = "off"
        if spawner is not None and spawner.active:
            state = "ready" if spawner.ready else "starting"
        return {
            "seat": int(number),
            "taken": is_taken,
            "state": state,
            "lesson": told.lesson if told else "",
            "solved": len(told.solved) if told and told.solved is not None else None,
            "memory": self._memory(number, told) if state != "off" else None,
            # Of pods: the node, and why one is not there yet (organiser.hub.pods).
            "node": getattr(spawner, "node", "") if state != "off" else "",
            "why": getattr(spawner, "why", "") if state == "starting" else "",
        }

    @staticmethod
    def _memory(number: str, told: Told | None) -> int | None:
        seen = memory_of(number)
        return told.memory if seen is None and told is not None else seen


class Act(View):
    """``/act``: restart a seat, free it, say something to all."""

    async def post(self) -> None:
        """Do one of them; 409 with the reason when it cannot be done just now."""
        self.require()
        asked = self.asked()
        what = asked.get("what")
        if what == "say":
            self.speaker.say(str(asked.get("text", "")))
        elif what in ("restart", "free"):
            await self._seat(what, self._known(asked.get("seat")))
        else:
            raise web.HTTPError(400, "say what is to be done")
        self.finish({"done": what})

    def _known(self, seat: object) -> str:
        number = numbered(seat) if isinstance(seat, int) else ""
        if number not in self.authenticator.door.seats().seats:
            raise web.HTTPError(404, "there is no such seat")
        return number

    async def _seat(self, what: str, number: str) -> None:
        if what == "free":
            await free_seat(self, number)
            return
        user = self.find_user(account(number))
        if user is None:
            raise web.HTTPError(409, "nobody has been on this seat yet")
        await settled(user.spawner)
        if user.spawner.active:
            await self.stop_single_user(user)
        await self.spawn_single_user(user)


def open_door(app: Any, address: str, port: int, certificate: str, key: str) -> HTTPServer:
    """Listen for the speaker's browser, by TLS where there is a certificate.

    app: the hub, which has its settings by now.

    Raises OSError when the port cannot be had, or a file cannot be read.
    """
    rules: list[Any] = [
        ("/", Page, {"name": "speaker.html", "kind": "text/html"}),
        (r"/view\.js", Page, {"name": "speaker.js", "kind": "text/javascript"}),
        (r"/view\.css", Page, {"name": "speaker.css", "kind": "text/css"}),
        ("/enter", Enter),
        ("/state", State),
        ("/act", Act),
    ]
    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
    # The hub's own guard is a cookie, of which there is none here.
    application = web.Application(rules, **{**app.tornado_settings, "xsrf_cookies": False})
    server = HTTPServer(
        application,
        ssl_options=context,
        max_body_size=MOST_BODY,
        max_header_size=MOST_HEADERS,
        body_timeout=SILENT_SECONDS,
        idle_connection_timeout=SILENT_SECONDS,
    )
    server.listen(port, address)
    return server
