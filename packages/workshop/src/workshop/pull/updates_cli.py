"""``workshop updates``: parse, call, print."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Annotated

import typer

from workshop.output import console, print_json
from workshop.settings import load_settings

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="From where, and on whose word, this machine takes updates.",
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


@app.callback()
def updates() -> None:
    """From where, and on whose word, this machine takes updates."""


@app.command("show")
def show_command(json: Json = False) -> None:
    """Show the address, and the fingerprint of each key that may sign."""
    from workshop.pull.choose import show

    now = show(load_settings())
    if json:
        print_json(asdict(now))
        return
    if not now.url:
        console.print("This machine has no address for updates; 'workshop updates set' gives it one.")
    else:
        console.print(f"{now.url} {now.branch}".strip(), markup=False, highlight=False)
    for key in now.keys:
        console.print(f"signed by {key}", markup=False, highlight=False)


@app.command("set")
def set_command(
    url: Annotated[str, typer.Argument(help="Address of the organiser's git repository.")],
    fingerprint: Annotated[
        list[str],
        typer.Option(
            help="SHA256:… of the organiser's key, from a slide or paper; again for each further key."
        ),
    ],
    branch: Annotated[str, typer.Option(help="The branch to follow; default: the repository's own.")] = "",
    file: Annotated[str, typer.Option(help="The file of the repository with the keys.")] = "allowed-signers",
    trust_new_source: Annotated[
        bool, typer.Option("--trust-new-source", help="Replace an address that was chosen before.")
    ] = False,
    json: Json = False,
) -> None:
    """Take updates from this address from now on, if they are signed by a key of this fingerprint.

    The key itself is read from the repository. Exit 1: refused, and nothing was changed; a line says why.
    """
    from workshop.pull.choose import choose

    # Every account reads the choice, whatever root's shell has for a mask.
    os.umask(0o022)
    now = choose(load_settings(), url, fingerprint, branch, file, trust_new_source)
    if json:
        print_json(asdict(now))
        return
    console.print(
        f"Updates come from {now.url}, signed by {' or '.join(now.keys)}.", markup=False, highlight=False
    )
    if now.left_out:
        console.print(f"Keys of that repository that are not trusted: {now.left_out}.", highlight=False)
    console.print("'workshop pull' brings the newest now.", markup=False, highlight=False)
