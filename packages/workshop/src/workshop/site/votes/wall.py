"""What the deck asks while the room votes: it says which slide is on, and is told how the vote stands.

The deck is served by the same process, on this machine's loopback only, so that it needs no leave to ask
another server. Every account of the machine may look at the deck; only whoever has the key may open a
question or see the votes.
"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable, Mapping

import segno
import tornado.web

from workshop.site.server import Guarded
from workshop.site.votes.ballots import Ballots
from workshop.site.votes.questions import Question
from workshop.site.votes.room import Room

KEY = "X-Workshop-Votes"
FIRST_SECONDS = 1800.0
"""How long the deck may take to be opened."""
LEFT_SECONDS = 180.0
"""How long it may be silent: a browser lets a hidden page do something once a minute."""
LEAVING_SECONDS = 20.0
"""How long after it said that it closes: it may only have been loaded again."""


class Presence:
    """Knows whether the deck is still there."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin to wait for the deck."""
        self._clock = clock
        self._until = clock() + FIRST_SECONDS

    def seen(self, leaving: bool) -> None:
        """Remember that the deck has asked, or that it is being closed."""
        self._until = self._clock() + (LEAVING_SECONDS if leaving else LEFT_SECONDS)

    def is_over(self) -> bool:
        """Tell whether the deck is closed."""
        return self._clock() > self._until


class Desk:
    """What the deck is told: how the vote stands, and how phones get there."""

    def __init__(
        self, ballots: Ballots, questions: Mapping[str, Question], room: Room, address: str, is_open: bool
    ) -> None:
        """Draw the code of ``address``; ``is_open`` tells whether other devices may reach it."""
        self.ballots, self.presence = ballots, Presence()
        self._questions, self._room = questions, room
        # Dark on white with its margin, whatever the page's colours are.
        code = segno.make(f"http://{address}", error="m", micro=False)
        drawn = code.svg_data_uri(omitsize=True, light="#fff")
        self._told = {"address": address, "code": drawn, "room": is_open}

    def answer(self, sent: Mapping[str, object]) -> dict[str, object]:
        """Open what the deck shows; return how that question stands."""
        self.presence.seen(sent.get("leaving") is True)
        self.ballots.show(sent.get("question"))
        name = self.ballots.open
        told: dict[str, object] = {**self._told, "phones": self._room.phones(), "question": name}
        return told | {"votes": self.ballots.counts(name) if name else []}


class Wall(Guarded):
    """``/api/votes``: only POST, only with the key."""

    def post(self) -> None:
        """Answer with how the vote stands."""
        desk: Desk = self.settings["desk"]
        if not hmac.compare_digest(self.request.headers.get(KEY, "").encode(), desk.ballots.key.encode()):
            raise tornado.web.HTTPError(403, reason="Only the deck that opened the vote may ask")
        try:
            sent = json.loads(self.request.body)
        except (ValueError, RecursionError) as error:
            raise tornado.web.HTTPError(400) from error
        self.set_header("Cache-Control", "no-store")
        self.write(desk.answer(sent if isinstance(sent, dict) else {}))
