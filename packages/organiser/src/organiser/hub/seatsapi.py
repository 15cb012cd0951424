"""The seats in the hub's API: which are taken, and how one is set free, so that nothing opens it any more."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from jupyterhub import orm
from jupyterhub.apihandlers.base import APIHandler
from jupyterhub.scopes import needs_scope
from jupyterhub.utils import new_token
from tornado import web

from organiser.hub.seats import account, numbered, seat_of

PENDING_SECONDS, LOOK_SECONDS = 20.0, 0.1
"""How long to wait for a server that is on its way, and how often to look."""


def handlers() -> list[tuple[str, type]]:
    """Return the addresses below ``/hub``, with what answers there."""
    return [(r"/api/seats", TakenSeats), (r"/api/seats/(\d{1,4})/free", FreeSeat)]


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
