"""``workshop pull``: parse, call, print."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Annotated

import typer

from workshop.errors import WorkshopError
from workshop.output import console, messages, print_json
from workshop.settings import load_settings
from workshop.updates import load_updates

app = typer.Typer(
    help="Update this machine to the newest signed revision.",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def pull(
    source: Annotated[
        str | None, typer.Option("--from", help="A stick or bundle; default: the machine's own address.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing; show what would change.")
    ] = False,
    trust_new_source: Annotated[
        bool, typer.Option("--trust-new-source", help="Accept that updates come from another address now.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Fetch the newest revision that the organiser signed, and only then run its playbook here.

    Exit 0: done, or offline. 1: refused or failed; a line says why. For notebooks alone, and without
    the rights of whoever set the machine up, there is workshop sync.
    """
    from workshop.pull.run import Puller

    # The participant's account reads what root fetched, whatever root's shell has for a mask.
    os.umask(0o022)
    settings = load_settings()
    if settings.prefix is None:
        raise WorkshopError("this machine was not set up; run the set-up first, or use workshop sync")
    pulled = Puller(settings.prefix, load_updates(settings)).pull(source, dry_run, trust_new_source)
    if as_json:
        print_json(asdict(pulled))
        return
    if pulled.note:
        messages.print(f"! {pulled.note}", markup=False, highlight=False)
    if pulled.changed and pulled.news:
        console.print(f"What is new: {pulled.tag}\n{pulled.news}", markup=False, highlight=False)
    verdict = "would be brought to" if dry_run else "is at"
    if pulled.revision:
        name = " ".join(filter(None, (pulled.revision, pulled.tag)))
        console.print(f"This machine {verdict} revision {name}.", markup=False, highlight=False)
