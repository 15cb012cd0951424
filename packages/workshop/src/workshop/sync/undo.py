"""Put the participant's folder back as it was before the last sync."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from workshop.errors import WorkshopError
from workshop.sync.deliver import Outcome, Report, require_apart
from workshop.sync.files import obstacle, only_one, protection
from workshop.sync.manifest import Manifest
from workshop.sync.notebook import Version
from workshop.sync.plan import Action, Entry
from workshop.sync.record import Log, LoggedFate, LoggedStep, Record
from workshop.sync.transaction import carry_out, heal
from workshop.sync.tree import Fate, Step


def undo(into: Path, state: Path, dry_run: bool = False) -> Report:
    """Undo the last sync that is not undone yet; another call undoes the one before it.

    A file that the participant changed since then goes back, too; what they made of it comes
    beside as ``NAME.since-REV.ipynb``. Raises WorkshopError when there is nothing to undo.
    """
    into, state = into.resolve(), state.resolve()
    require_apart(state, into, "--state")
    if dry_run:
        return _undo(into, state, dry_run=True)
    with only_one(state):
        return _undo(into, state, dry_run=False)


def _undo(into: Path, state: Path, dry_run: bool) -> Report:
    manifest, log = Manifest(state), Log(state)
    if not dry_run:
        heal(into, manifest, log)
    records = _to_undo(log)
    outcomes: dict[str, Outcome] = {}
    for record in records:
        fates = [_back(into, record, fate) for fate in reversed(record.fates)]
        if not dry_run:
            fates = _carry_out(fates, record, into, manifest, log)
        outcomes.update({fate.path: Outcome(fate.path, fate.action, fate.why) for fate in fates})
    told = [each for each in outcomes.values() if each.action != Action.NOTHING]
    return Report(records[-1].revision, sorted(told, key=lambda outcome: outcome.path), undone=True)


def _to_undo(log: Log) -> list[Record]:
    """Return the last sync, and with it the killed ones that it went on from, the latest first."""
    syncs = (record for record in log.records() if record.kind == "sync" and not record.undone)
    found: list[Record] = []
    for record in syncs:
        found.append(record)
        if not record.continues:
            break
    if not found:
        raise WorkshopError("there is no sync to undo")
    return found


def _carry_out(fates: list[Fate], record: Record, into: Path, manifest: Manifest, log: Log) -> list[Fate]:
    done, _ = carry_out(fates, into, manifest, log, [], kind="undo", revision=record.revision)
    if not any(fate.action in (Action.REFUSED, Action.DEFERRED) for fate in done):
        record.undone = True
        record.save()
    return done


def _back(into: Path, record: Record, fate: LoggedFate) -> Fate:
    """Return the fate that takes one fate's steps back."""
    first = fate.steps[0].path if fate.steps else next(iter(fate.before), "")
    steps: list[Step] = []
    beside: list[str] = []
    for step in reversed(fate.steps):
        if why := _blocked(into, step.path):
            return Fate(step.path, Action.REFUSED, why)
        now = _now(into, step.path)
        before = _backed_up(record, step)
        if _hash(now) == step.before:
            continue
        if now is not None and now.sha256 != step.after:
            name, is_there = _place_beside(into, step.path, record.revision, now)
            steps += [] if is_there else [Step(name, None, now)]
            beside.append(name)
        steps.append(Step(step.path, now, before))
    entries: Mapping[str, Entry | None] = fate.before
    if not steps:
        return Fate(first, Action.NOTHING, entries=entries)
    why = "it is as it was before the last sync"
    if beside:
        why += f"; what you did since is in {', '.join(beside)}"
    return Fate(first, Action.RESTORED, why, tuple(steps), entries)


def _blocked(into: Path, path: str) -> str:
    blocked = obstacle(into, path)
    return blocked.why if blocked is not None else protection(into / path)


def _now(into: Path, path: str) -> Version | None:
    try:
        return Version((into / path).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None


def _backed_up(record: Record, step: LoggedStep) -> Version | None:
    if step.before is None:
        return None
    try:
        version = Version(record.backup(step.path).read_bytes())
    except OSError as error:
        raise WorkshopError(f"the backup of {step.path} cannot be read: {error.strerror}") from error
    if version.sha256 != step.before:
        raise WorkshopError(f"the backup {record.backup(step.path)} is damaged; nothing was changed")
    return version


def _hash(version: Version | None) -> str | None:
    return None if version is None else version.sha256


def _place_beside(into: Path, path: str, revision: str, now: Version) -> tuple[str, bool]:
    """Return the name for what the participant made of a file, and whether it lies there already."""
    name = PurePosixPath(path)
    for number in range(1, 100):
        again = f"-{number}" if number > 1 else ""
        fresh = str(name.with_name(f"{name.stem}.since-{revision}{again}{name.suffix}"))
        if obstacle(into, fresh) is None:
            there = _now(into, fresh)
            if there is None or there.sha256 == now.sha256:
                return fresh, there is not None
    raise WorkshopError(f"there is no free name beside {path}; move its copies away")
