"""Cards of seats, eight to a sheet of A4: address, seat, code, and a QR code that holds all three.

A server whose certificate vouches for itself also gets a page for the wall: what each browser says, what to
press, and the fingerprint to compare before.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import segno
from fpdf import FPDF
from jinja2 import Environment, FileSystemLoader

from organiser.hub.codes import printed
from organiser.hub.seats import Seats
from workshop.core.files import write_whole
from workshop.courses.home import TITLE

COLUMNS, ROWS = 2, 4
ENCODING = "windows-1252"
QUIET = 4
"""Light modules around a QR code, as its standard wants."""
SHORT_NAME, SHORT_ADDRESS = 22, 38
"""Letters that fit at the larger size."""
WALL = "certificate-warning.html"
TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
LONGEST_TITLE = 60
"""Letters of a title that fit into a card."""


@dataclass(frozen=True)
class Card:
    """What one card says."""

    number: str
    name: str
    code: str
    """In plain text: nothing else holds it."""
    address: str
    fingerprint: str = ""
    """SHA-256 of a self-made certificate, 64 hex digits; empty where browsers trust it."""
    title: str = TITLE
    """What is taught: the workshop, or on a server without its lessons the courses."""

    @property
    def link(self) -> str:
        """Return the address of the QR code. What is behind its # is sent to no server."""
        return f"{self.address}/hub/login#{int(self.number)}.{self.code}"

    def qr(self) -> segno.QRCode:
        """Return the QR code of the link."""
        return segno.make(self.link, error="m", micro=False)

    def warning(self) -> list[str]:
        """Return what the card says about a self-made certificate; no lines otherwise."""
        if not self.fingerprint:
            return []
        return [
            "Your browser warns once. Compare the certificate's SHA-256 before you go on:",
            *lines_of(self.fingerprint),
        ]


def new_cards(
    known: Seats,
    numbers: Sequence[str],
    names: Sequence[str],
    anew: bool,
    address: str,
    mark: str = "",
    title: str = TITLE,
) -> list[Card]:
    """Give a code to each seat that has none, or with ``anew`` to all; return their cards.

    names: of the seats, in the order of ``numbers``. mark: the fingerprint of a self-made certificate.
    """
    made = []
    for place, seat in enumerate(numbers):
        if anew or seat not in known.seats:
            name = names[place] if place < len(names) else ""
            made.append(Card(seat, name, known.add(seat, name), address, mark, title))
    return made


def title_of(cards: list[Card]) -> str:
    """Return what is on all of the cards."""
    return cards[0].title if cards else TITLE


def sheets(cards: list[Card]) -> bytes:
    """Return the cards as a PDF, COLUMNS × ROWS to a sheet of A4."""
    pdf = FPDF(format="A4")
    pdf.set_title(f"{title_of(cards)}: cards of {len(cards)} seats")
    pdf.core_fonts_encoding = ENCODING
    pdf.set_draw_color(179)
    pdf.set_line_width(0.14)
    width, height = pdf.w / COLUMNS, pdf.h / ROWS
    for place, card in enumerate(cards):
        column, row = place % COLUMNS, place // COLUMNS % ROWS
        if not column and not row:
            pdf.add_page()
            for cut in range(1, COLUMNS):
                pdf.line(cut * width, 0, cut * width, pdf.h)
            for cut in range(1, ROWS):
                pdf.line(0, cut * height, pdf.w, cut * height)
        _draw(pdf, card, column * width, row * height)
    return bytes(pdf.output())


def _draw(pdf: FPDF, card: Card, left: float, top: float) -> None:
    """Draw one card into its place; printers leave the outer 5 mm of a sheet white."""
    left, top = left + 9, top + 8

    def write(y: float, words: str, size: float, font: str = "helvetica", style: str = "") -> None:
        pdf.set_font(font, style, size)
        # The fonts that every reader has know Western Europe's letters alone.
        pdf.text(left, top + y, words.encode(ENCODING, errors="replace").decode(ENCODING))

    write(3, card.title[:LONGEST_TITLE], 9)
    write(12, f"Seat {int(card.number)}", 20, style="B")
    write(19, card.name, 11 if len(card.name) <= SHORT_NAME else 8, style="B")
    write(29, "Scan this, or open", 8)
    drawn = io.BytesIO()
    card.qr().save(drawn, kind="png", scale=8, border=QUIET)
    pdf.image(drawn, left + 55, top - 3, 34)
    write(36, card.address, 11 if len(card.address) <= SHORT_ADDRESS else 7.5, style="B")
    write(42, "and type your seat and this code:", 8)
    write(50, printed(card.code), 17, "courier", "B")
    for number, line in enumerate(card.warning()):
        write(55 + 2.8 * number, line, 6.2)


def page_of(cards: list[Card]) -> str:
    """Return the cards as a page that prints like the sheets, with no file beside it."""
    return TEMPLATES.get_template("cards.html").render(
        title=title_of(cards), cards=cards, printed=printed, quiet=QUIET
    )


def write(cards: list[Card], folder: Path) -> list[Path]:
    """Write the cards as PDF and as a page, for the caller's account alone; return both files."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"seats-{cards[0].number}-{cards[-1].number}"
    files = [folder / f"{stem}.pdf", folder / f"{stem}.html"]
    for file, content in zip(files, (sheets(cards), page_of(cards).encode()), strict=True):
        write_whole(file, content, 0o600)
    return files


def lines_of(fingerprint: str) -> list[str]:
    """Return a SHA-256 as people compare it: sixteen groups of four digits, in two lines."""
    groups = [fingerprint[at : at + 4].upper() for at in range(0, len(fingerprint), 4)]
    return [" ".join(groups[at : at + 8]) for at in (0, 8)]


def write_wall(address: str, fingerprint: str, folder: Path) -> Path:
    """Write the page for the wall, which holds no secret and prints on one sheet; return its file."""
    page = TEMPLATES.get_template("warningpage.html").render(
        address=address, host=urlsplit(address).hostname or address, marks=lines_of(fingerprint)
    )
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / WALL, page, 0o600)
    return folder / WALL
