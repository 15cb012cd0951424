"""What a sync did, in words for people: every file that was not simply updated is named."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from workshop.sync.decide import Action
from workshop.sync.apply import Outcome, Report
from workshop.sync.files import shown

ORDER = [
    (Action.MERGED, "Merged: the new version and what you changed are both in"),
    (Action.BESIDE, "Beside yours lies a new version of"),
    (Action.DEFERRED, "Waiting"),
    (Action.KEPT, "Left as you have it"),
    (Action.RESTORED, "Restored"),
    (Action.BACKED_UP, "Moved to the backup"),
    (Action.REFUSED, "Not delivered"),
]
NBDIFF_WEB = "nbdiff-web"


def summary(report: Report, into: Path, dry_run: bool, has_viewer: bool) -> Iterator[str]:
    """Return the lines of the summary; every file that was not simply updated is named."""
    return map(shown, _summary(report, into, dry_run, has_viewer))


def _summary(report: Report, into: Path, dry_run: bool, has_viewer: bool) -> Iterator[str]:
    yield from (f"! {note}" for note in report.notes)
    if report.offline:
        return
    if report.news and report.changed:
        yield from (f"  {line}".rstrip() for line in f"What is new: {report.news}".splitlines())
    updated = [outcome for outcome in report.files if outcome.action == Action.UPDATED]
    if updated:
        yield f"Updated: {len(updated)} file{'s' if len(updated) > 1 else ''}"
        yield from (f"  {outcome.path}: {outcome.reason}" for outcome in updated)
    for action, title in ORDER:
        told = [outcome for outcome in report.files if outcome.action == action]
        if told:
            yield f"{title}:"
            yield from (f"  {outcome.path}: {outcome.reason}" for outcome in told)
    yield from _how_to_compare(report.files, into, has_viewer)
    yield _verdict(report, dry_run)
    if report.backups is not None:
        yield f"The files as they were before are in {report.backups}; workshop update undo puts them back."


def _how_to_compare(files: list[Outcome], into: Path, has_viewer: bool) -> Iterator[str]:
    pairs = [(each.path, each.beside) for each in files if each.beside]
    if not pairs:
        return
    notebooks = [(mine, theirs) for mine, theirs in pairs if mine.endswith(".ipynb")]
    if has_viewer and notebooks:
        yield "To see both side by side:"
        yield from (
            f"  {NBDIFF_WEB} {shlex.quote(str(into / mine))} {shlex.quote(str(into / theirs))}"
            for mine, theirs in notebooks
        )
    else:
        yield "To see both, open them side by side in Jupyter; copy what you want into yours."


def _verdict(report: Report, dry_run: bool) -> str:
    if not report.files:
        return f"Nothing to do: your notebooks are at revision {report.revision}."
    if dry_run:
        return "Nothing was written: this was a dry run."
    if report.undone:
        return f"Your notebooks are as they were before revision {report.revision}; a sync brings it again."
    return f"Your notebooks are at revision {report.revision}."
