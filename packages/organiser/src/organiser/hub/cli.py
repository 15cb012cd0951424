"""``workshop classroom``: seats, before and while people sit on them. Run on the server, as root."""

from __future__ import annotations

import pwd
from pathlib import Path
from typing import Annotated

import typer

from organiser.hub import ending, words
from organiser.hub.words import Json
from workshop.core.errors import WorkshopError
from workshop.core.options import Quiet
from workshop.core.output import console, print_json

app = typer.Typer(
    no_args_is_help=True,
    help="Run a classroom: seats, cards, checks, archives.",
)


@app.command(epilog="Example: workshop classroom seats 20")
def seats(
    number: Annotated[int, typer.Argument(help="Total number of seats.", min=1, max=999)],
    names: Annotated[
        Path | None, typer.Option("--names", help="File with names for the seats, one per line.")
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Also replace the codes and cards of existing seats.")
    ] = False,
    into: Annotated[
        Path | None, typer.Option("--into", help="Folder for the cards; default: hub/cards of the prefix.")
    ] = None,
    json: Json = False,
) -> None:
    """Create seats (account, home, code) and print cards for the new ones."""
    from organiser.hub import cards, homes
    from organiser.hub.certificates import fingerprint
    from organiser.hub.seats import numbered, read_names
    from organiser.hub.settings import load_hub_settings
    from workshop.core.settings import load_settings
    from workshop.courses.home import taught

    hub, machine = load_hub_settings(), load_settings()
    listed = read_names(names) if names else []
    wanted = [numbered(each) for each in range(1, number + 1)]
    known = hub.seats()
    every = sorted({*wanted, *known.seats})
    accounts = homes.make(hub, machine, every)
    mark = fingerprint(hub.certificate) if hub.self_made and hub.certificate else ""
    made = cards.new_cards(known, wanted, listed, anew, hub.address, mark, taught(machine))
    files = []
    if made:
        # The cards first: a code that is on no card would be lost.
        files = cards.write(made, into or hub.folder / "cards")
        known.save(hub.seats_file, pwd.getpwnam(hub.account).pw_gid)
    wall = [cards.write_wall(hub.address, mark, into or hub.folder / "cards")] if made and mark else []
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
        words.say(f"{file}: print it, then delete it; the codes are nowhere else")
    for file in wall:
        words.say(f"{file}: show this page to the class; it explains the browser's certificate warning")


@app.command(epilog="Example: workshop classroom release 7")
def release(
    seat: Annotated[int, typer.Argument(help="The seat's number.", min=1, max=999)],
    json: Json = False,
) -> None:
    """Free a seat for another browser. The old browser is logged out; the files stay."""
    from organiser.hub.client import Client
    from organiser.hub.seats import numbered
    from organiser.hub.settings import load_hub_settings

    freed = Client.of(load_hub_settings()).free(numbered(seat))
    words.say_freed(freed, json)


@app.command("speaker-code", epilog="Example: workshop classroom speaker-code")
def speaker_code(json: Json = False) -> None:
    """Make a new code for the speaker's view and print its address. The old code no longer works."""
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
        int,
        typer.Option(
            "--at-once", help="Seats to start at the same time; 0: depends on the processors.", min=0
        ),
    ] = 0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Start all seats before the class, a few at a time."""
    from organiser.hub.client import Client
    from organiser.hub.settings import load_hub_settings

    hub = load_hub_settings()
    numbers = hub.seats().numbers()
    if not numbers:
        raise WorkshopError("no seats; 'workshop classroom seats 20' makes twenty")
    words.start_all(Client.of(hub), numbers, at_once, json)


@app.command(epilog="Example: workshop classroom doctor")
def doctor(json: Json = False) -> None:
    """Show in green and red whether the classroom is ready."""
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
        raise WorkshopError(f"{bad} of {len(found)} checks are red; each line shows what to do")


@app.command(epilog="Example: workshop classroom plan --gib 48")
def plan(
    gib: Annotated[
        list[float] | None, typer.Option("--gib", help="Memory of a server in GiB; may be repeated.")
    ] = None,
    json: Json = False,
) -> None:
    """Calculate how many seats fit into how much memory."""
    from organiser.hub.plan import MEASURED, SIZES_GIB

    rows = {f"{each:g}": MEASURED.fits(each) for each in gib or SIZES_GIB}
    if json:
        print_json({"figures": vars(MEASURED), "gib": rows})
        return
    words.say(
        f"MiB: hub and proxy {MEASURED.base:.0f}, a seat {MEASURED.server:.0f}, "
        f"its training kernel {MEASURED.kernel:.0f}"
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
    """Renew the ACME certificate now if it is due; a timer does this every night."""
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
        words.say("the proxy has a new certificate" if changed else "the certificate is still valid")


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
