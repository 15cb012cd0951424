"""Options that mean the same with every verb that has them."""

from __future__ import annotations

from typing import Annotated

import typer

from workshop.core import output, programs

__all__ = ["Quiet", "Verbose"]


def _hush(wanted: bool) -> None:
    output.steps.quiet = wanted


def _announce(wanted: bool) -> None:
    programs.announce = output.messages.print if wanted else None


Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", callback=_hush, expose_value=False, help="Print results and errors, but no progress."
    ),
]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose", "-v", callback=_announce, expose_value=False, help="Also print each program that is run."
    ),
]
