"""``workshop sync``: parse, call, print."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from workshop.output import console, print_json
from workshop.sync.deliver import Report
from workshop.sync.summary import NBDIFF_WEB, summary
from workshop.sync.update import Request, update

app = typer.Typer(
    help="Bring the newest notebooks and keep every edit.",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def sync(
    into: Annotated[Path, typer.Option("--into", help="The participant's folder.")],
    state: Annotated[Path, typer.Option("--state", help="Where sync remembers what it delivered.")],
    source: Annotated[
        str | None,
        typer.Option("--from", help="A git address (https, ssh, file), a folder, or a mounted stick."),
    ] = None,
    subdir: Annotated[str, typer.Option("--subdir", help="The source's folder of notebooks.")] = "notebooks",
    branch: Annotated[
        str | None, typer.Option("--branch", help="The branch to follow; else the source's own choice.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; say what would be done.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Put the folder back as it was before the last sync.")
    ] = False,
    allowed_signers: Annotated[
        Path | None,
        typer.Option("--allowed-signers", help="The organiser's keys: SSH allowed signers or a GPG keyring."),
    ] = None,
    allow_unsigned: Annotated[
        bool, typer.Option("--allow-unsigned", help="Take what nobody signed, from git or a bundle.")
    ] = False,
    trust_new_source: Annotated[
        bool, typer.Option("--trust-new-source", help="Accept that updates come from another address now.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Bring the newest notebooks and keep every edit.

    Exit 0: done, or offline and nothing to be done. 1: refused or failed; a line says why.
    """
    if undo == (source is not None):
        raise typer.BadParameter("say either --from SOURCE or --undo")
    if allowed_signers is not None and allow_unsigned:
        raise typer.BadParameter("say either --allowed-signers FILE or --allow-unsigned")
    if source is None:
        from workshop.sync.undo import undo as undo_last

        report = undo_last(into, state, dry_run)
    else:
        request = Request(
            source, into, state, subdir, branch, dry_run, allowed_signers, allow_unsigned, trust_new_source
        )
        report = update(request)
    if as_json:
        print_json(as_document(report))
    else:
        _show(report, into, dry_run)


def as_document(report: Report) -> dict[str, object]:
    """Return a report as JSON has it."""
    files = [{"path": each.path, "action": str(each.action), "why": each.why} for each in report.files]
    return {
        "changed": report.changed,
        "revision": report.revision,
        "offline": report.offline,
        "news": report.news,
        "notes": list(report.notes),
        "files": files,
    }


def _show(report: Report, into: Path, dry_run: bool) -> None:
    has_viewer = shutil.which(NBDIFF_WEB) is not None
    for line in summary(report, into, dry_run, has_viewer):
        console.print(line, markup=False, highlight=False)
