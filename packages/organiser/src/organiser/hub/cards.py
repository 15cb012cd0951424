"""Cards of seats, eight to a sheet of A4: address, seat, code, and a QR code that holds all three."""

from __future__ import annotations

import html
import io
from dataclasses import dataclass
from pathlib import Path

import segno
from fpdf import FPDF

from organiser.hub.codes import printed
from organiser.hub.warningpage import lines_of
from workshop.core.files import write_whole

COLUMNS, ROWS = 2, 4
TITLE = "Deep Learning Workshop"
ENCODING = "windows-1252"
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


def sheets(cards: list[Card]) -> bytes:
    """Return the cards as a PDF, COLUMNS × ROWS to a sheet of A4."""
    pdf = FPDF(format="A4")
    pdf.set_title(f"{TITLE}: cards of {len(cards)} seats")
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

    write(3, TITLE, 9)
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
    style = Path(__file__).with_name("cards.css").read_text(encoding="utf-8")
    body = "\n".join(_article(card) for card in cards)
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{TITLE}: cards</title>\n'
        f"<style>\n{style}</style>\n<main>\n{body}\n</main>\n</html>\n"
    )


def _article(card: Card) -> str:
    drawn = card.qr().svg_inline(border=QUIET, omitsize=True)
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
