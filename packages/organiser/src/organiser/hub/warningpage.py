"""What people see, and have to press, when the classroom's certificate vouches for itself: a page for all.

A made certificate costs each of a hundred people a warning. Browsers word it to be turned away from, and hide
the way on; this page shows, for each of them, the warning, what to press, and where the fingerprint is.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from workshop.core.files import write_whole

NAME = "certificate-warning.html"
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Way:
    """How one browser lets people on."""

    browser: str
    on: str
    title: str
    """What the warning begins with."""
    press: tuple[str, ...]
    """What to press, in this order; {} is the server's name."""
    compare: str
    """Where the SHA-256 can be read before that."""


WAYS = (
    Way(
        "Chrome",
        "Android, Chromebook, Windows, Mac, Linux",
        "Your connection is not private",
        ("Advanced", "Proceed to {} (unsafe)"),
        "Not secure, left of the address; then the line on the certificate",
    ),
    Way(
        "Edge",
        "Windows, Mac, Android",
        "Your connection isn't private",
        ("Advanced", "Continue to {} (unsafe)"),
        "Not secure, left of the address; then the line on the certificate",
    ),
    Way(
        "Safari",
        "iPad, iPhone, Mac",
        "This Connection Is Not Private",
        ("Show Details", "visit this website", "Visit Website"),
        "Show Details, then view the certificate; the SHA-256 is near its end",
    ),
    Way(
        "Firefox",
        "Windows, Mac, Linux, Android",
        "Warning: Potential Security Risk Ahead",
        ("Advanced…", "Accept the Risk and Continue"),
        "Advanced…, then View Certificate (not on Android)",
    ),
)


def lines_of(fingerprint: str) -> list[str]:
    """Return a SHA-256 as the cards have it: sixteen groups of four digits, in two lines."""
    groups = [fingerprint[at : at + 4].upper() for at in range(0, len(fingerprint), 4)]
    return [" ".join(groups[at : at + 8]) for at in (0, 8)]


def page_of(address: str, fingerprint: str) -> str:
    """Return the page, which prints on one sheet and has no file beside it."""
    host = urlsplit(address).hostname or address
    words = {
        "address": html.escape(address),
        "style": (HERE / "warningpage.css").read_text(encoding="utf-8"),
        "mark": "<br>".join(lines_of(fingerprint)),
        "ways": "\n".join(_drawn(way, host) for way in WAYS),
    }
    text = (HERE / "warningpage.html").read_text(encoding="utf-8")
    for name, value in words.items():
        text = text.replace("{{ " + name + " }}", value)
    return text


def _drawn(way: Way, host: str) -> str:
    """Return one browser's warning, its buttons numbered as they are to be pressed."""
    buttons = "".join(f"<li>{html.escape(each.format(host))}</li>" for each in way.press)
    return (
        f"<section><h2>{way.browser}</h2><p class=on>{html.escape(way.on)}</p>"
        f"<div class=warning><strong>{html.escape(way.title)}</strong><ol>{buttons}</ol></div>"
        f"<p><b>Compare first:</b> {html.escape(way.compare)}.</p></section>"
    )


def write(address: str, fingerprint: str, folder: Path) -> Path:
    """Write the page, which holds no secret, beside the cards; return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / NAME, page_of(address, fingerprint), 0o600)
    return folder / NAME
