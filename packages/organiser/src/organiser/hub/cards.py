"""Cards of seats, eight to a sheet of A4: address, seat, code, and a QR code that holds all three."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

import segno

from organiser.hub.codes import printed
from organiser.hub.pdf import A4, Page, document
from organiser.hub.warningpage import lines_of
from workshop.core.files import write_whole

COLUMNS, ROWS = 2, 4
TITLE = "Deep Learning Workshop"
QUIET = 4
"""Light modules around a QR code, as its standard wants."""
SHORT_NAME, SHORT_ADDRESS = 22, 38
"""Letters that fit at the larger size."""


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

    @property
    def link(self) -> str:
        """Return the address of the QR code. What is behind its # is sent to no server."""
        return f"{self.address}/hub/login#{int(self.number)}.{self.code}"

    def modules(self) -> list[list[bool]]:
        """Return the QR code as rows of dark and light modules."""
        code = segno.make(self.link, error="m", micro=False)
        return [[bool(dark) for dark in row] for row in code.matrix_iter(border=QUIET)]

    def warning(self) -> list[str]:
        """Return what the card says about a self-made certificate; no lines otherwise."""
        if not self.fingerprint:
            return []
        return [
            "Your browser warns once. Compare the certificate's SHA-256 before you go on:",
            *lines_of(self.fingerprint),
        ]


def sheets(cards: list[Card]) -> bytes:
    """Return the cards as a PDF, COLUMNS × ROWS to a sheet of A4."""
    pages = []
    width, height = A4[0] / COLUMNS, A4[1] / ROWS
    for start in range(0, len(cards), COLUMNS * ROWS):
        page = Page()
        for column in range(1, COLUMNS):
            page.line(column * width, 0, column * width, A4[1])
        for row in range(1, ROWS):
            page.line(0, row * height, A4[0], row * height)
        for place, card in enumerate(cards[start : start + COLUMNS * ROWS]):
            _draw(page, card, place % COLUMNS * width, place // COLUMNS * height)
        pages.append(page)
    return document(pages, f"{TITLE}: cards of {len(cards)} seats")


def _draw(page: Page, card: Card, left: float, top: float) -> None:
    """Draw one card into its place; printers leave the outer 5 mm of a sheet white."""
    left, top = left + 9, top + 8
    page.text(left, top + 3, TITLE, 9)
    page.text(left, top + 12, f"Seat {int(card.number)}", 20, "bold")
    page.text(left, top + 19, card.name, 11 if len(card.name) <= SHORT_NAME else 8, "bold")
    page.text(left, top + 29, "Scan this, or open", 8)
    _draw_code(page, card.modules(), left + 55, top - 3, 34)
    page.text(left, top + 36, card.address, 11 if len(card.address) <= SHORT_ADDRESS else 7.5, "bold")
    page.text(left, top + 42, "and type your seat and this code:", 8)
    page.text(left, top + 50, printed(card.code), 17, "code")
    for number, line in enumerate(card.warning()):
        page.text(left, top + 55 + 2.8 * number, line, 6.2)


def _draw_code(page: Page, modules: list[list[bool]], left: float, top: float, side: float) -> None:
    """Draw a QR code, each run of dark modules as one box."""
    step = side / len(modules)
    for row, line in enumerate(modules):
        column = 0
        while column < len(line):
            end = column
            while end < len(line) and line[end]:
                end += 1
            if end > column:
                page.box(left + column * step, top + row * step, (end - column) * step, step)
            column = end + 1


def page_of(cards: list[Card]) -> str:
    """Return the cards as a page that prints like the sheets, with no file beside it."""
    style = Path(__file__).with_name("cards.css").read_text(encoding="utf-8")
    body = "\n".join(_article(card) for card in cards)
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{TITLE}: cards</title>\n'
        f"<style>\n{style}</style>\n<main>\n{body}\n</main>\n</html>\n"
    )


def _article(card: Card) -> str:
    drawn = segno.make(card.link, error="m", micro=False).svg_inline(border=QUIET, omitsize=True)
    warning = "".join(f"<small>{html.escape(line)}</small>" for line in card.warning())
    return (
        f"<article><div><p>{TITLE}</p><h2>Seat {int(card.number)}</h2><p><b>{html.escape(card.name)}</b></p>"
        f"<p>Scan this, or open</p></div>{drawn}<b>{html.escape(card.address)}</b>"
        f"<p>and type your seat and this code:</p><code>{printed(card.code)}</code>{warning}</article>"
    )


def write(cards: list[Card], folder: Path, stem: str = "cards") -> list[Path]:
    """Write the cards as PDF and as a page, for the caller's account alone; return both files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{stem}.pdf", folder / f"{stem}.html"]
    for file, content in zip(files, (sheets(cards), page_of(cards).encode()), strict=True):
        write_whole(file, content, 0o600)
    return files
