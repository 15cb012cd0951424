"""``workshop slides``: list the workshops, check the slides, print or publish them, let the room vote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from workshop.core.output import console, messages, print_json
from workshop.core.settings import find_checkout

if TYPE_CHECKING:
    from workshop.site.votes.running import Opened

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Source = Annotated[Path | None, typer.Option(help="The checkout; default: this one.")]


@app.callback()
def slides() -> None:
    """List, check, print and publish slides; run a vote."""


@app.command("list", epilog="Example: workshop slides list")
def list_workshops(source: Source = None, json: Json = False) -> None:
    """List the plans and the minutes of their items."""
    from workshop.core.schedule import length
    from workshop.site.decks import title
    from workshop.site.presentation import read_presentation

    presentation = read_presentation(_checkout(source))
    if json:
        tables = {
            workshop.name: [
                {"start": start, "minutes": item.minutes, "title": title(presentation, item)}
                for start, item in zip(workshop.starts(), workshop.items, strict=True)
            ]
            for workshop in presentation.workshops.values()
        }
        print_json({"workshops": tables})
        return
    for workshop in presentation.workshops.values():
        named = f"{workshop.name}: {workshop.title}, {length(workshop.minutes)}"
        told = " ".join(filter(None, (workshop.assumes, workshop.afterwards)))
        table = Table("from", "minutes", "what", title=named, caption=told or None)
        for number, (start, item) in enumerate(zip(workshop.starts(), workshop.items, strict=True), 1):
            begins = f"evening {number}" if workshop.evenings else str(start)
            table.add_row(begins, str(item.minutes), title(presentation, item))
        console.print(table)


@app.command(epilog="Example: workshop slides check --look")
def check(
    source: Source = None,
    look: Annotated[
        bool | None,
        typer.Option(
            "--look/--no-look", help="Measure each slide in Chromium; default: if Chromium is installed."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Check that the schedule is complete and fits its minutes, and measure each slide."""
    from workshop.core.settings import load_settings
    from workshop.site.check import faults_of
    from workshop.site.looks import faults_of_looks, measure_decks, missing_to_look

    checkout = _checkout(source)
    faults = faults_of(checkout)
    missing = missing_to_look(load_settings()) if look is None else None
    if missing:
        messages.print(f"The slides were not measured: {missing}")
    elif look is not False and not faults:
        faults = faults_of_looks(measure_decks(checkout))
    if json:
        print_json({"faults": faults})
    for fault in faults:
        messages.print(fault, style="red")
    if faults:
        raise typer.Exit(1)
    if not json:
        console.print("The slides fit the schedule, the lessons and, if measured, their pages.")


@app.command(epilog="Example: workshop slides pdf a-day slides.pdf")
def pdf(
    workshop: Annotated[str, typer.Argument(help="A plan of the schedule.")],
    file: Annotated[Path, typer.Argument(help="The PDF to write.")],
    source: Source = None,
    notes: Annotated[bool, typer.Option("--notes", help="Put the speaker's notes below each slide.")] = False,
    json: Json = False,
) -> None:
    """Print the deck of a plan to PDF with Chromium."""
    from workshop.site.chromium import print_deck

    pages = print_deck(_checkout(source), workshop, file, notes=notes)
    if json:
        print_json({"file": str(file), "pages": pages})
    else:
        console.print(f"{file}: {pages} pages")


@app.command(epilog="Example: workshop slides publish public --date 2027-01-31")
def publish(
    folder: Annotated[Path, typer.Argument(help="The folder to make: new, or published before.")],
    date: Annotated[str, typer.Option(help="Date of the workshop, as readers will see it.")] = "",
    place: Annotated[str, typer.Option(help="Place of the workshop.")] = "",
    title: Annotated[
        str, typer.Option(help="The heading of the page; default: Deep Learning Workshop.")
    ] = "",
    source: Source = None,
    json: Json = False,
) -> None:
    """Make a folder of decks, demos and hand-outs for any web server."""
    from workshop.site.publish import TITLE, Event, publish_decks

    report = publish_decks(_checkout(source), folder, Event(title or TITLE, date, place))
    if json:
        print_json(report)
        return
    for note in report["notes"]:
        messages.print(note, style="yellow")
    console.print(f"{folder}: {report['files']} files, {report['bytes'] / 1e6:.1f} MB")


@app.command(epilog="Example: workshop slides vote a-day --room")
def vote(
    workshop: Annotated[str, typer.Argument(help="A plan of the schedule; default: today's.")] = "",
    source: Source = None,
    room: Annotated[
        bool, typer.Option("--room", help="Let phones on this network vote; otherwise only this machine.")
    ] = False,
    address: Annotated[str, typer.Option(help="This machine's address for the phones; implies --room.")] = "",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port for phones.")] = 8083,
    deck_port: Annotated[int, typer.Option(min=1, max=65535, help="Port for the deck, on 127.0.0.1.")] = 8084,
    per_address: Annotated[
        int,
        typer.Option(
            min=1, help="Maximum votes from one address; phones behind one router share an address."
        ),
    ] = 250,
    json: Json = False,
) -> None:
    """Show a deck and let the room answer its questions on phones; end when the deck is closed."""
    from workshop.core.settings import load_settings
    from workshop.site.presentation import read_presentation
    from workshop.site.votes.running import LOOPBACK, Plan, hold_vote, network_address

    settings, checkout = load_settings(), _checkout(source)
    name = workshop or settings.plan or next(iter(read_presentation(checkout).workshops), "")
    where = network_address(address) if room or address else LOOPBACK

    def ready(opened: Opened) -> None:
        if json:
            print_json({"deck": opened.deck, "room": opened.room, "network": opened.is_network})
            return
        for line in told(opened):
            messages.print(line)

    plan = Plan(checkout, name, where, port, deck_port, per_address)
    results = hold_vote(plan, settings, ready)
    for question in results.values() if not json else ():
        table = Table("choice", "votes", title=question["title"])
        for choice, count in zip(question["choices"], question["votes"], strict=True):
            table.add_row(choice, str(count))
        console.print(table)
    messages.print("The vote is closed, and its data are deleted.")


def told(opened: Opened) -> list[str]:
    """Return what the speaker is told once the vote can be opened: the deck, and who can reach what."""
    lines = ["Votes of a process that was killed are there again."] if opened.went_on else []
    lines.append(f"Open the deck: {opened.deck}")
    if opened.is_network:
        lines.append(
            f"Open to everybody on this network, unencrypted: the voting page {opened.room}, nothing else."
        )
    else:
        lines.append(f"Only this machine can vote, at {opened.room}; phones can with --room.")
    return [*lines, "Close the deck or press Ctrl-C here: then nothing listens any more."]


def _checkout(source: Path | None) -> Path:
    return source or find_checkout("presentation/schedule.toml")
