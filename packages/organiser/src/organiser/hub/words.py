"""What the words for one server and those for a cluster share: options, a question, and how they end."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workshop.errors import WorkshopError
from workshop.output import console, messages, print_json

if TYPE_CHECKING:
    from organiser.hub.clearing import Archived

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Wanted = Annotated[
    list[int] | None, typer.Argument(metavar="[SEAT]...", help="Seats' numbers; default: all of them.")
]
SPEAKER = "Type the code there. Nothing else holds it; this command makes another."
"""What is said of the code that opens the speaker's view."""


def say(text: str) -> None:
    """Print a line as it is."""
    console.print(text, markup=False, highlight=False)


def homes_group(how: str = "") -> typer.Typer:
    """Return the group of ``homes archive`` and ``homes delete``; ``how`` they work ends its help."""
    return typer.Typer(no_args_is_help=True, help=f"The seats' homes, at the end of a class{how}.")


def someone_is_here() -> bool:
    """Tell whether a question would be seen."""
    return sys.stdin.isatty()


def ask_before_deleting(numbers: Sequence[str], with_seats: bool, yes: bool, archive: str) -> str:
    """Have the number of homes typed before they are deleted; return what that deletes, in words.

    archive: the command that keeps the notebooks. Raises WorkshopError unless somebody wants it.
    """
    what = f"the homes of {len(numbers)} seats" + (", and the seats themselves" if with_seats else "")
    if numbers and not yes:
        if not someone_is_here():
            raise WorkshopError(f"nobody is here to be asked whether to delete {what}; say --yes")
        say(f"This deletes {what}, for good: {', '.join(str(int(each)) for each in numbers)}.")
        say(f"'{archive}' keeps their notebooks.")
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
        messages.print(why if why.startswith(f"{seat} ") else f"{seat}: {why}", markup=False, highlight=False)
    if failed:
        raise WorkshopError(f"{len(failed)} of {of} {verb}; see above")


def report_archived(done: Sequence[Archived], failed: Mapping[str, str], folder: Path, json: bool) -> None:
    """Say which homes were packed."""
    files = {each.seat: {"file": str(each.file), "bytes": each.bytes} for each in done}
    document = {"changed": bool(done), "archived": files}
    report(document, failed, len(failed) + len(done), "seats were not archived", json)
    if not json:
        say(f"{len(done)} seats are in {folder}, {sum(each.bytes for each in done) / 1e6:.1f} MB")
