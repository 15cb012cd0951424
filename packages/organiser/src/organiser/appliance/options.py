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
    typer.Option("--arch", help="amd64, arm64, or both separated by a comma; default: this computer's."),
]
Mirror = Annotated[str, typer.Option(help="Address of a Debian mirror; default: Debian's own.")]
Cache = Annotated[Path | None, typer.Option(help="Folder for downloads; default: next to the output.")]
Stick = Annotated[Path | None, typer.Option(help="Folder with wheels/ and data/, used before the network.")]
ExtraVars = Annotated[
    list[str] | None,
    typer.Option("--extra-vars", "-e", help="Variable of a role, name=value; put secrets into @FILE."),
]
KeepRoot = Annotated[
    bool,
    typer.Option(
        "--keep-root", help="Keep the finished root, so that other formats of this commit build faster."
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
