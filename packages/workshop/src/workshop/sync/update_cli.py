"""``workshop update``: one word for all that brings something newer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workshop.sync import cli
from workshop.system.command import Table, lazy_group

WORDS: Table = {
    "notebooks": ("workshop.sync.cli", "Bring the newest notebooks and keep every edit."),
    "undo": ("workshop.sync.update_cli:undo_app", "Put the notebooks back as before the last update."),
    "machine": ("workshop.sync.machine:pull_app", "Update this machine to the newest signed revision."),
    "source": ("workshop.sync.machine", "Show or choose from where, and on whose word, updates come."),
}

app = typer.Typer(cls=lazy_group(WORDS), no_args_is_help=True)
undo_app = typer.Typer()


@app.callback()
def update() -> None:
    """Bring notebooks, or this machine, up to date."""


@undo_app.command()
def undo(
    into: Annotated[Path | None, typer.Option(metavar="DIR", help="The participant's folder.")] = None,
    state: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where sync remembers what it delivered.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; say what would be done.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Put the notebooks back as they were before the last update; again, before the one before it."""
    cli.sync(undo=True, into=into, state=state, dry_run=dry_run, json=json)
