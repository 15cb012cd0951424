"""Seats: their numbers, names and keyed hashes, in a file that only root writes and the hub reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from organiser.hub.codes import keyed, new_code, same
from workshop.core.errors import WorkshopError
from workshop.core.files import write_whole

MOST = 9999
PREFIX = "seat-"


def account(seat: str) -> str:
    """Return the name that a seat has as an account of the machine and as a user of the hub."""
    return PREFIX + seat


def seat_of(user: str) -> str:
    """Return the seat of a user of the hub: ``seat-017`` → ``017``.

    Raises ValueError when it is none of a seat's.
    """
    seat = user.removeprefix(PREFIX)
    if not (user.startswith(PREFIX) and seat.isascii() and seat.isdigit() and numbered(int(seat)) == seat):
        raise ValueError(f"{user!r} is not a seat")
    return seat


def numbered(number: int) -> str:
    """Return a seat's number as files and units have it, three digits, or four above 999."""
    return f"{number:03d}"


@dataclass(frozen=True)
class Seat:
    """One seat."""

    number: str
    """Three digits."""
    name: str
    """What its card calls it, besides its number; may be empty."""
    code: str
    """The keyed hash of its code."""


@dataclass
class Seats:
    """All seats of a server."""

    key: bytes
    seats: dict[str, Seat]

    @classmethod
    def load(cls, file: Path, key: bytes) -> Seats:
        """Read the seats; none where there is no file yet.

        Raises WorkshopError when the file is damaged.
        """
        try:
            listed = json.loads(file.read_text(encoding="utf-8"))["seats"]
            seats = {number: Seat(number, each["name"], each["code"]) for number, each in listed.items()}
        except FileNotFoundError:
            seats = {}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise WorkshopError(
                f"{file} is damaged; make the seats again: workshop classroom seats N --anew"
            ) from error
        return cls(key, seats)

    def save(self, file: Path, group: int) -> None:
        """Write the seats, for root and for a group to read."""
        listed = {each.number: {"name": each.name, "code": each.code} for each in self.seats.values()}
        text = json.dumps({"seats": listed}, indent=1, ensure_ascii=False) + "\n"
        write_whole(file, text, 0o640, group=group)

    def add(self, number: str, name: str = "") -> str:
        """Give a seat a new code, which nothing but the return value holds."""
        code = new_code()
        self.seats[number] = Seat(number, name, self.hash(number, code))
        return code

    def numbers(self, wanted: Sequence[int] = ()) -> list[str]:
        """Return the numbers of all seats, or of those wanted; WorkshopError for one that there is not."""
        numbers = [numbered(each) for each in wanted] or sorted(self.seats)
        for number in numbers:
            if number not in self.seats:
                raise WorkshopError(
                    f"there is not a seat {int(number)}; this classroom has {len(self.seats)}"
                )
        return numbers

    def find(self, text: str) -> Seat | None:
        """Return the seat that somebody typed, by number or by name; None when there is none."""
        text = text.strip().removeprefix(PREFIX)
        if text.isascii() and text.isdigit() and (len(text) <= 3 or numbered(int(text[:5])) == text):
            return self.seats.get(numbered(int(text)))
        wanted = text.casefold()
        return next(
            (each for each in self.seats.values() if each.name and each.name.casefold() == wanted), None
        )

    def hash(self, number: str, code: str) -> str:
        """Return the keyed hash of a seat's code."""
        return keyed(self.key, "code", number, code)

    def fits(self, seat: Seat | None, code: str) -> bool:
        """Tell whether a code is a seat's; takes as long for a seat that does not exist."""
        expected = seat.code if seat else "0" * 64
        return same(self.hash(seat.number if seat else "000", code), expected) and seat is not None


def read_names(file: Path) -> list[str]:
    """Read names for seats, one a line, in the order of the seats.

    Raises WorkshopError for one that is there twice, or that would be taken for a number.
    """
    names = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    while names and not names[-1]:
        names.pop()
    seen: set[str] = set()
    for name in filter(None, names):
        if (
            name.casefold() in seen
            or name.removeprefix(PREFIX).isdigit()
            or len(name) > 32
            or not name.isprintable()
        ):
            raise WorkshopError(
                f"{file}: {name!r} cannot be a seat's name; give at most 32 characters, no number, none twice"
            )
        seen.add(name.casefold())
    return names
