"""The hub's addresses of the speaker's view, and the one at which seats tell how far they are."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from jupyterhub.apihandlers.base import APIHandler
from jupyterhub.handlers.base import BaseHandler
from jupyterhub.scopes import needs_scope
from tornado.web import HTTPError

from organiser.hub.codes import printed
from organiser.hub.limits import address_from
from organiser.hub.seats import account, numbered
from organiser.hub.seatsapi import free_seat, settled
from organiser.hub.speaker import COOKIE, Speaker, Told, machine, memory_of, new_speaker_code

FOLDER = Path(__file__).parent
HOURS = 16
"""A class, with the hour before: then the code is asked for again."""


class View(BaseHandler):  # type: ignore[misc]
    """What the pages share: the organiser's browser is known by a cookie, not by a seat."""

    @property
    def speaker(self) -> Speaker:
        """The view's own state."""
        speaker: Speaker = self.authenticator.speaker
        return speaker

    def set_default_headers(self) -> None:
        """Let the page load its own script and style, and nothing else."""
        super().set_default_headers()
        self.set_header(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        )
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")

    @property
    def is_in(self) -> bool:
        """Whether this browser has the organiser's code."""
        return self.speaker.holds(self.get_cookie(COOKIE))

    def require(self) -> None:
        """Raise HTTPError 403 for everybody else."""
        if not self.is_in:
            raise HTTPError(403, "open /hub/speaker and type the organiser's code")


class SpeakerPage(View):
    """``/hub/speaker``: the view; without the code, the form that asks for it."""

    def get(self) -> None:
        """Show one of the two."""
        self._show("")

    def post(self) -> None:
        """Let in whoever has the code."""
        header = self.request.headers.get("X-Forwarded-For", "")
        address = address_from(header, self.request.remote_ip, self.authenticator.proxies)
        cookie = self.speaker.admit(self.get_body_argument("code", ""), address)
        if not cookie:
            self.set_status(403)
            self._show("That is not the code; 'workshop hub speaker' makes a new one.")
            return
        self.set_cookie(
            COOKIE,
            cookie,
            path=f"{self.hub.base_url}speaker",
            expires_days=HOURS / 24,
            httponly=True,
            secure=self.request.protocol == "https",
            samesite="Strict",
        )
        self.redirect(f"{self.hub.base_url}speaker")

    def _show(self, why: str) -> None:
        page = (FOLDER / ("speaker.html" if self.is_in else "speaker-code.html")).read_text(encoding="utf-8")
        for name, value in {"XSRF": self.xsrf_token.decode(), "WHY": why}.items():
            page = page.replace(f"@{name}@", value)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(page)


class SpeakerFile(View):
    """``/hub/speaker/view.js`` and ``view.css``: nothing secret is in them."""

    def get(self, kind: str) -> None:
        """Answer with the file."""
        self.set_header("Content-Type", "text/javascript" if kind == "js" else "text/css")
        self.finish((FOLDER / f"speaker.{kind}").read_text(encoding="utf-8"))


class SpeakerState(View):
    """``/hub/speaker/state``: all that the page shows, for it to ask again and again."""

    def get(self) -> None:
        """Answer with machine, message and seats."""
        self.require()
        door = self.authenticator.door
        taken = set(door.taken())
        seats = [self._seat(number, number in taken) for number in sorted(door.seats().seats)]
        # On a cluster the hub's own node says nothing of the seats'.
        seen = None if self.authenticator.speaker_code else machine()
        self.finish({"machine": seen, "message": self.speaker.message().get("text", ""), "seats": seats})

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


class SpeakerAct(View):
    """``/hub/speaker/act``: restart a seat, free it, say something to all."""

    async def post(self) -> None:
        """Do one of them; 409 with the reason when it cannot be done just now."""
        self.require()
        try:
            asked = json.loads(self.request.body)
            what, seat, text = str(asked["what"]), asked.get("seat"), str(asked.get("text", ""))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise HTTPError(400, "say what is to be done") from error
        if what == "say":
            self.speaker.say(text)
        elif what in ("restart", "free"):
            await self._seat(what, self._known(seat))
        else:
            raise HTTPError(400, "say what is to be done")
        self.finish({"done": what})

    def _known(self, seat: object) -> str:
        number = numbered(seat) if isinstance(seat, int) else ""
        if number not in self.authenticator.door.seats().seats:
            raise HTTPError(404, "there is no such seat")
        return number

    async def _seat(self, what: str, number: str) -> None:
        if what == "free":
            await free_seat(self, number)
            return
        user = self.find_user(account(number))
        if user is None:
            raise HTTPError(409, "nobody has been on this seat yet")
        await settled(user.spawner)
        if user.spawner.active:
            await self.stop_single_user(user)
        await self.spawn_single_user(user)


class SpeakerCode(APIHandler):  # type: ignore[misc]
    """``/hub/api/speaker/code``: a new code, for the organiser's command; on a cluster alone."""

    @needs_scope("admin:users")  # type: ignore[untyped-decorator]
    def post(self) -> None:
        """Answer with the code, which nothing else holds."""
        if not self.authenticator.speaker_code:
            raise HTTPError(404, "'workshop hub speaker' makes the code on this server")
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
            raise HTTPError(403)
        speaker: Speaker = self.authenticator.speaker
        try:
            speaker.hear(seat, json.loads(self.request.body))
        except ValueError as error:
            raise HTTPError(400) from error
        self.finish({"message": speaker.message()})


def handlers() -> list[tuple[str, type]]:
    """Return the addresses, below the hub's."""
    return [
        (r"/speaker", SpeakerPage),
        (r"/speaker/view\.(js|css)", SpeakerFile),
        (r"/speaker/state", SpeakerState),
        (r"/speaker/act", SpeakerAct),
        (r"/api/speaker/code", SpeakerCode),
        (r"/api/seats/(\d{1,4})/report", SeatReport),
    ]
