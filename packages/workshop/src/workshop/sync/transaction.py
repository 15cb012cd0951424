"""Carry fates out: back up and log, write, remember; in this order, so that a kill loses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.sync.files import obstacle, remove, remove_unfinished, write_atomically
from workshop.sync.manifest import Manifest
from workshop.sync.notebook import Version
from workshop.sync.plan import Action, Entry
from workshop.sync.record import Log, LoggedFate, LoggedStep, Record
from workshop.sync.tree import Fate, Step


def carry_out(
    fates: Sequence[Fate],
    into: Path,
    manifest: Manifest,
    log: Log,
    delivered: Sequence[Version],
    *,
    kind: str,
    revision: str,
    continues: bool = False,
) -> tuple[list[Fate], Record | None]:
    """Change the disk as the fates say and remember it; return what came of each, and the log.

    A file that changed since it was decided on is deferred; one that cannot be written is refused;
    the others go on. Raises WorkshopError, with nothing changed, when the backup cannot be written.
    """
    try:
        for version in delivered:
            manifest.keep(version)
    except OSError as error:
        raise WorkshopError(
            f"{error.filename} cannot be written ({error.strerror}); nothing was changed"
        ) from error
    record = None
    if any(fate.steps for fate in fates):
        record = log.begin(kind, revision, fates, manifest.entries, continues)
    results = [_apply(fate, into) for fate in fates]
    manifest.update(_entries(results))
    if record is not None:
        record.finished = True
        record.save()
    return results, record


def _entries(fates: Sequence[Fate]) -> dict[str, Entry | None]:
    return {path: entry for fate in fates for path, entry in fate.entries.items()}


def _apply(fate: Fate, into: Path) -> Fate:
    """Take one fate's steps; the fate that comes back says what really happened."""
    try:
        for step in fate.steps:
            if not _is_there(into, step):
                why = "it was saved while the sync ran; the next sync looks again"
                return Fate(fate.path, Action.DEFERRED, why)
            _take(into, step)
    except OSError as error:
        return Fate(fate.path, Action.REFUSED, f"it cannot be written: {error.strerror}")
    return fate


def _is_there(into: Path, step: Step) -> bool:
    """Tell whether the disk is still as it was when the step was planned."""
    if obstacle(into, step.path):
        return False
    try:
        now = Version((into / step.path).read_bytes()).sha256
    except (FileNotFoundError, NotADirectoryError):
        return step.before is None
    return step.before is not None and now == step.before.sha256


def _take(into: Path, step: Step) -> None:
    if step.after is None:
        remove(into / step.path)
    elif step.before is None or step.before.sha256 != step.after.sha256:
        write_atomically(into / step.path, step.after.data)


def heal(into: Path, manifest: Manifest, log: Log) -> bool:
    """Make good a run that was killed: remember what it had done; tell whether there was one.

    A fate whose steps were all taken, or only lacked that an old name goes, is remembered as done.
    Of any other the manifest keeps saying what it said before, and the coming run decides afresh.
    """
    log.clear()
    record = log.latest()
    if record is None or record.finished:
        return False
    done: dict[str, Entry | None] = {}
    for fate in record.fates:
        for step in fate.steps:
            remove_unfinished((into / step.path).parent)
        _complete(into, fate)
        if all(_sha256(into, step) == step.after for step in fate.steps):
            done.update(fate.after)
    manifest.update(done)
    record.finished = True
    record.save()
    return True


def _complete(into: Path, fate: LoggedFate) -> None:
    """Take away the old name of a file that was killed between its two names."""
    written = [step for step in fate.steps if step.after is not None]
    if written and all(_sha256(into, step) == step.after for step in written):
        for step in fate.steps:
            if step.after is None and step.before is not None and _sha256(into, step) == step.before:
                remove(into / step.path)


def _sha256(into: Path, step: LoggedStep) -> str | None:
    try:
        return Version((into / step.path).read_bytes()).sha256
    except OSError:
        return None


def deferred(fate: Fate, why: str) -> Fate:
    """Return the fate of a file that has to wait."""
    return replace(fate, action=Action.DEFERRED, why=why, steps=(), entries={})
