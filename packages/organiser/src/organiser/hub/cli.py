"""``workshop classroom``: seats, before and while people sit on them. Run on the server, as root."""

from __future__ import annotations

import pwd
from pathlib import Path
from typing import Annotated

import typer

from organiser.hub import ending, words
from organiser.hub.words import Json
from workshop.core.errors import WorkshopError
from workshop.core.output import console, messages, print_json

app = typer.Typer(
    no_args_is_help=True,
    help="The classroom: seats and their cards, and whether the doors can open.",
)


@app.command(epilog="Example: workshop classroom seats 20")
def seats(
    number: Annotated[int, typer.Argument(help="How many seats there are to be.", min=1, max=999)],
    names: Annotated[
        Path | None, typer.Option("--names", help="A file with a name for each seat, one a line.")
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="New codes and cards for seats that have some, too.")
    ] = False,
    into: Annotated[
        Path | None, typer.Option("--into", help="Folder for the cards; default: hub/cards of the prefix.")
    ] = None,
    json: Json = False,
) -> None:
    """Make seats, with account, home and code, and print the cards of those that are new."""
    from organiser.hub import cards, homes, warningpage
    from organiser.hub.certificates import fingerprint
    from organiser.hub.seats import numbered, read_names
    from organiser.hub.settings import load_hub_settings
    from workshop.core.settings import load_settings

    hub, machine = load_hub_settings(), load_settings()
    listed = read_names(names) if names else []
    wanted = [numbered(each) for each in range(1, number + 1)]
    known = hub.seats()
    every = sorted({*wanted, *known.seats})
    accounts = homes.make(hub, machine, every)
    mark = fingerprint(hub.certificate) if hub.self_made and hub.certificate else ""
    made = []
    for place, seat in enumerate(wanted):
        if anew or seat not in known.seats:
            name = listed[place] if place < len(listed) else ""
            made.append(cards.Card(seat, name, known.add(seat, name), hub.address, mark))
    files = []
    if made:
        # The cards first: a code that is on no card would be lost.
        files = cards.write(made, into or hub.folder / "cards", f"seats-{made[0].number}-{made[-1].number}")
        known.save(hub.seats_file, pwd.getpwnam(hub.account).pw_gid)
    wall = [warningpage.write(hub.address, mark, into or hub.folder / "cards")] if made and mark else []
    if json:
        print_json(
            {
                "changed": bool(made or accounts),
                "seats": len(every),
                "new": [card.number for card in made],
                "files": [str(file) for file in [*files, *wall]],
            }
        )
        return
    words.say(f"{len(every)} seats, {len(made)} with new cards")
    for file in files:
        words.say(f"{file}: print it, then delete it: nothing else holds the codes")
    for file in wall:
        words.say(f"{file}: show it to all: what browsers say of this certificate, and what to press")


@app.command(epilog="Example: workshop classroom release 7")
def release(
    seat: Annotated[int, typer.Argument(help="The seat's number.", min=1, max=999)],
    json: Json = False,
) -> None:
    """Free a seat for another browser. The old one is out at once; the seat's files stay."""
    from organiser.hub.client import Client
    from organiser.hub.seats import numbered
    from organiser.hub.settings import load_hub_settings

    freed = Client.of(load_hub_settings()).free(numbered(seat))
    if json:
        print_json({"changed": freed["was_taken"], **freed})
    else:
        words.say(f"seat {seat} is free for the browser that comes next with its code")


@app.command("speaker-code", epilog="Example: workshop classroom speaker-code")
def speaker_code(json: Json = False) -> None:
    """Give the speaker's view a new code, and print where it is; the code before opens nothing any more."""
    from organiser.hub.codes import printed
    from organiser.hub.homes import require_root
    from organiser.hub.settings import load_hub_settings
    from organiser.hub.speaker import new_speaker_code

    hub = load_hub_settings()
    require_root()
    key, group = bytes.fromhex(hub.secret("key")), pwd.getpwnam(hub.account).pw_gid
    code = printed(new_speaker_code(key, hub.private / "speaker", group))
    if json:
        print_json({"changed": True, "address": hub.speaker_address, "code": code})
    else:
        words.say(f"{hub.speaker_address}  {code}")
        words.say(words.SPEAKER)


@app.command(epilog="Example: workshop classroom warm")
def warm(
    at_once: Annotated[
        int, typer.Option("--at-once", help="Seats on their way; 0: by the processors.", min=0)
    ] = 0,
    json: Json = False,
) -> None:
    """Start all seats before the doors open, a few at a time."""
    from rich.progress import Progress

    from organiser.hub.client import Client
    from organiser.hub.settings import load_hub_settings
    from organiser.hub.warm import warm as start

    hub = load_hub_settings()
    numbers = hub.seats().numbers()
    if not numbers:
        raise WorkshopError("there are no seats; 'workshop classroom seats 20' makes twenty")
    with Progress(console=messages, disable=not messages.is_terminal) as progress:
        task = progress.add_task("seats", total=len(numbers))
        done = start(Client.of(hub), numbers, at_once, lambda number: progress.advance(task))
    if json:
        print_json({"ready": done.ready, "failed": done.failed})
    for number, why in done.failed.items():
        messages.print(f"seat {int(number)}: {why}")
    if done.failed:
        raise WorkshopError(f"{len(done.failed)} of {len(numbers)} seats did not start; see above")
    if not json:
        words.say(f"{len(done.ready)} seats run")


@app.command(epilog="Example: workshop classroom doctor")
def doctor(json: Json = False) -> None:
    """Say in green and red whether the doors can open."""
    from organiser.hub.doctor import Doctor
    from organiser.hub.homes import require_root
    from organiser.hub.plan import MEASURED
    from organiser.hub.settings import load_hub_settings

    require_root()
    found = Doctor(load_hub_settings(), MEASURED).checks()
    if json:
        print_json({"checks": [vars(check) for check in found], "good": all(check.good for check in found)})
    else:
        for check in found:
            console.print("✔" if check.good else "✘", style="green" if check.good else "red", end="")
            console.print(f" {check.name:<12}", end="")
            words.say(check.says)
    if bad := sum(not check.good for check in found):
        raise WorkshopError(f"{bad} of {len(found)} checks are red; each says what to do")


@app.command(epilog="Example: workshop classroom plan --seats 40")
def plan(
    gib: Annotated[
        list[float] | None, typer.Option("--gib", help="Memory of a server; may be repeated.")
    ] = None,
    server: Annotated[float | None, typer.Option("--server", help="MiB of a seat without kernels.")] = None,
    kernel: Annotated[float | None, typer.Option("--kernel", help="MiB of a kernel that trains.")] = None,
    measure: Annotated[
        bool, typer.Option("--measure", help="With what the seats of this machine take now, as root.")
    ] = False,
    seats: Annotated[
        int | None, typer.Option("--seats", help="Plan a cluster for so many seats instead.", min=1)
    ] = None,
    prices: Annotated[
        Path | None, typer.Option("--prices", help="With --seats: your provider's nodes and prices, TOML.")
    ] = None,
    hours: Annotated[float, typer.Option("--hours", help="With --seats: for which nodes run.")] = 8.0,
    image_gib: Annotated[
        float | None, typer.Option("--image-gib", help="With --seats: the image's compressed size.")
    ] = None,
    json: Json = False,
) -> None:
    """Work out how many seats fit into how much memory, or what a cluster needs for --seats."""
    if seats is not None:
        from organiser.hub.cluster.cli import print_plan

        print_plan(seats, prices, hours, image_gib, json)
        return
    from statistics import mean

    from organiser.hub import plan as planning
    from organiser.hub.plan import MEASURED

    figures = MEASURED
    if measure:
        found = planning.measure()
        if not found["server"]:
            raise WorkshopError("no seat runs here to be measured; 'workshop classroom warm' starts them")
        kernels = found["kernel"] or [MEASURED.kernel]
        figures = planning.Figures(MEASURED.base, mean(found["server"]), mean(kernels))
    figures = planning.Figures(figures.base, server or figures.server, kernel or figures.kernel)
    rows = {f"{each:g}": figures.fits(each) for each in gib or planning.SIZES_GIB}
    if json:
        print_json({"figures": vars(figures), "gib": rows})
        return
    words.say(
        f"MiB: hub and proxy {figures.base:.0f}, a seat {figures.server:.0f}, "
        f"its training kernel {figures.kernel:.0f}"
    )
    words.say(f"{'GiB':>6} {'all train':>10} {'a third trains':>15} {'all read':>10}")
    for size, fits in rows.items():
        words.say(f"{size:>6} {fits['all_train']:>10} {fits['a_third_trains']:>15} {fits['all_read']:>10}")


app.command("archive", epilog="Example: workshop classroom archive --into /srv/archive")(ending.archive)
app.command("restore", epilog="Example: workshop classroom restore /srv/archive/2027-01-31")(ending.restore)
app.command("delete", epilog="Example: workshop classroom delete --with-seats")(ending.delete)


@app.command(epilog="Example: workshop classroom certificate")
def certificate(
    take: Annotated[
        bool,
        typer.Option("--take", hidden=True, help="Only give the proxy what was got; the unit does this."),
    ] = False,
    json: Json = False,
) -> None:
    """Get the certificate by ACME now, if it is due; a timer does so by itself every night."""
    from organiser.hub import acme
    from organiser.hub.homes import require_root
    from organiser.hub.prepare import prepare as make
    from organiser.hub.settings import load_hub_settings

    hub = load_hub_settings()
    require_root()
    if take:
        changed = "certificate" in make(hub)
        if changed:
            # Pages connect again. At the first set-up there is neither yet, and nothing to do.
            acme.attempt(["systemctl", "try-restart", "workshop-proxy.service", "workshop-hub.service"])
    else:
        changed = acme.obtain(hub)
    if json:
        print_json({"changed": changed})
    else:
        words.say(
            "the proxy has a new certificate" if changed else "the proxy has the certificate that there is"
        )


@app.command(hidden=True, epilog="Example: workshop classroom prepare")
def prepare(
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="The organiser's, in PEM.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="Its key, in PEM.")] = None,
    json: Json = False,
) -> None:
    """Make folders, secrets and certificate; set-up calls this."""
    from organiser.hub.prepare import prepare as make
    from organiser.hub.settings import load_hub_settings

    made = make(load_hub_settings(), (certificate, key) if certificate and key else None)
    if json:
        print_json({"changed": bool(made), "made": made})
    else:
        words.say(", ".join(made) or "everything is there")
