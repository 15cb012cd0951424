"""``workshop slides``: list the workshops, check the slides, print a deck, publish all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from workshop.output import console, messages, print_json
from workshop.settings import find_checkout

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Source = Annotated[Path | None, typer.Option(help="The checkout; default: this one.")]


@app.callback()
def slides() -> None:
    """List the workshops, check the slides, print a deck, publish all of them."""


@app.command("list")
def list_workshops(source: Source = None, json: Json = False) -> None:
    """List the workshops and, minute by minute, what happens in each."""
    from workshop.site.decks import read_presentation, title

    presentation = read_presentation(_checkout(source))
    tables = {
        workshop.name: [
            {"start": start, "minutes": item.minutes, "title": title(presentation, item)}
            for start, item in zip(workshop.starts(), workshop.items, strict=True)
        ]
        for workshop in presentation.workshops.values()
    }
    if json:
        print_json({"workshops": tables})
        return
    for name, rows in tables.items():
        table = Table("from", "minutes", "what", title=name)
        for row in rows:
            table.add_row(str(row["start"]), str(row["minutes"]), str(row["title"]))
        console.print(table)


@app.command()
def check(
    source: Source = None,
    look: Annotated[
        bool | None,
        typer.Option(
            "--look/--no-look", help="Measure each slide in Chromium; default: where that can be done."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Check that what the schedule names exists and fits into its minutes, and how each slide looks."""
    from workshop.settings import load_settings
    from workshop.site.check import faults_of
    from workshop.site.looks import faults_of_looks, measure_decks, missing_to_look

    checkout = _checkout(source)
    faults = faults_of(checkout)
    missing = missing_to_look(load_settings()) if look is None else None
    if missing:
        messages.print(f"How the slides look was not measured: {missing}", markup=False)
    elif look is not False and not faults:
        faults = faults_of_looks(measure_decks(checkout))
    if json:
        print_json({"faults": faults})
    for fault in faults:
        messages.print(fault, style="red", markup=False, highlight=False)
    if faults:
        raise typer.Exit(1)
    if not json:
        console.print("The slides fit their schedule, the lessons and, where measured, their pages.")


@app.command()
def pdf(
    workshop: Annotated[str, typer.Argument(help="A workshop of the schedule.")],
    file: Annotated[Path, typer.Argument(help="The PDF to write.")],
    source: Source = None,
    notes: Annotated[bool, typer.Option("--notes", help="Put the speaker's notes below each slide.")] = False,
    json: Json = False,
) -> None:
    """Print the deck of a workshop, by the Chromium of this machine."""
    from workshop.site.pdf import print_deck

    pages = print_deck(_checkout(source), workshop, file, notes=notes)
    if json:
        print_json({"file": str(file), "pages": pages})
    else:
        console.print(f"{file}: {pages} pages", markup=False)


@app.command()
def publish(
    folder: Annotated[Path, typer.Argument(help="The folder to make; it is new, or was published before.")],
    date: Annotated[str, typer.Option(help="When the workshop was held, as it is to be read.")] = "",
    place: Annotated[str, typer.Option(help="Where it was held.")] = "",
    source: Source = None,
    json: Json = False,
) -> None:
    """Make a folder of decks, demos and hand-outs that any web server can show."""
    from workshop.site.publish import publish_decks

    report = publish_decks(_checkout(source), folder, date=date, place=place)
    if json:
        print_json(report)
        return
    for note in report["notes"]:
        messages.print(note, style="yellow", markup=False, highlight=False)
    console.print(f"{folder}: {report['files']} files, {report['bytes'] / 1e6:.1f} MB", markup=False)


def _checkout(source: Path | None) -> Path:
    return source or find_checkout("presentation/schedule.toml")
