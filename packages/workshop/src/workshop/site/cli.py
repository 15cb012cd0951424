"""``workshop web``: put the site together, serve it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from workshop.core.errors import WorkshopError
from workshop.core.output import console, messages, print_json
from workshop.core.settings import Settings, load_settings

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


@app.callback()
def web() -> None:
    """Put the start page and the demos together, and serve them."""


@app.command()
def build(
    source: Annotated[Path | None, typer.Option(help="The checkout; default: from the settings.")] = None,
    into: Annotated[Path | None, typer.Option(help="The site's folder; default: <prefix>/web.")] = None,
    plan: Annotated[str, typer.Option(help="Today's plan; default: the first of the schedule.")] = "",
    start: Annotated[str, typer.Option(metavar="HH:MM", help="When the workshop starts.")] = "",
    updates: Annotated[
        bool,
        typer.Option("--updates", help="Mention updates on slides: the machine has an address for them."),
    ] = False,
    json: Json = False,
) -> None:
    """Build the site; files that are up to date stay."""
    from workshop.site.build import Today, build_site

    if start and not CLOCK.fullmatch(start):
        raise typer.BadParameter(f"the start is HH:MM, such as 14:00, not {start!r}")
    settings = load_settings()
    source, into = source or settings.source, into or _site(settings)
    if source is None or into is None:
        raise WorkshopError("this machine was not set up; name the checkout and the site: --source, --into")
    report = build_site(source, into, settings, Today(plan, start) if plan or start else None, updates)
    if json:
        print_json(report.as_document())
        return
    for note in report.notes:
        messages.print(note)
    console.print(f"{into}: {len(report.written)} files written, {len(report.removed)} removed")


@app.command()
def serve(
    root: Annotated[Path | None, typer.Option(help="The site's folder; default: <prefix>/web.")] = None,
    address: Annotated[str | None, typer.Option(help="Address to listen on; default: the settings.")] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port to listen on; default: the settings.")
    ] = None,
    allow_host: Annotated[list[str] | None, typer.Option(help="Another host name of this machine.")] = None,
    json: Json = False,
) -> None:
    """Serve the site, read-only, until stopped."""
    from workshop.site.server import serve as run_server

    settings = load_settings()
    root = root or _site(settings)
    if root is None:
        raise WorkshopError("this machine was not set up; name the site's folder: --root")
    where = address or settings.bind_address
    number = port or settings.web_port

    def ready() -> None:
        if json:
            print_json({"root": str(root), "address": where, "port": number})
        else:
            messages.print(f"{root} is served on {where} port {number}")

    run_server(root, where, number, settings=settings, names=allow_host or [], ready=ready)


def _site(settings: Settings) -> Path | None:
    """Return the folder of this machine's site, or None when the machine was not set up."""
    return settings.prefix / "web" if settings.prefix else None
