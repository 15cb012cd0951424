"""``workshop docs``: the manual in the browser, from this machine's own server or else as a file."""

from __future__ import annotations

import os
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from workshop.core import ports
from workshop.core.errors import WorkshopError
from workshop.core.output import print_json
from workshop.core.servers import host_to_ask
from workshop.core.settings import Settings, load_settings
from workshop.machine.open import has_desktop
from workshop.machine.where import Kind, Place, find_place

app = typer.Typer()

PAGE = "docs/index.html"
"""The manual's first page, below the site's folder and address."""


@app.command("docs", epilog="Example: workshop docs")
def open_manual(
    json: Annotated[
        bool, typer.Option("--json", help="Print address and file as JSON; do not open a browser.")
    ] = False,
) -> None:
    """Open the manual in the browser; without a desktop, print its address."""
    settings = load_settings()
    page = find_page(settings)
    address = address_of(settings, page, find_place())
    if json:
        print_json({"address": address, "file": str(page)})
    elif not has_desktop() or not webbrowser.open(address):
        print(address)


def find_page(settings: Settings) -> Path:
    """Return the file of the first page; WorkshopError where set-up put none there."""
    page = settings.prefix / "web" / PAGE if settings.prefix else None
    if page is None or not page.is_file():
        raise WorkshopError(
            "the manual is not on this machine; run set-up again with a network or a stick, or run "
            "tools/docs.bash"
        )
    return page


def address_of(settings: Settings, page: Path, place: Place) -> str:
    """Return where a browser finds the page: at the start page's server if that answers, else as a file."""
    if place.seat:
        # Behind the address of the classroom, which only the browser knows.
        return f"{os.environ.get('JUPYTERHUB_SERVICE_PREFIX', '/')}workshop/{PAGE}"
    if not ports.answering(settings.bind_address, settings.web_port):
        return page.as_uri()
    # A forwarded port is reached by the other computer's name for itself.
    host = host_to_ask(settings.bind_address) if place.kind is Kind.COMPUTER else "localhost"
    return f"http://{host}:{settings.web_port}/{PAGE}"
