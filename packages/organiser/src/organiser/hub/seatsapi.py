"""Our part of the hub's API: which seats are taken, freeing one, the speaker's code, and what seats report.

The speaker's view itself is at another port (:mod:`organiser.hub.speakerdoor`).
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from typing import Any

from jupyterhub import orm
from jupyterhub.apihandlers.base import APIHandler
from jupyterhub.scopes import needs_scope
from jupyterhub.utils import new_token
from tornado import web

from organiser.hub.codes import printed
from organiser.hub.seats import account, numbered, seat_of
from organiser.hub.speaker import Speaker, new_speaker_code

PENDING_SECONDS, LOOK_SECONDS = 20.0, 0.1
"""How long to wait for a server that is on its way, and how often to look."""


def handlers() -> list[tuple[str, type]]:
    """Return the addresses below ``/hub``, with what answers there."""
    return [
        (r"/api/seats", TakenSeats),
        (r"/api/seats/(\d{1,4})/free", FreeSeat),
        (r"/api/seats/(\d{1,4})/report", SeatReport),
        (r"/api/speaker/code", SpeakerCode),
    ]


def end_sessions(handler: Any, name: str) -> None:
    """Let nothing that a browser keeps of a user open anything any more."""
    user = orm.User.find(handler.db, name)
    if user is None:
        return
    user.cookie_id = new_token()
    for token in list(user.api_tokens):
        # Of log-ins; the one that the seat's own server has is no session's.
        if token.session_id:
            handler.db.delete(token)
    handler.db.commit()


class TakenSeats(APIHandler):  # type: ignore[misc]
    """Which seats a browser has."""

    @needs_scope("list:users")  # type: ignore[untyped-decorator]
    def get(self) -> None:
        """Return their numbers."""
        self.finish({"taken": self.authenticator.door.taken()})


class FreeSeat(APIHandler):  # type: ignore[misc]
    """Free a seat for another browser."""

    @needs_scope("admin:users")  # type: ignore[untyped-decorator]
    async def post(self, number: str) -> None:
        """End the old browser's sessions and the seat's server, whose cookies would still open it."""
        seat = numbered(int(number))
        if seat not in self.authenticator.door.seats().seats:
            raise web.HTTPError(404, f"there is no seat {int(number)}")
        self.finish(await free_seat(self, seat))


class SpeakerCode(APIHandler):  # type: ignore[misc]
    """``/hub/api/speaker/code``: a new code, for the organiser's command; on a cluster alone."""

    @needs_scope("admin:users")  # type: ignore[untyped-decorator]
    def post(self) -> None:
        """Answer with the code, which nothing else holds."""
        if not self.authenticator.speaker_code:
            raise web.HTTPError(404, "'workshop classroom speaker-code' makes the code on this server")
        speaker: Speaker = self.authenticator.speaker
        code = new_speaker_code(speaker.key, speaker.code_file, os.getegid())
        self.finish({"code": printed(code)})


class SeatReport(APIHandler):  # type: ignore[misc]
    """``/hub/api/seats/N/report``: a seat's own server tells how far it is, and hears the message to all."""

    def post(self, number: str) -> None:
        """Take the report of the seat whose token it is."""
        seat = numbered(int(number))
        user = self.get_current_user_token()
        if user is None or user.name != account(seat):
            raise web.HTTPError(403)
        speaker: Speaker = self.authenticator.speaker
        try:
            speaker.hear(seat, json.loads(self.request.body))
        except ValueError as error:
            raise web.HTTPError(400) from error
        self.finish({"message": speaker.message()})


async def settled(spawner: Any) -> None:
    """Wait until a server is there or not: JupyterHub stops none that is on its way.

    Raises HTTPError 409 where that takes long.
    """
    until = time.monotonic() + PENDING_SECONDS
    while why := spawner.pending:
        if time.monotonic() > until:
            raise web.HTTPError(409, f"the seat is busy ({why}); try again in a moment")
        await asyncio.sleep(LOOK_SECONDS)


async def free_seat(handler: Any, seat: str) -> dict[str, Any]:
    """Free a seat that there is for another browser; return what that changed.

    Raises HTTPError 409 where its server neither comes nor goes for long.
    """
    name = account(seat_of(account(seat)))
    user = handler.find_user(name)
    if user is not None:
        await settled(user.spawner)
    was_taken = handler.authenticator.door.free(seat)
    end_sessions(handler, name)
    stopped = user is not None and user.spawner.active
    if user is not None and stopped:
        await handler.stop_single_user(user)
    return {"seat": seat, "was_taken": was_taken, "stopped": stopped}
