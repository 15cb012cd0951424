"""``workshop doctor``: can this machine run the workshop?"""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from workshop.core.output import console, print_json
from workshop.core.settings import load_settings
from workshop.machine.doctor import Report, diagnose
from workshop.machine.lines import State
from workshop.machine.report import public_report

app = typer.Typer()

MARKS = {State.GREEN: "ok  ", State.YELLOW: "note", State.RED: "FAIL"}


@app.command(epilog="Example: workshop doctor --thorough")
def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
    for_report: Annotated[
        bool,
        typer.Option("--report", help="Print Markdown for an issue, without names, folders or addresses."),
    ] = False,
    thorough: Annotated[
        bool,
        typer.Option("--thorough", help="Also import Theano, TensorFlow and PyTorch; takes up to a minute."),
    ] = False,
    wait: Annotated[
        float,
        typer.Option("--wait", min=0, metavar="SECONDS", help="Wait up to SECONDS for services to start."),
    ] = 0.0,
) -> None:
    """Show in green and red what works on this machine, and how to fix the rest.

    Works before set-up, too. Exit 0 only if nothing is red.
    """
    settings = load_settings()
    report = diagnose(settings, thorough, wait=wait)
    if json:
        print_json(report.as_dict())
    elif for_report:
        print(public_report(report, settings))
    else:
        _print(report)
    if not report.ok:
        raise typer.Exit(1)


def _print(report: Report) -> None:
    """Print one line a check, then where the servers are."""
    width = max(len(line.check) for line in report.lines)
    for line in report.lines:
        mark = (MARKS[line.state], str(line.state)) if line.share is None else (f"{line.share:4.0%}", "blue")
        text = Text.assemble(mark, f"  {line.check:<{width}}  {line.text}")
        if line.advice:
            text.append(f"\n      {'':<{width}}  → {line.advice}")
        console.print(text)
    for name, address in report.addresses.items():
        console.print(Text.assemble(f"{name}: ", (address, "bold")))
    if report.addresses:
        console.print("To open Jupyter, logged in: workshop open")
    reds = sum(line.state is State.RED for line in report.lines)
    verdict = "This machine can run the workshop." if not reds else f"{reds} to fix, see FAIL above."
    console.print(Text(verdict, "green" if not reds else "red"))
