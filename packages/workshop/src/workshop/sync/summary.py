"""What one sync did, for people: what is new, what was merged, what lies beside and how to look at it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from workshop.sync.deliver import Outcome, Report
from workshop.sync.plan import Action

SIMPLE = (Action.UPDATED,)
"""Actions that need no reason: the file is simply the new one now."""
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
    """Yield the lines of the summary; every file that was not simply updated is named."""
    yield from (f"! {note}" for note in report.notes)
    if report.offline:
        return
    if report.news and report.changed:
        yield from (f"  {line}".rstrip() for line in f"What is new: {report.news}".splitlines())
    simple = [outcome for outcome in report.files if outcome.action in SIMPLE]
    if simple:
        yield f"Updated: {len(simple)} file{'s' if len(simple) > 1 else ''}"
        yield from (f"  {outcome.path}: {outcome.why}" for outcome in simple)
    for action, title in ORDER:
        told = [outcome for outcome in report.files if outcome.action == action]
        if told:
            yield f"{title}:"
            yield from (f"  {outcome.path}: {outcome.why}" for outcome in told)
    yield from _how_to_compare(report.files, into, has_viewer)
    yield _verdict(report, dry_run)
    if report.backups is not None:
        yield f"The files as they were before are in {report.backups}; workshop sync --undo puts them back."


def beside_of(outcome: Outcome) -> str:
    """Return the name of the new version that lies beside; empty when there is none."""
    return outcome.why.rpartition("the new one is ")[2] if outcome.action == Action.BESIDE else ""


def _how_to_compare(files: list[Outcome], into: Path, has_viewer: bool) -> Iterator[str]:
    pairs = [(each.path, beside_of(each)) for each in files if each.action == Action.BESIDE]
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
