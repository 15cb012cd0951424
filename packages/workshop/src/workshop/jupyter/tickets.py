"""Tickets that log one browser in, once: ``workshop open`` asks for one, and ``/login`` takes it.

A ticket travels in the fragment of a link, which a browser sends to nobody; the page of ``/login`` posts it.
Only whoever has the token, or is logged in, is given one. They are kept in this server's memory alone.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado.web import authenticated

PATH = "workshop/api/tickets"
"""Where one is asked for, below Jupyter's own path."""
SECONDS = 600.0
MOST = 20
"""So many wait to be used; of more, the oldest goes."""


class Tickets:
    """The tickets that were issued and not used yet."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Have none."""
        self._now = now
        self._ends: dict[str, float] = {}

    def issue(self) -> str:
        """Return a new ticket of 192 bits, which nobody guesses however often they try."""
        self._forget_old()
        while len(self._ends) >= MOST:
            del self._ends[next(iter(self._ends))]
        ticket = secrets.token_urlsafe(24)
        self._ends[ticket] = self._now() + SECONDS
        return ticket

    def redeem(self, given: str) -> bool:
        """Tell whether a ticket is good; it is used up by that."""
        self._forget_old()
        found = [each for each in self._ends if hmac.compare_digest(each.encode(), given.encode())]
        for ticket in found:
            del self._ends[ticket]
        return bool(found)

    def _forget_old(self) -> None:
        now = self._now()
        self._ends = {ticket: end for ticket, end in self._ends.items() if end > now}


class TicketsCall(APIHandler):
    """``workshop/api/tickets``: a ticket for one more browser."""

    @authenticated
    def post(self) -> None:
        """Answer with a new ticket."""
        tickets: Tickets = self.settings["workshop_tickets"]
        self.set_header("Cache-Control", "no-store")
        self.finish({"ticket": tickets.issue()})


def install(server: Any) -> None:
    """Let a Jupyter server issue tickets, and ``gate`` find them."""
    server.web_app.settings["workshop_tickets"] = Tickets()
    server.web_app.add_handlers(".*$", [(url_path_join(server.base_url, PATH), TicketsCall)])
