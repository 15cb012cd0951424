"""What ``workshop appliance build`` and ``workshop image build`` are told alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

Architectures = Annotated[
    list[str] | None,
    typer.Option("--arch", help="amd64, arm64, or both with a comma; default: this computer's."),
]
Mirror = Annotated[str, typer.Option(help="Address of a mirror of Debian instead of Debian's own.")]
Cache = Annotated[
    Path | None, typer.Option(help="Downloads of earlier builds; by default beside the output.")
]
Stick = Annotated[Path | None, typer.Option(help="Folder with wheels/ and data/, asked before the network.")]
ExtraVars = Annotated[
    list[str] | None, typer.Option("--extra-vars", "-e", help="A role's variable: name=value.")
]
KeepRoot = Annotated[
    bool,
    typer.Option(
        "--keep-root", help="Leave the finished root: other forms, or the image, of this commit come sooner."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def for_ansible(extra_vars: Sequence[str] | None) -> tuple[str, ...]:
    """Return the words by which the playbook gets the variables."""
    return tuple(word for value in extra_vars or () for word in ("-e", value))
