"""One sync from beginning to end: plan, look whether there is room, carry out, report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.sync.files import only_one
from workshop.sync.manifest import Manifest
from workshop.sync.notebook import Version
from workshop.sync.openbooks import Open, no_open_notebooks
from workshop.sync.plan import Action
from workshop.sync.record import Log, Record
from workshop.sync.source import Source
from workshop.sync.space import require_space
from workshop.sync.stats import Stats
from workshop.sync.transaction import carry_out, deferred, heal
from workshop.sync.tree import Fate, Planner

STILL = {Action.KEPT, Action.REFUSED, Action.DEFERRED}
"""Actions that leave the participant's folder as it is."""


@dataclass(frozen=True)
class Outcome:
    """What became of one file that was not simply left alone."""

    path: str
    action: Action
    why: str


@dataclass(frozen=True)
class Report:
    """What one sync did, or would do."""

    revision: str
    files: list[Outcome]
    backups: Path | None = None
    """Where the replaced files are; None when none was replaced."""
    news: str = ""
    """What the organiser says about this revision."""
    notes: tuple[str, ...] = ()
    """What else people should know, such as that the machine is offline."""
    offline: bool = False
    """Whether the source could not be reached, so that nothing was done."""
    undone: bool = False
    """Whether this was an undo, of that revision."""

    @property
    def changed(self) -> bool:
        """Whether a file of the participant's folder was written, moved or removed."""
        return any(outcome.action not in STILL for outcome in self.files)


Fetch = Callable[[Stats], Source]
"""Reads the source; it is called with the lock held, and with a cache of hashes."""


def synchronise(
    source: Source | Fetch,
    into: Path,
    state: Path,
    dry_run: bool = False,
    open_notebooks: Open = no_open_notebooks,
) -> Report:
    """Bring ``into`` to the source's revision and keep what the participant changed.

    With ``dry_run`` nothing is written. ``open_notebooks`` says which notebooks somebody has open.
    Raises WorkshopError when another sync runs, when the disk is too full, or when one folder lies
    within the other.
    """
    into, state = into.resolve(), state.resolve()
    require_apart(state, into, "--state")
    if dry_run:
        return _run(source, into, state, open_notebooks, dry_run=True)
    with only_one(state):
        return _run(source, into, state, open_notebooks, dry_run=False)


def require_apart(other: Path, into: Path, option: str) -> None:
    """Raise WorkshopError when one folder lies within the other."""
    if other.is_relative_to(into) or into.is_relative_to(other):
        raise WorkshopError(f"{other} and {into} lie within each other; choose another {option} or --into")


def _run(source: Source | Fetch, into: Path, state: Path, open_notebooks: Open, dry_run: bool) -> Report:
    manifest, stats, log = Manifest(state), Stats(state), Log(state)
    damage = manifest.damage
    healed = not dry_run and heal(into, manifest, log)
    found = source if isinstance(source, Source) else source(stats)
    if found.place is not None:
        require_apart(found.place, into, "--from")
    fates = Planner(found, into, manifest, stats).plan()
    fates = _defer_open(fates, open_notebooks(into) if _touches_existing(fates) else {})
    record = None
    if not dry_run:
        fates, record = _carry_out(fates, found, into, state, manifest, log, healed)
        stats.save()
        found.finished()
    notes = (*filter(None, [damage]), *found.notes)
    told = [Outcome(fate.path, fate.action, fate.why) for fate in fates if fate.action != Action.NOTHING]
    replaced = record is not None and (record.folder / "files").is_dir()
    return Report(
        found.revision,
        sorted(told, key=lambda outcome: outcome.path),
        record.folder / "files" if record is not None and replaced else None,
        found.news,
        notes,
    )


def _touches_existing(fates: Sequence[Fate]) -> bool:
    return any(step.before is not None for fate in fates for step in fate.steps)


def _defer_open(fates: Sequence[Fate], opened: dict[str, str]) -> list[Fate]:
    """Let notebooks wait that somebody has open: the browser may hold changes that are not saved."""
    return [
        deferred(fate, why)
        if (why := next((opened[s.path] for s in fate.steps if s.before and s.path in opened), ""))
        else fate
        for fate in fates
    ]


def _carry_out(
    fates: list[Fate], source: Source, into: Path, state: Path, manifest: Manifest, log: Log, healed: bool
) -> tuple[list[Fate], Record | None]:
    kept = _to_keep(fates, source, manifest)
    require_space(fates, kept, into, state)
    results, record = carry_out(
        fates, into, manifest, log, kept, kind="sync", revision=source.revision, continues=healed
    )
    if kept:
        manifest.forget_unused()
    return results, record


def _to_keep(fates: Sequence[Fate], source: Source, manifest: Manifest) -> list[Version]:
    """Return the versions whose bytes the next merge will need."""
    entries = {path: entry for fate in fates for path, entry in fate.entries.items() if entry is not None}
    return [
        source.files[path]
        for path, entry in entries.items()
        if path in source.files
        and entry.sha256 == source.files[path].sha256
        and (path not in manifest.entries or manifest.entries[path].sha256 != entry.sha256)
    ]
