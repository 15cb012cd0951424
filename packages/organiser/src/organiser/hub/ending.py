"""``workshop classroom archive``, ``restore`` and ``delete``: what is kept of a class, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from organiser.hub import words
from organiser.hub.words import Into, Json, Wanted, WithoutArchive
from workshop.core.output import messages

if TYPE_CHECKING:
    from organiser.hub.archives import Archive

FOLDER = "archive"
"""Of the prefix: where archives lie unless another folder is named."""


def archive(
    wanted: Wanted = None,
    into: Into = None,
    keep: Annotated[
        int | None,
        typer.Option(
            "--keep", min=1, help="Keep only the newest KEEP of the archives made with this option."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Archive the seats' notebooks, and what a new server needs, in a new folder."""
    from organiser.hub import archives, archiving, homes
    from organiser.hub.settings import load_hub_settings

    homes.require_root()
    hub = load_hub_settings()
    into = into or hub.prefix / FOLDER
    made = archiving.archive_all(hub, into, wanted or (), rotates=keep is not None)
    gone = archives.delete_old(into, keep) if keep is not None and made.complete else []
    words.report_archived(made, json, gone)


def restore(
    folder: Annotated[Path, typer.Argument(help="The folder of the archive.")],
    wanted: Wanted = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the codes of seats that are in use on this server.")
    ] = False,
    json: Json = False,
) -> None:
    """Restore an archive on this server: seats, codes and notebooks."""
    from organiser.hub import archives, homes, restoring
    from organiser.hub.settings import load_hub_settings
    from workshop.core.settings import load_settings

    homes.require_root()
    done = restoring.restore(
        load_hub_settings(), load_settings(), archives.load(folder.absolute()), wanted or (), replace
    )
    brought = {number: files for number, files in done.seats.items() if number not in done.failed}
    for note in done.notes:
        messages.print(note)
    if not json:
        for number, files in brought.items():
            words.say(f"seat {int(number)}: {restoring.summary(files)}")
    document = {
        "changed": bool(done.accounts or done.codes or any(done.seats.values())),
        "accounts": done.accounts,
        "codes": done.codes,
        "restored": done.seats,
        "notes": done.notes,
    }
    words.report(document, done.failed, len(done.seats | done.failed), "seats lack notebooks", json)
    if not json:
        words.say(f"{len(done.codes)} seats have the archive's codes, {len(brought)} their notebooks")


def delete(
    wanted: Wanted = None,
    with_seats: Annotated[
        bool, typer.Option("--with-seats", help="Also delete the accounts and the codes on the cards.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    into: Into = None,
    without_archive: WithoutArchive = False,
    json: Json = False,
) -> None:
    """Archive the homes of the seats, then delete them permanently. Asks first."""
    from organiser.hub import archiving, clearing, homes
    from organiser.hub.settings import load_hub_settings

    homes.require_root()
    hub = load_hub_settings()
    numbers = clearing.seats_here(hub, wanted or ())

    def archive_them() -> Archive:
        # From now on nobody changes what is archived.
        for number in numbers:
            clearing.stop(number)
        return archiving.archive_all(hub, into or hub.prefix / FOLDER, [int(number) for number in numbers])

    def delete_one(number: str) -> None:
        clearing.delete_home(hub, number)
        if with_seats:
            clearing.delete_seat(hub, number)

    words.delete_homes(
        numbers,
        with_seats,
        yes,
        json,
        None if without_archive else archive_them,
        delete_one,
        None,
        "" if with_seats else "; 'workshop classroom seats N' brings new notebooks to them",
    )
