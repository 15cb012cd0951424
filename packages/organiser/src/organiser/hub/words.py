"""What the words for one server and those for a cluster share: options, a question, and how they end."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workshop.core.errors import WorkshopError
from workshop.core.output import console, messages, print_json

if TYPE_CHECKING:
    from organiser.hub.archives import Archive

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Wanted = Annotated[
    list[int] | None, typer.Argument(metavar="[SEAT]...", help="Seats' numbers; default: all of them.")
]
Into = Annotated[
    Path | None,
    typer.Option("--into", help="A folder that only you can enter, for a new folder of this run."),
]
WithoutArchive = Annotated[
    bool, typer.Option("--without-archive", help="Delete without an archive of what is deleted.")
]
SPEAKER = "Type the code there. Nothing else holds it; this command makes another."
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
            raise WorkshopError(f"nobody is here to be asked whether to delete {what}; say --yes")
        say(f"This deletes {what}, for good: {', '.join(str(int(each)) for each in numbers)}.")
        say("Their notebooks are archived first." if archives else "No archive is made of them.")
        if input(f"Type {len(numbers)} to delete them: ").strip() != str(len(numbers)):
            raise WorkshopError("nothing was deleted")
    return what


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
            say(f"deleted, for newer ones are there: {', '.join(gone)}")


def require_complete(made: Archive) -> None:
    """Raise WorkshopError, before anything is deleted, when an archive lacks a seat."""
    if made.lacking:
        number, why = next(iter(made.lacking.items()))
        raise WorkshopError(
            f"{why if why.startswith('seat ') else f'seat {int(number)}: {why}'}; nothing was deleted; say "
            "--without-archive for seats whose notebooks nobody wants"
        )
