"""One run from beginning to end, or its undo.

Heal what was killed, plan, ask what is open, look for room, back up, log, write, record.

Whatever goes wrong with one file is the outcome of that file, and all others go on. The order of the
writes is what makes a kill harmless: backup and log, then the file, then the record of what was delivered.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop.core.errors import WorkshopError
from workshop.sync.decide import Action, Entry
from workshop.sync.files import (
    CHANGED,
    ChangedError,
    both_apart,
    existing,
    free_place,
    make_way,
    makes_way,
    obstacle,
    only_one,
    protection,
    prune,
    reason,
    remove,
    remove_unfinished,
    require_apart,
    require_room,
    sha256_of,
    shown,
    write_atomically,
)
from workshop.sync.merge import Version
from workshop.sync.plan import Fate, Planner, Step
from workshop.sync.source import Source
from workshop.sync.state import Log, LoggedFate, LoggedStep, Manifest, Record, last_changed

Open = Callable[[Path], dict[str, str]]
"""Given the participant's folder, returns why each notebook (by path below it) must wait."""
STILL = {Action.KEPT, Action.REFUSED, Action.DEFERRED}
"""Actions that leave the participant's folder as it is."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
"""With these no other file's backup could be written either."""
BAD_BACKUP = "its backup is lost or damaged, so it stays as it is"


@dataclass(frozen=True)
class Outcome:
    """What became of one file that was not simply left alone."""

    path: str
    action: Action
    reason: str
    beside: str = ""
    """Where the organiser's version lies; empty when it has the file's own name."""


@dataclass(frozen=True)
class Report:
    """What one run did, or would do."""

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

    def as_document(self) -> dict[str, Any]:
        """Return the report as JSON has it."""
        files = [{"path": each.path, "action": str(each.action), "why": each.reason} for each in self.files]
        return {
            "changed": self.changed,
            "revision": shown(self.revision),
            "offline": self.offline,
            "news": self.news,
            "notes": list(self.notes),
            "files": files,
        }


Fetch = Callable[[], Source]
"""Reads the source; it is called with the lock held."""


def no_open_notebooks(_into: Path) -> dict[str, str]:
    """Say that no notebook is open."""
    return {}


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
    into, state = both_apart(into, state)
    with nullcontext() if dry_run else only_one(state):
        run = Run(into, state, open_notebooks, dry_run)
        late = ""
        found = source if isinstance(source, Source) else source()
        try:
            if found.place is not None:
                require_apart(found.place, into, "--from")
            plan = Planner(found, into, run.manifest).plan()
            fates, record = run.carry_out(plan, "sync", found.revision, found.files)
            if not dry_run:
                try:
                    found.finished()
                except (WorkshopError, OSError) as error:  # the files are there
                    late = (
                        f"what was delivered cannot be remembered: {reason(error)}; the next sync looks again"
                    )
            notes = (*map(shown, filter(None, [run.damage, late])), *found.notes)
            outcomes = _outcomes(fates)
        finally:
            found.close()
    kept = record.folder / "files" if record is not None else None
    backups = kept if kept is not None and kept.is_dir() else None
    return Report(found.revision, outcomes, backups, found.news, notes)


def undo(into: Path, state: Path, dry_run: bool = False, open_notebooks: Open = no_open_notebooks) -> Report:
    """Undo the last sync that is not undone yet; another call undoes the one before it.

    What was brought from another machine is such a sync, too. A file that the participant changed since then
    goes back, too; what they made of it comes beside as ``NAME.since-REV.ipynb``. Raises WorkshopError when
    there is nothing to undo.
    """
    into, state = both_apart(into, state)
    with nullcontext() if dry_run else only_one(state):
        if (last := last_changed(state)) != state:
            return undo(into, last, dry_run, open_notebooks)
        run = Run(into, state, open_notebooks, dry_run)
        records = run.log.to_undo()
        fates: dict[str, Fate] = {}
        for record in records:
            back = [_guarded(into, record, fate) for fate in reversed(record.fates)]
            done, _ = run.carry_out(back, "undo", record.revision)
            if not dry_run and not any(each.action in (Action.REFUSED, Action.DEFERRED) for each in done):
                record.undone = True
                record.save()
            fates.update({fate.path: fate for fate in done})
    return Report(records[-1].revision, _outcomes(fates.values()), undone=True)


def _outcomes(fates: Iterable[Fate]) -> list[Outcome]:
    telling = (told for fate in fates for told in (fate, *fate.others) if told.action != Action.NOTHING)
    told = (Outcome(shown(fate.path), fate.action, shown(fate.why), fate.beside) for fate in telling)
    return sorted(told, key=lambda outcome: outcome.path)


def _guarded(into: Path, record: Record, fate: LoggedFate) -> Fate:
    """Decide on one file of an undo; what goes wrong with it is its fate."""
    try:
        return _back(into, record, fate)
    except Exception as error:
        return Fate(_name(fate), Action.REFUSED, f"it cannot be put back: {reason(error)}")


class Run:
    """Changes the participant's folder as fates say, so that a kill at any moment loses nothing."""

    def __init__(self, into: Path, state: Path, open_notebooks: Open, dry_run: bool) -> None:
        """Read what is remembered, and make good a run that was killed."""
        self.into, self.state, self.dry_run = into, state, dry_run
        self.manifest, self.log = Manifest(state), Log(state)
        self.damage = self.manifest.damage
        self._open_notebooks = open_notebooks
        self.healed = not dry_run and heal(into, self.manifest, self.log)

    def carry_out(
        self, fates: Sequence[Fate], kind: str, revision: str, files: Mapping[str, Version] | None = None
    ) -> tuple[list[Fate], Record | None]:
        """Change the disk as the fates say and remember it; return what came of each, and the log.

        Notebooks that somebody has open wait, and files that changed since; what cannot be written is
        refused. ``files``: versions whose bytes the next merge needs. Raises WorkshopError without room.
        """
        fates = self._gate(fates)
        if self.dry_run:
            return list(fates), None
        kept = self._to_keep(fates, files or {})
        self._require_space(fates, kept)
        record = self.log.begin(kind, revision, self.healed and kind == "sync")
        prepared = [self._prepare(fate, kept, record) for fate in fates]
        record.fates += [self._logged(fate) for fate in prepared if fate.steps or fate.entries]
        writes = any(fate.steps for fate in prepared)
        try:
            if writes:
                record.save()
        except OSError as error:
            raise self._no_backup(record, error) from error
        results = [self._apply(fate) for fate in prepared]
        for fate in (before for before, done in zip(prepared, results, strict=True) if done is not before):
            _take_back(self.into, record, self._logged(fate).steps)
        self.manifest.update({path: entry for fate in results for path, entry in fate.entries.items()})
        if writes and not (self.healed or any(fate.steps for fate in results) or self._touched(prepared)):
            # A folder that stays locked would get another backup each day.
            shutil.rmtree(record.folder, ignore_errors=True)
            writes = False
        if writes:
            record.finished = True
            record.save()
        if kept:
            self.manifest.forget_unused(self.log.records())
        return results, record if writes else None

    def _gate(self, fates: Sequence[Fate]) -> list[Fate]:
        """Let notebooks wait that somebody has open: the browser may hold changes that are not saved."""
        touches = any(step.before is not None for fate in fates for step in fate.steps)
        opened = self._open_notebooks(self.into) if touches else {}
        return [
            Fate(fate.path, Action.DEFERRED, why)
            if (why := next((opened[s.path] for s in fate.steps if s.before and s.path in opened), ""))
            else fate
            for fate in fates
        ]

    def _to_keep(self, fates: Sequence[Fate], files: Mapping[str, Version]) -> dict[str, Version]:
        """Return the versions whose bytes the next merge will need."""
        known = self.manifest.entries
        return {
            path: files[path]
            for fate in fates
            for path, entry in fate.entries.items()
            if entry is not None and path in files and entry.sha256 == files[path].sha256
            if path not in known or known[path].sha256 != entry.sha256
        }

    def _require_space(self, fates: Sequence[Fate], kept: Mapping[str, Version]) -> None:
        """Raise WorkshopError when what is to be written would fill a disk: Jupyter could not save either."""
        steps = [step for fate in fates for step in fate.steps]
        if not steps and not kept:
            return
        written = [step.after.size for step in steps if step.after is not None]
        saved = [step.before.size for step in steps if step.before is not None]
        saved += [version.size for version in kept.values()]
        needs = [(existing(self.into), written), (existing(self.state), saved)]
        if needs[0][0].stat().st_dev == needs[1][0].stat().st_dev:
            needs = [(needs[0][0], written + saved)]
        for place, sizes in needs:
            require_room(place, sizes)

    def _prepare(self, fate: Fate, kept: Mapping[str, Version], record: Record) -> Fate:
        """Keep the delivered bytes and back up what is to change; only then a fate may be taken."""
        try:
            for path in fate.entries:
                if path in kept:
                    self.manifest.keep(kept[path])
            for step in fate.steps:
                if step.before is not None:
                    write_atomically(record.backup(step.path), step.before.data)
        except (ChangedError, FileNotFoundError):
            return Fate(fate.path, Action.DEFERRED, CHANGED)
        except Exception as error:
            if isinstance(error, OSError) and error.errno in NO_ROOM:
                raise self._no_backup(record, error) from error
            return Fate(fate.path, Action.REFUSED, f"its backup cannot be written: {reason(error)}")
        return fate

    def _logged(self, fate: Fate) -> LoggedFate:
        before = {path: self.manifest.entries.get(path) for path in fate.entries}
        steps = tuple(LoggedStep(each.path, _hash(each.before), _hash(each.after)) for each in fate.steps)
        return LoggedFate(steps, before, dict(fate.entries))

    def _no_backup(self, record: Record, error: OSError) -> WorkshopError:
        shutil.rmtree(record.folder, ignore_errors=True)
        return WorkshopError(
            f"the backup cannot be written to {record.folder} ({reason(error)}); nothing was changed; fix "
            f"that first"
        )

    def _apply(self, fate: Fate) -> Fate:
        """Take one fate's steps; the fate that comes back says what really happened."""
        try:
            for step in fate.steps:
                # What the participant saved since it was decided on stays.
                if obstacle(self.into, step.path) or sha256_of(self.into, step.path) != _hash(step.before):
                    raise ChangedError(CHANGED)
                if step.after is None:
                    remove(self.into, step.path)
                elif step.before is None or step.before.sha256 != step.after.sha256:
                    write_atomically(self.into / step.path, step.after.data)
        except ChangedError:
            return Fate(fate.path, Action.DEFERRED, CHANGED)
        except Exception as error:
            return Fate(fate.path, Action.REFUSED, f"it cannot be written: {reason(error)}")
        return fate

    def _touched(self, fates: Sequence[Fate]) -> bool:
        steps = (step for fate in fates for step in fate.steps)
        with suppress(OSError):  # whatever cannot be told may have been
            return any(sha256_of(self.into, step.path) != _hash(step.before) for step in steps)
        return True


def heal(into: Path, manifest: Manifest, log: Log) -> bool:
    """Make good a run that was killed: remember what it had done; tell whether there was one.

    A fate whose steps were all taken, or only lacked that an old name goes, is remembered as done.
    Of any other the manifest keeps saying what it said before, and the coming run decides afresh; where
    several files were to take each other's names, those that did are as before again.
    """
    make_way(log.folder)
    make_way(manifest.folder)
    log.clear()
    record = log.latest()
    if record is None or record.finished:
        return False
    done: dict[str, Entry | None] = {}
    for fate in record.fates:
        with suppress(OSError):  # the coming run looks at this file again
            for step in fate.steps:
                remove_unfinished((into / step.path).parent)
                if step.after is None:
                    prune(into, step.path)
            _complete(into, fate.steps)
            _take_back(into, record, fate.steps)
            if all(sha256_of(into, step.path) == step.after for step in fate.steps):
                done.update(fate.after)
    manifest.update(done)
    record.finished = True
    record.save()
    return True


def _complete(into: Path, steps: Sequence[LoggedStep]) -> None:
    """Take away the old name of a file that has its new one already."""
    written = [step for step in steps if step.after is not None]
    if written and all(sha256_of(into, step.path) == step.after for step in written):
        for step in steps:
            if step.after is None and step.before is not None and sha256_of(into, step.path) == step.before:
                remove(into, step.path)


def _take_back(into: Path, record: Record, steps: Sequence[LoggedStep]) -> None:
    """Make files that were to take each other's names what they were, where only some of them did."""
    found = [sha256_of(into, step.path) for step in steps]
    if sum(step.after is not None for step in steps) < 2 or found == [step.after for step in steps]:
        return
    for step, now in reversed(list(zip(steps, found, strict=True))):
        if now != step.after or now == step.before:
            continue
        with suppress(OSError):  # the coming run looks at each of them
            if step.before is None:
                remove(into, step.path)
            elif sha256_of(record.folder / "files", step.path) == step.before:
                write_atomically(into / step.path, record.backup(step.path).read_bytes())


def _hash(version: Version | None) -> str | None:
    return None if version is None else version.sha256


def _name(fate: LoggedFate) -> str:
    return fate.steps[0].path if fate.steps else next(iter(fate.before), "")


def _back(into: Path, record: Record, fate: LoggedFate) -> Fate:
    """Return the fate that takes one fate's steps back."""
    steps: list[Step] = []
    beside: list[str] = []
    leaving = {step.path for each in record.fates for step in each.steps if step.before is None}
    for step in reversed(fate.steps):
        blocked = obstacle(into, step.path)
        if blocked is not None and makes_way(into, step.path, blocked, leaving):
            blocked = None
        if why := blocked.why if blocked is not None else protection(into / step.path):
            return Fate(step.path, Action.REFUSED, why)
        now = _now(into, step.path)
        if _hash(now) == step.before:
            continue
        before = _now(record.folder / "files", step.path) if step.before is not None else None
        if _hash(before) != step.before:
            return Fate(step.path, Action.KEPT, BAD_BACKUP)
        if now is not None and now.sha256 != step.after:
            found = free_place(into, step.path, f"since-{record.revision}", now.sha256)
            if found is None:
                raise WorkshopError(f"no free name next to {step.path}; move its copies away")
            name, is_there = found
            steps += [] if is_there else [Step(name, None, now)]
            beside.append(name)
        steps.append(Step(step.path, now, before))
    if not steps:
        return Fate(_name(fate), Action.NOTHING, entries=fate.before)
    why = "it is as it was before the last sync"
    if beside:
        why += f"; what you did since is in {', '.join(beside)}"
    others = [Fate(step.path, Action.RESTORED, why) for step in fate.steps[1:] if len(fate.steps) > 2]
    return Fate(_name(fate), Action.RESTORED, why, tuple(steps), fate.before, others=tuple(others))


def _now(root: Path, path: str) -> Version | None:
    """Return what lies at a path, its bytes unread; None when there is no file."""
    sha256, file = sha256_of(root, path), root / path
    return None if sha256 is None else Version.known(sha256, file.read_bytes, file.stat().st_size)
