"""JupyterHub's side of the door: the form, the cookie, and the page by which the organiser frees a seat."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from jupyterhub import orm
from jupyterhub.apihandlers.base import APIHandler
from jupyterhub.auth import Authenticator
from jupyterhub.scopes import needs_scope
from jupyterhub.utils import get_browser_protocol, new_token
from tornado import web
from traitlets import Instance, Integer, Unicode, default

from organiser.hub import speakerpages
from organiser.hub.door import COOKIE, Admitted, Door
from organiser.hub.limits import ADDRESS_FAILURES, address_from
from organiser.hub.seats import account, numbered, seat_of
from organiser.hub.speaker import Speaker

FORM = Path(__file__).with_name("form.html")
COOKIE_DAYS = 30
PENDING_SECONDS, LOOK_SECONDS = 20.0, 0.1
"""How long to wait for a server that is on its way, and how often to look."""


class SeatAuthenticator(Authenticator):  # type: ignore[misc]
    """Lets in who has the code of a seat, and keeps the seat for their browser."""

    private = Unicode(config=True, help="Folder with the key and the seats, which root writes.")
    state = Unicode(config=True, help="Folder of the hub's own, for who sits where.")
    proxies = Integer(
        1, config=True, help="Proxies between people and hub, each of which appends to X-Forwarded-For."
    )
    address_failures = Integer(
        ADDRESS_FAILURES, config=True, help="Wrong codes a minute from one address, which a class may share."
    )
    speaker_code = Unicode(
        config=True,
        help="File for the hash of the speaker's code, where the hub itself makes codes: on a cluster.",
    )
    door = Instance(Door)

    @default("door")
    def _make_door(self) -> Door:
        private = Path(self.private)
        key = bytes.fromhex((private / "key").read_text(encoding="ascii").strip())
        door = Door(key, private / "seats.json", Path(self.state) / "bindings.json")
        door.let_mistype(self.address_failures)
        return door

    speaker = Instance(Speaker)

    @default("speaker")
    def _make_speaker(self) -> Speaker:
        code = Path(self.speaker_code or Path(self.private) / "speaker")
        return Speaker(self.door.key, code, Path(self.state) / "message.json")

    @default("allow_all")
    def _allow_all(self) -> bool:
        # Whoever has a seat's code is allowed; nobody else gets that far.
        return True

    def get_custom_html(self, base_url: str) -> str:
        """Return the form that asks for seat and code."""
        return FORM.read_text(encoding="utf-8")

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str:
        """Return the seat's user.

        Raises HTTPError 403, whose words the form shows, for everybody else.
        """
        header = handler.request.headers.get("X-Forwarded-For", "")
        address = address_from(header, handler.request.remote_ip, self.proxies)
        answer = self.door.admit(
            data.get("username", ""),
            data.get("password", ""),
            lambda name: handler.get_cookie(name),
            address,
            handler.get_cookie("_xsrf") or "",
        )
        if not isinstance(answer, Admitted):
            raise web.HTTPError(403, answer.why)
        if answer.newly:
            end_sessions(handler, account(answer.seat))
        handler.set_cookie(
            COOKIE + answer.seat,
            answer.cookie,
            path=handler.hub.base_url,
            expires_days=COOKIE_DAYS,
            httponly=True,
            secure=get_browser_protocol(handler.request) == "https",
            samesite="Lax",
        )
        return account(answer.seat)

    def get_handlers(self, app: Any) -> list[tuple[str, type]]:
        """Add the pages of the seats to the hub's API."""
        return [
            *super().get_handlers(app),
            (r"/api/seats", TakenSeats),
            (r"/api/seats/(\d{1,4})/free", FreeSeat),
            *speakerpages.handlers(),
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
