"""What logs one browser in, once: the ticket of a link, and the code that a machine's console shows.

A ticket travels in the fragment of a link, which a browser sends to nobody; the page of ``/login`` posts it.
Only whoever has the token, or is logged in, is given one, by ``workshop open`` for instance.

A virtual machine has no browser, and people type from its window what they see there: a code of eight
characters. There is one at a time, in a file for the console (role appliance-image). A new one
follows when it was used, after ten minutes, and after five wrong tries; nobody is locked out.

Both are kept in this server's memory alone.
"""

from __future__ import annotations

import hmac
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado.ioloop import PeriodicCallback
from tornado.web import authenticated

from workshop.core.files import write_whole

PATH = "workshop/api/tickets"
"""Where one is asked for, below Jupyter's own path."""
SECONDS = 600.0
MOST = 20
"""So many wait to be used; of more, the oldest goes."""
CONSOLE = "WORKSHOP_CONSOLE"
"""The variable that names the file of the code; set where a console shows it."""
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that is read as something else: no i, l, o, 0, 1."""
LETTERS = 8
WRONG_TRIES = 5
"""So many for each code, of 31 ** 8 that there are."""
LOOK_MILLISECONDS = 5000
"""Between two looks whether the code is too old."""


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


class Code:
    """The code that counts now."""

    def __init__(self, show: Callable[[str], None], now: Callable[[], float] = time.monotonic) -> None:
        """Make the first code, and show it."""
        self._show, self._now = show, now
        self.redraw()

    def redraw(self) -> None:
        """Let another code count from now on."""
        self._letters = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
        self._end = self._now() + SECONDS
        self._wrong = 0
        self._show(f"{self._letters[:4]}-{self._letters[4:]}")

    def redraw_if_old(self) -> None:
        """Let another code count after ten minutes."""
        if self._now() >= self._end:
            self.redraw()

    def redeem(self, given: str) -> bool:
        """Tell whether it is the code, however it is spaced; a new one follows when it is."""
        self.redraw_if_old()
        letters = "".join(given.lower().replace("-", " ").split())
        good = hmac.compare_digest(letters.encode(), self._letters.encode())
        self._wrong += not good
        if good or self._wrong >= WRONG_TRIES:
            self.redraw()
        return good


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
    if file := os.environ.get(CONSOLE):
        _show_codes(server, Path(file))


def _show_codes(server: Any, file: Path) -> None:
    """Keep the code that counts in a file that only this account reads."""

    def show(code: str) -> None:
        try:
            write_whole(file, f"{code}\n", 0o600)
        except OSError as error:
            server.log.error("the console cannot show a new code: %s", error)

    code = Code(show)
    server.web_app.settings["workshop_code"] = code
    server.web_app.settings["workshop_code_clock"] = clock = PeriodicCallback(
        code.redraw_if_old, LOOK_MILLISECONDS
    )
    clock.start()
