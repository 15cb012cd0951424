"""The door: who may come in, and which browser a seat belongs to. Nothing here knows of JupyterHub.

The first browser that comes with a seat's code gets the seat, by a signed cookie. Another browser with the
right code is refused until the organiser frees the seat. A cookie is good for one seat and for one generation
of it; freeing a seat begins the next generation, so that no old cookie opens it again.

A seat may also belong to an account of the organiser's institution (:mod:`organiser.hub.accounts`): to that
person in every browser, and to nobody who has only its card.

The answer that brings the cookie may be lost: the Wi-Fi fails, the hub dies, a disk is full. So a seat is
also that browser's whose form brought the code, by what the form's page had left in it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from organiser.hub.codes import keyed, same, typed
from organiser.hub.limits import WrongCodes
from organiser.hub.seats import Seat, Seats
from workshop.core.files import write_whole

COOKIE = "workshop-seat-"
"""Its name, with the seat's number after it."""

WRONG = "The seat or the code is wrong. Both are on your card."
FULL = "All seats are taken. Ask the organiser for one."
TAKEN = "Seat {seat} belongs to another browser. If that is not yours, ask the organiser to free seat {seat}."


@dataclass(frozen=True)
class Admitted:
    """Somebody may come in."""

    seat: str
    cookie: str
    """The value that their browser keeps; empty for an account, which needs none."""
    newly: bool
    """Whether the seat was free until now."""


@dataclass(frozen=True)
class Refused:
    """Somebody may not."""

    why: str


class Binding(NamedTuple):
    """Whether a browser has a seat."""

    generation: int = 0
    code: str = ""
    """The hash of the code that it came with; empty when the seat is free."""
    browser: str = ""
    """The hash of what the page with the form had left in it; empty where that is not known."""
    account: str = ""
    """The hash of the institution's account that it belongs to; empty where it is a card's."""


@dataclass
class Door:
    """The door of one server."""

    key: bytes
    seats_file: Path
    bindings_file: Path
    clock: Callable[[], float] = time.monotonic
    _wrong: WrongCodes = field(default_factory=WrongCodes)
    _bindings: dict[str, Binding] = field(default_factory=dict)
    _seats: Seats | None = None
    _read: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        """Read who sits where, so that a hub that starts again knows it."""
        if self.bindings_file.exists():
            stored = json.loads(self.bindings_file.read_text(encoding="utf-8"))
            self._bindings = {number: Binding(*each) for number, each in stored.items()}

    def seats(self) -> Seats:
        """Return the seats, read again when their file is another one."""
        try:
            stat = self.seats_file.stat()
            version = (stat.st_ino, stat.st_mtime_ns)
        except FileNotFoundError:
            version = (0, 0)
        if self._seats is None or version != self._read:
            self._seats = Seats.load(self.seats_file, self.key)
            self._read = version
        return self._seats

    def admit(
        self, who: str, code: str, cookie: Callable[[str], str | None], address: str, browser: str = ""
    ) -> Admitted | Refused:
        """Decide about one log-in.

        who: what was typed as the seat, its number or name.
        code: what was typed as the code.
        cookie: returns the browser's cookie of a name.
        address: where the browser is.
        browser: what the page with the form left in it, and in no other one.
        """
        seats = self.seats()
        seat = seats.find(who)
        # First the code: whatever was counted, a right one passes, so wrong ones lock nobody out.
        if not seats.fits(seat, typed(code)) or seat is None:
            return Refused(self._wrong.count(address, self.clock()) or WRONG)
        holds = self.holds(seat.number, cookie(COOKIE + seat.number))
        mark = keyed(self.key, "browser", seat.number, browser) if browser else ""
        return self._sit_down(seat, holds, mark)

    def admit_account(self, name: str) -> Admitted | Refused:
        """Decide about somebody whom their institution let in: their own seat, else the first free one."""
        mark = keyed(self.key, "account", name)
        seats, taken = self.seats().seats, self.taken()
        for number in taken:
            if same(self._binding(number).account, mark):
                return Admitted(number, "", newly=False)
        number = next((each for each in sorted(seats) if each not in taken), "")
        if not number:
            return Refused(FULL)
        self._bindings[number] = Binding(self._binding(number).generation, seats[number].code, "", mark)
        self._save()
        return Admitted(number, "", newly=True)

    def _sit_down(self, seat: Seat, holds: bool, mark: str) -> Admitted | Refused:
        binding = self._binding(seat.number)
        holds = holds or (mark != "" and same(binding.browser, mark))
        # A code that was made anew finds its seat free.
        is_taken = same(binding.code, seat.code)
        if is_taken and not holds:
            return Refused(TAKEN.format(seat=int(seat.number)))
        if not is_taken:
            binding = Binding(binding.generation, seat.code, mark)
            self._bindings[seat.number] = binding
            self._save()
        return Admitted(seat.number, self._cookie(seat.number, binding), not is_taken)

    def holds(self, number: str, cookie: str | None) -> bool:
        """Tell whether a cookie is that of the browser that a seat belongs to."""
        seat, binding = self.seats().seats.get(number), self._binding(number)
        if seat is None or not cookie or not same(binding.code, seat.code):
            return False
        return same(self._cookie(number, binding), cookie)

    def free(self, number: str) -> bool:
        """Let the next browser have a seat; return whether one had it."""
        binding = self._binding(number)
        self._bindings[number] = Binding(binding.generation + 1)
        self._save()
        return bool(binding.code)

    def taken(self) -> list[str]:
        """Return the numbers of the seats that a browser has."""
        seats = self.seats().seats
        return sorted(number for number, seat in seats.items() if same(self._binding(number).code, seat.code))

    def _binding(self, number: str) -> Binding:
        return self._bindings.get(number, Binding())

    def _cookie(self, number: str, binding: Binding) -> str:
        return keyed(self.key, "cookie", number, str(binding.generation), binding.code)

    def _save(self) -> None:
        write_whole(self.bindings_file, json.dumps(self._bindings), 0o600)
