"""``workshop cluster``: a classroom on Kubernetes, by its folder on the organiser's machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from organiser.hub import words
from organiser.hub.settings import SPEAKER_PORT
from organiser.hub.words import Into, Json, Wanted, WithoutArchive
from workshop.core.errors import WorkshopError
from workshop.core.options import Quiet
from workshop.core.output import print_json

app = typer.Typer(
    no_args_is_help=True,
    help="Run a classroom on Kubernetes (experimental).",
)

Folder = Annotated[Path, typer.Argument(help="The classroom's folder.")]


@app.command(
    epilog="Example: workshop cluster prepare folder --namespace class --address https://a.example --seats 9"
)
def prepare(
    folder: Folder,
    namespace: Annotated[str, typer.Option("--namespace", help="The classroom's namespace in the cluster.")],
    address: Annotated[str, typer.Option("--address", help="Address of the classroom, https://NAME.")],
    number: Annotated[int, typer.Option("--seats", help="Total number of seats.", min=0, max=9999)],
    names: Annotated[
        Path | None, typer.Option("--names", help="File with names for the seats, one per line.")
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Also replace the codes of existing seats.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only show whether something would change.")] = False,
    json: Json = False,
) -> None:
    """Make seats, cards and the cluster's Secret; the playbook calls this."""
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
    """Free a seat for another browser. The old browser is logged out; the files stay."""
    from organiser.hub.cluster.folder import load
    from organiser.hub.seats import numbered

    freed = load(folder).client().free(numbered(seat))
    words.say_freed(freed, json)


@app.command("speaker-code", epilog="Example: workshop cluster speaker-code folder")
def speaker_code(folder: Folder, json: Json = False) -> None:
    """Make a new code for the speaker's view and print its address. The old code no longer works."""
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
    words.say(f"Keep the first command running while you use the view. {words.SPEAKER}")


@app.command(epilog="Example: workshop cluster warm folder")
def warm(
    folder: Folder,
    at_once: Annotated[int, typer.Option("--at-once", help="Seats to start at the same time.", min=1)] = 20,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Start all seats before the class, a few at a time."""
    from organiser.hub.cluster.folder import load

    room = load(folder)
    numbers = sorted(room.seats().seats)
    if not numbers:
        raise WorkshopError("there are no seats; set hub_service_seats and run the playbook again")
    why = f"'kubectl --namespace {room.namespace} describe pod jupyter-seat-{{}}' shows why it did not start"
    # A node that is started for the class takes minutes.
    words.start_all(room.client(), numbers, at_once, json, 900.0, why)


@app.command(epilog="Example: workshop cluster archive folder --into archive")
def archive(folder: Folder, wanted: Wanted = None, into: Into = None, json: Json = False) -> None:
    """Archive the notebooks of the seats in a new folder, one file per seat."""
    from organiser.hub.cluster.folder import load
    from organiser.hub.cluster.homes import Homes

    homes = Homes(load(folder))
    words.report_archived(homes.archive_all(homes.seats(wanted or ()), into or folder / "archive"), json)


@app.command(epilog="Example: workshop cluster delete folder --yes")
def delete(
    folder: Folder,
    wanted: Wanted = None,
    with_seats: Annotated[
        bool, typer.Option("--with-seats", help="Also delete the seats and the codes on their cards.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    into: Into = None,
    without_archive: WithoutArchive = False,
    json: Json = False,
) -> None:
    """Archive the homes of the seats, then delete them permanently. Asks first."""
    from organiser.hub.cluster.folder import load
    from organiser.hub.cluster.homes import Homes

    homes = Homes(load(folder))
    numbers = homes.seats(wanted or ())
    words.delete_homes(
        numbers,
        with_seats,
        yes,
        json,
        None if without_archive else lambda: homes.archive_all(numbers, into or folder / "archive"),
        homes.delete,
        homes.delete_seats if with_seats else None,
        "" if with_seats else "; whoever comes with a card gets a new one",
    )
