"""``workshop update``, one word for all that brings something newer; ``notebooks`` and ``undo`` are here."""

from __future__ import annotations

import io
import os
import platform
import shutil
import sys
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from workshop.core.account import hand_over, who_can_change
from workshop.core.command import Table, lazy_group
from workshop.core.errors import WorkshopError
from workshop.core.output import print_json
from workshop.core.settings import load_settings
from workshop.sync import pack as packing
from workshop.sync.files import only_one, reason, shown
from workshop.sync.request import (
    NBDIFF_WEB,
    Request,
    own_request,
    own_state,
    perform,
    request_from,
    summary,
)
from workshop.sync.source import PACKED
from workshop.sync.updates import load_updates

WORDS: Table = {
    "notebooks": ("workshop.sync.cli", "Update the notebooks and keep every edit."),
    "undo": ("workshop.sync.cli:undo_app", "Restore the notebooks as they were before the last update."),
    "machine": ("workshop.sync.machine:pull_app", "Update this machine to the newest signed revision."),
    "courses": ("workshop.courses.cli:update_app", "Update the added courses."),
    "source": ("workshop.sync.machine", "Show or set the address and the keys for updates."),
}

update_app = typer.Typer(cls=lazy_group(WORDS), no_args_is_help=True)
app = typer.Typer()
undo_app = typer.Typer()

EPILOG = """\
Without --into and --state it is about this machine's own notebooks. Their newest version comes from the
organiser's address, or from what --from names; set-up noted the address and the organiser's keys.

Exit 0: done, or offline and nothing to be done. 1: refused or failed, a line says why. 2: wrong usage.

Example: workshop update notebooks --dry-run"""
OPTIONS = {"source": "--from", "signers": "--allowed-signers", "allow_unsigned": "--allow-unsigned"}
"""Options whose names differ from those of their values."""
OF_REQUEST = {each.name for each in fields(Request)}
ONCE = "Once, when the organiser says so"
Into = Annotated[Path | None, typer.Option(metavar="DIR", help="The participant's folder.")]
State = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for sync's records.")]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Change nothing; show what would be done.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


@app.command(epilog=EPILOG)
def sync(
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="SOURCE",
            help="A git address (https, ssh, file), a folder, a stick, or a file made by --pack or a "
            "classroom.",
        ),
    ] = None,
    pack: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write your folder to one .zip file, which --from imports on another machine.",
        ),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Restore the folder as it was before the last update.")
    ] = False,
    request: Annotated[
        bool, typer.Option("--request", help="Read the request as one JSON document from stdin.")
    ] = False,
    into: Into = None,
    state: State = None,
    subdir: Annotated[
        str | None, typer.Option(help="The folder of notebooks in the source (default: notebooks).")
    ] = None,
    branch: Annotated[
        str | None, typer.Option(help="The branch to follow; default: the repository's own.")
    ] = None,
    dry_run: DryRun = False,
    signers: Annotated[
        Path | None,
        typer.Option(
            "--allowed-signers",
            metavar="FILE",
            help="The organiser's keys: SSH allowed signers or a GPG keyring.",
        ),
    ] = None,
    allow_unsigned: Annotated[
        bool,
        typer.Option("--allow-unsigned", help="Accept unsigned notebooks from git, a bundle or a folder."),
    ] = False,
    project: Annotated[
        str | None, typer.Option(metavar="NAME", help="The project name that signed tags must contain.")
    ] = None,
    trust_new_source: Annotated[
        bool,
        typer.Option("--trust-new-source", help=f"{ONCE}: accept another address or a restarted history."),
    ] = False,
    ignore_clock: Annotated[
        bool,
        typer.Option("--ignore-clock", help=f"{ONCE}: judge keys and dates without this machine's clock."),
    ] = False,
    reset: Annotated[
        str | None,
        typer.Option(
            metavar="CODE", help=f"{ONCE}: accept the revision whose code the organiser reads to you."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Update the notebooks and keep every edit."""
    given = {name: value for name, value in locals().items() if value not in (None, False)}
    require_fitting(given)
    try:
        text = sys.stdin.read() if request else None
        wanted = request_from(text) if text is not None else request_of(given)
        # Whoever could put something else in place of the folders does the work there, not root.
        if os.geteuid() == 0 and (account := who_can_change(wanted.into) or who_can_change(wanted.state)):
            sys.exit(hand_over(account, sys.argv[1:], text))
        if pack is not None:
            _pack(pack, wanted, json)
            return
        report = perform(wanted)
    except WorkshopError as error:
        raise WorkshopError(shown(str(error))) from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise WorkshopError(
            shown(f"{error.strerror or error}{where}; nothing is lost; mend that, and sync again")
        ) from error
    except Exception as error:  # a user is to see what happened, not where in the program
        raise WorkshopError(
            f"the sync stopped: {shown(reason(error))}; the changes so far can be undone"
        ) from error
    if json:
        print_json(report.as_document())
        return
    viewer = shutil.which(NBDIFF_WEB) is not None
    _print(summary(report, wanted.into, wanted.dry_run, viewer))


def require_fitting(given: dict[str, Any]) -> None:
    """Raise BadParameter when options cannot be combined."""
    for alternatives in (("source", "pack", "undo", "request"), ("signers", "allow_unsigned")):
        both = [OPTIONS.get(name, f"--{name}") for name in alternatives if name in given]
        if len(both) > 1:
            raise typer.BadParameter(f"{' and '.join(both)} cannot be combined")
    if ("into" in given) != ("state" in given):
        raise typer.BadParameter(
            "--into and --state need each other; without both, this machine's own notebooks are updated"
        )
    if "into" in given and not given.keys() & {"source", "pack", "undo"}:
        raise typer.BadParameter("with --into and --state one of --from, --pack and --undo is needed")
    if "pack" in given and "dry_run" in given:
        raise typer.BadParameter("--pack changes nothing but its file; it does not go with --dry-run")
    if "pack" in given and given["pack"].suffix != PACKED:
        raise typer.BadParameter(f"the file of --pack must end in {PACKED}")


def request_of(given: dict[str, Any]) -> Request:
    """Return what to do; whatever is not given is as set-up decided for this machine's own notebooks."""
    named = {name: value for name, value in given.items() if name in OF_REQUEST}
    if "into" in given:
        return Request(**{"source": "", **named})
    settings = load_settings()
    if "undo" in given or "pack" in given:
        base = Request("", settings.notebooks, own_state(settings))
    else:
        base = own_request(settings, load_updates(settings), given.get("source", ""))
    return replace(base if "allow_unsigned" not in given else replace(base, signers=None), **named)


def _pack(file: Path, request: Request, json: bool) -> None:
    """Pack the participant's folder into a file, and say what it got."""
    if not file.parent.is_dir() or file.is_dir():
        raise WorkshopError(f"{file} cannot be written; name a file in an existing folder")
    beside = file.with_name(f".{file.name}.new")
    with only_one(request.state):
        try:
            # Whatever folder it lies in, what somebody wrote is theirs to show.
            beside.touch(mode=0o600)
            with beside.open("wb") as out:
                done = packing.pack(request.into, request.state, out, platform.node())
            beside.replace(file)
        finally:
            beside.unlink(missing_ok=True)
    if json:
        print_json({"file": str(file), **asdict(done)})
        return
    lines = [f"! {path} is not in it: {why}" for path, why in done.left_out.items()]
    lines.append(f"{'1 file is' if done.files == 1 else f'{done.files} files are'} in {file}.")
    lines.append(
        "On your other machine run: workshop update notebooks --from FILE, or use Jupyter's page 'Your "
        "notebooks'."
    )
    _print(map(shown, lines))


def _print(lines: Iterable[str]) -> None:
    """Print lines; what the terminal cannot show is escaped."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    for line in lines:
        print(line)


@update_app.callback()
def update() -> None:
    """Update notebooks or this machine."""


@undo_app.command(epilog="Example: workshop update undo --dry-run")
def undo(
    into: Into = None,
    state: State = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Restore the notebooks as they were before the last update; repeat to go back further."""
    sync(undo=True, into=into, state=state, dry_run=dry_run, json=json)
