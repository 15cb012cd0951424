"""What ``workshop appliance build`` and ``workshop image build`` are told alike."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from workshop.core.errors import WorkshopError
from workshop.core.programs import last_line

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
    list[str] | None,
    typer.Option("--extra-vars", "-e", help="A role's variable: name=value; a secret in a file: @FILE."),
]
KeepRoot = Annotated[
    bool,
    typer.Option(
        "--keep-root", help="Leave the finished root: other forms, or the image, of this commit come sooner."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def for_ansible(extra_vars: Sequence[str] | None, checkout: Path) -> tuple[str, ...]:
    """Return the words by which the playbook of a checkout gets the variables.

    Raises WorkshopError for a secret that is not in a file.
    """
    words = tuple(word for value in extra_vars or () for word in ("-e", value))
    # As set-up does: the checkout knows which variables are secret.
    command = [sys.executable, "-I", str(checkout / "tools/read-extra-vars.py"), "", *words]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    if said.returncode:
        raise WorkshopError(last_line(said.stderr))
    return words
