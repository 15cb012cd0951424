"""``workshop appliance``: build the virtual machine that is handed out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workshop.output import console, messages, print_json
from workshop.settings import find_checkout

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Build, export and verify the virtual machine."
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


@app.callback()
def appliance() -> None:
    """Build, export and verify the virtual machine that is handed out."""


@app.command()
def build(
    distribution: Annotated[str, typer.Option(help="debian or fedora.")] = "debian",
    without: Annotated[list[str] | None, typer.Option(help="Leave out tensorflow.")] = None,
    output: Annotated[Path, typer.Option(help="Folder that gets the OVA and what belongs to it.")] = Path(
        "appliance"
    ),
    mirror: Annotated[str, typer.Option(help="Address of a mirror of Debian instead of Debian's own.")] = "",
    cache: Annotated[
        Path | None, typer.Option(help="Downloads of earlier builds; by default beside the output.")
    ] = None,
    stick: Annotated[
        Path | None, typer.Option(help="Folder with wheels/ and data/, asked before the network.")
    ] = None,
    extra_vars: Annotated[
        list[str] | None, typer.Option("--extra-vars", "-e", help="A role's variable: name=value.")
    ] = None,
    json: Json = False,
) -> None:
    """Build the appliance from this checkout, as root; VirtualBox is not needed.

    What was interrupted goes on when the command is run again.
    """
    from workshop.appliance.build import Wish, build

    wish = Wish(
        source=find_checkout("playbooks/appliance.yml"),
        output=output,
        distribution=distribution,
        without=frozenset(without or ()),
        mirror=mirror,
        cache=cache,
        stick=stick,
        options=tuple(word for value in extra_vars or () for word in ("-e", value)),
    )
    built = build(wish, say=lambda step: messages.print(f"appliance: {step} …", highlight=False))
    if json:
        print_json(built.as_document())
        return
    console.print(f"{built.ova}  {built.bytes / 1e9:.2f} GB, {built.packages} packages", highlight=False)
    console.print(f"sha256 {built.sha256}", highlight=False)
    console.print(
        ", ".join(f"{step} {seconds:.0f} s" for step, seconds in built.seconds.items()), highlight=False
    )
