"""What the words for one server and those for a cluster share: options, a question, and how they end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workshop.core.errors import WorkshopError
from workshop.core.output import console, messages, print_json, steps

if TYPE_CHECKING:
    from organiser.hub.archives import Archive
    from organiser.hub.client import Client

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Wanted = Annotated[
    list[int] | None, typer.Argument(metavar="[SEAT]...", help="Seats' numbers; default: all of them.")
]
Into = Annotated[
    Path | None,
    typer.Option("--into", help="Folder that only you can enter; the archive becomes a new folder in it."),
]
WithoutArchive = Annotated[bool, typer.Option("--without-archive", help="Delete without making an archive.")]
SPEAKER = "Type the code there. It is stored nowhere else; run this command again for a new one."
"""What is said of the code that opens the speaker's view."""


def say(text: str) -> None:
    """Print a line as it is."""
    console.print(text)


def someone_is_here() -> bool:
    """Tell whether a question would be seen."""
    return sys.stdin.isatty()


def ask_before_deleting(numbers: Sequence[str], with_seats: bool, yes: bool, archives: bool) -> str:
    """Have the number of homes typed before they are deleted; return what that deletes, in words.

    archives: whether the notebooks are archived before. Raises WorkshopError unless somebody wants it.
    """
    what = f"the homes of {len(numbers)} seats" + (", and the seats themselves" if with_seats else "")
    if numbers and not yes:
        if not someone_is_here():
            raise WorkshopError(f"cannot ask for confirmation to delete {what}; add --yes")
        say(f"This permanently deletes {what}: {', '.join(str(int(each)) for each in numbers)}.")
        say("Their notebooks are archived first." if archives else "No archive is made of them.")
        if input(f"Type {len(numbers)} to delete them: ").strip() != str(len(numbers)):
            raise WorkshopError("nothing was deleted")
    return what


def delete_homes(
    numbers: Sequence[str],
    with_seats: bool,
    yes: bool,
    json: bool,
    archive: Callable[[], Archive] | None,
    delete: Callable[[str], None],
    delete_seats: Callable[[Sequence[str]], None] | None,
    again: str,
) -> None:
    """Ask, archive the homes of seats, delete them, and say so.

    archive: None: no archive is wanted. delete_seats: takes those away whose homes are deleted.
    again: how a seat gets a home again, for the last line.
    """
    what = ask_before_deleting(numbers, with_seats, yes, archive is not None)
    kept = ""
    if numbers and archive:
        made = archive()
        require_complete(made)
        kept = str(made.folder)
    failed = {}
    for number in numbers:
        try:
            delete(number)
        except (WorkshopError, OSError) as error:
            failed[number] = str(error)
    gone = [each for each in numbers if each not in failed]
    if gone and delete_seats:
        delete_seats(gone)
    document = {"changed": bool(gone), "deleted": gone, "archive": kept}
    report(document, failed, len(numbers), "homes were not deleted", json)
    if not json:
        there = f"; their notebooks are in {kept}" if kept else ""
        say(f"{what} are deleted{there}{again}")


def say_freed(freed: Mapping[str, Any], json: bool) -> None:
    """Say that a seat is free."""
    if json:
        print_json({"changed": freed["was_taken"], **freed})
    else:
        say(f"seat {int(freed['seat'])} is free; the next browser with its code gets it")


def start_all(client: Client, numbers: Sequence[str], at_once: int, json: bool, *how: Any) -> None:
    """Start seats, and say which run.

    how: ``warm.warm``'s seconds, and what it says of a seat that did not start.

    Raises WorkshopError where one did not.
    """
    from rich.progress import Progress

    from organiser.hub.warm import warm

    with Progress(console=steps, disable=not steps.is_terminal) as progress:
        task = progress.add_task("seats", total=len(numbers))
        done = warm(client, numbers, at_once, lambda number: progress.advance(task), *how)
    report({"ready": done.ready}, done.failed, len(numbers), "seats did not start", json)
    if not json:
        say(f"{len(done.ready)} seats are running")


def report(document: Mapping[str, Any], failed: Mapping[str, str], of: int, verb: str, json: bool) -> None:
    """Print the document where it is wanted, and why some of so many seats failed.

    Raises WorkshopError where any did: so many of them ``verb``.
    """
    if json:
        print_json({**document, "failed": failed})
    for number, why in failed.items():
        seat = f"seat {int(number)}"
        messages.print(why if why.startswith(f"{seat} ") else f"{seat}: {why}")
    if failed:
        raise WorkshopError(f"{len(failed)} of {of} {verb}; see above")


def report_archived(made: Archive, json: bool, gone: Sequence[str] = ()) -> None:
    """Say what an archive holds, and which old ones were deleted.

    Raises WorkshopError when seats are lacking; the archive of the others is there.
    """
    files = {
        seat: {"file": str(made.folder / name), "bytes": made.files[name][0]}
        for seat, name in made.seats.items()
    }
    document = {
        "changed": True,
        "folder": str(made.folder),
        "archived": files,
        "empty": made.empty,
        "deleted": list(gone),
    }
    number = len(made.seats) + len(made.empty) + len(made.lacking)
    report(document, made.lacking, number, f"seats were not archived; {made.folder} has the others", json)
    if not json:
        size = sum(size for size, _ in made.files.values()) / 1e6
        none = f", {len(made.empty)} have no notebooks" if made.empty else ""
        say(f"{len(made.seats)} seats are in {made.folder}, {size:.1f} MB{none}")
        if gone:
            say(f"deleted older archives: {', '.join(gone)}")


def require_complete(made: Archive) -> None:
    """Raise WorkshopError, before anything is deleted, when an archive lacks a seat."""
    if made.lacking:
        number, why = next(iter(made.lacking.items()))
        raise WorkshopError(
            f"{why if why.startswith('seat ') else f'seat {int(number)}: {why}'}; nothing was deleted; add "
            f"--without-archive if nobody needs these notebooks"
        )
