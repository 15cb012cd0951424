"""``workshop sync``: parse, call, print."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from workshop.errors import WorkshopError
from workshop.output import console, print_json
from workshop.sync.deliver import Report, synchronise
from workshop.sync.source import read_folder

app = typer.Typer(
    help="Bring the newest notebooks and keep every edit.",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def sync(
    source: Annotated[str, typer.Option("--from", help="A folder: the checkout, or a mounted stick.")],
    into: Annotated[Path, typer.Option("--into", help="The participant's folder.")],
    state: Annotated[Path, typer.Option("--state", help="Where sync remembers what it delivered.")],
    subdir: Annotated[str, typer.Option("--subdir", help="The source's folder of notebooks.")] = "notebooks",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; say what would be done.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Bring the newest notebooks and keep every edit."""
    if "://" in source:
        raise WorkshopError(f"{source} is an address; for now --from takes a folder")
    report = synchronise(read_folder(Path(source), subdir), into, state, dry_run)
    if as_json:
        files = [dataclasses.asdict(outcome) for outcome in report.files]
        print_json({"changed": report.changed, "revision": report.revision, "files": files})
    else:
        _show(report, dry_run)


def _show(report: Report, dry_run: bool) -> None:
    """Print one line a file, and what it comes to."""
    for outcome in report.files:
        console.print(f"{outcome.action:>9}  {outcome.path}: {outcome.why}", markup=False, highlight=False)
    if not report.files:
        console.print(f"Nothing to do: your notebooks are at revision {report.revision}.", highlight=False)
    elif dry_run:
        console.print("Nothing was written: this was a dry run.", highlight=False)
    else:
        console.print(f"Your notebooks are at revision {report.revision}.", highlight=False)
    if report.backups:
        console.print(f"What was replaced is in {report.backups}", markup=False, highlight=False)
