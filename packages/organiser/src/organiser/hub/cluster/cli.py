"""``workshop cluster``: a classroom on Kubernetes, by its folder on the organiser's machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from organiser.hub import words
from organiser.hub.settings import SPEAKER_PORT
from organiser.hub.words import Into, Json, Wanted, WithoutArchive
from workshop.core.errors import WorkshopError
from workshop.core.output import messages, print_json

app = typer.Typer(
    no_args_is_help=True,
    help="The classroom on Kubernetes, experimental: seats and cards in a folder.",
)

Folder = Annotated[Path, typer.Argument(help="The classroom's folder.")]


@app.command(
    epilog="Example: workshop cluster prepare folder --namespace class --address https://a.example --seats 9"
)
def prepare(
    folder: Folder,
    namespace: Annotated[str, typer.Option("--namespace", help="The classroom's namespace in the cluster.")],
    address: Annotated[str, typer.Option("--address", help="What people open, https://NAME.")],
    number: Annotated[int, typer.Option("--seats", help="How many seats there are to be.", min=0, max=9999)],
    names: Annotated[
        Path | None, typer.Option("--names", help="A file with a name for each seat, one a line.")
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="New codes for seats that have one, too.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only say whether something would change.")] = False,
    json: Json = False,
) -> None:
    """Make secrets, seats, cards and the Secret for the cluster; the playbook calls this."""
    from organiser.hub.cluster.folder import Classroom
    from organiser.hub.cluster.folder import prepare as make
    from organiser.hub.seats import read_names

    room = Classroom(folder, namespace, address)
    done = make(room, number, read_names(names) if names else (), anew, check)
    if json:
        print_json(
            {"changed": bool(done.changed), "seats": done.seats, "new": done.new, "files": done.changed}
        )
        return
    words.say(f"{done.seats} seats, {len(done.new)} with new cards")
    for file in done.changed:
        words.say(str(folder / file))


@app.command(epilog="Example: workshop cluster release folder 7")
def release(
    folder: Folder,
    seat: Annotated[int, typer.Argument(help="The seat's number.", min=1, max=9999)],
    json: Json = False,
) -> None:
    """Free a seat for another browser. The old one is out at once; the seat's files stay."""
    from organiser.hub.cluster.folder import load
    from organiser.hub.seats import numbered

    freed = load(folder).client().free(numbered(seat))
    if json:
        print_json({"changed": freed["was_taken"], **freed})
    else:
        words.say(f"seat {seat} is free for the browser that comes next with its code")


@app.command("speaker-code", epilog="Example: workshop cluster speaker-code folder")
def speaker_code(folder: Folder, json: Json = False) -> None:
    """Give the speaker's view a new code, and print where it is; the code before opens nothing any more."""
    from organiser.hub.cluster.folder import load

    room = load(folder)
    status, said = room.client().call("speaker/code", "POST")
    if status != 200:
        raise WorkshopError(str(said.get("message") or f"the hub answered {status}"))
    address = f"http://127.0.0.1:{SPEAKER_PORT}/"
    way = f"kubectl --namespace {room.namespace} port-forward deployment/hub {SPEAKER_PORT}"
    if json:
        print_json({"changed": True, "address": address, "code": said["code"], "way": way})
        return
    words.say(way)
    words.say(f"{address}  {said['code']}")
    words.say(f"The first line leads there for as long as it runs. {words.SPEAKER}")


@app.command(epilog="Example: workshop cluster warm folder")
def warm(
    folder: Folder,
    at_once: Annotated[int, typer.Option("--at-once", help="Seats on their way.", min=1)] = 20,
    json: Json = False,
) -> None:
    """Start all seats before the doors open, a few at a time."""
    from rich.progress import Progress

    from organiser.hub.cluster.folder import load
    from organiser.hub.warm import warm as start

    room = load(folder)
    numbers = sorted(room.seats().seats)
    if not numbers:
        raise WorkshopError("there are no seats; set hub_service_seats and run the playbook again")
    why = f"'kubectl --namespace {room.namespace} describe pod jupyter-seat-{{}}' shows why it did not start"
    with Progress(console=messages, disable=not messages.is_terminal) as progress:
        task = progress.add_task("seats", total=len(numbers))
        # A node that is started for the class takes minutes.
        done = start(room.client(), numbers, at_once, lambda _: progress.advance(task), 900.0, why)
    if json:
        print_json({"ready": done.ready, "failed": done.failed})
    for number, said in done.failed.items():
        messages.print(f"seat {int(number)}: {said}")
    if done.failed:
        raise WorkshopError(f"{len(done.failed)} of {len(numbers)} seats did not start; see above")
    if not json:
        words.say(f"{len(done.ready)} seats run")


@app.command(epilog="Example: workshop cluster archive folder --into archive")
def archive(folder: Folder, wanted: Wanted = None, into: Into = None, json: Json = False) -> None:
    """Archive the notebooks of seats, a file for each, into a new folder."""
    from organiser.hub.cluster.folder import load
    from organiser.hub.cluster.homes import Homes

    homes = Homes(load(folder))
    words.report_archived(homes.archive_all(homes.seats(wanted or ()), into or folder / "archive"), json)


@app.command(epilog="Example: workshop cluster delete folder --yes")
def delete(
    folder: Folder,
    wanted: Wanted = None,
    with_seats: Annotated[
        bool, typer.Option("--with-seats", help="And the seats, with the codes on the cards.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    into: Into = None,
    without_archive: WithoutArchive = False,
    json: Json = False,
) -> None:
    """Archive the homes of seats, then delete them, for good. Asks first."""
    from organiser.hub.cluster.folder import load
    from organiser.hub.cluster.homes import Homes

    homes = Homes(load(folder))
    numbers = homes.seats(wanted or ())
    what = words.ask_before_deleting(numbers, with_seats, yes, not without_archive)
    kept = ""
    if numbers and not without_archive:
        made = homes.archive_all(numbers, into or folder / "archive")
        words.require_complete(made)
        kept = str(made.folder)
    failed = {}
    for number in numbers:
        try:
            homes.delete(number)
        except WorkshopError as error:
            failed[number] = str(error)
    gone = [each for each in numbers if each not in failed]
    if with_seats and gone:
        homes.delete_seats(gone)
    document = {"changed": bool(gone), "deleted": gone, "archive": kept}
    words.report(document, failed, len(numbers), "homes were not deleted", json)
    if not json:
        again = "" if with_seats else "; whoever comes with a card gets a new one"
        there = f"; their notebooks are in {kept}" if kept else ""
        words.say(f"{what} are deleted{there}{again}")


def print_plan(seats: int, prices: Path | None, hours: float, image_gib: float | None, json: bool) -> None:
    """Print what a cluster needs for so many seats; ``workshop classroom plan --seats`` calls this."""
    import dataclasses

    from organiser.hub.cluster.plan import EXAMPLE, Seat, load_prices, plan

    table = load_prices(prices or EXAMPLE)
    made = plan(seats, table, Seat(), hours, image_gib=image_gib)
    if prices is None:
        made = dataclasses.replace(made, costs={})
    if json:
        print_json({**dataclasses.asdict(made), "cost": made.cost, "node": table.node.name})
        return
    pulled = "" if made.pulled_gib is None else f", {made.pulled_gib:,.0f} GiB"
    rate = f"{made.api_requests_per_second:.0f} requests a second or more"
    rows = [
        ("nodes", f"{made.nodes:,} of the kind {table.node.name!r}, one of them for hub and proxy"),
        ("seats a node", f"{made.seats_per_node}, bound by {made.bound_by}"),
        ("addresses", f"{made.pod_addresses:,} of pods, at least a {made.pod_range}"),
        ("pulls", f"{made.pulls:,} of the image{pulled}"),
        ("API", f"{rate}, at 100 log-ins a minute"),
        ("homes", f"{made.claims:,} claims, {made.storage_gib:,.0f} GiB"),
        *(("cost", f"{name}: {cost:,.2f} {table.currency}") for name, cost in made.costs.items()),
    ]
    if made.cost is None:
        rows.append(("cost", f"unknown: copy {EXAMPLE}, write your provider's prices, give it by --prices"))
    else:
        rows.append(("cost", f"{made.cost:,.2f} {table.currency} for {hours:g} hours, homes kept a week"))
    for name, says in rows:
        words.say(f"{name:<14}{says}")
