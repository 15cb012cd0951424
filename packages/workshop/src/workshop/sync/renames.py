"""Follow files that the workshop renamed, so that what a participant changed moves along. Writes nothing.

Names may be used again: where a lesson was put before others, ``lesson2`` may now be what ``lesson1`` was,
and ``lesson3`` what ``lesson2`` was. All files of such a chain, or ring, move together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path, PurePosixPath

from workshop.sync.decision import Action, Decision, Fate, Sides, Step, decide
from workshop.sync.files import obstacle, protection
from workshop.sync.merge import SAME_FILE, Effort, align, stayed
from workshop.sync.notebook import Version
from workshop.sync.source import Source
from workshop.sync.state import NEVER, Entry, HashCache, Manifest, delivered, edited

MOST_PAIRS = 2_500
"""So many pairs of names are compared, at most."""
MOST_BYTES = 50_000_000
"""Files of a ring are held in memory, because none of them can be read again once the first was written."""

Versions = Mapping[str, Version]


def find_renames(gone: Versions, new: Versions) -> dict[str, str]:
    """Return, for files of ``new``, the name that each had in ``gone``; each old name is used once.

    Equal content comes first, then the likest pair, from half of the content on.
    """
    by_content = {before.sha256: old for old, before in sorted(gone.items(), reverse=True) if before.size}
    renames: dict[str, str] = {}
    for fresh, after in sorted(new.items()):
        if (old := by_content.get(after.sha256)) and PurePosixPath(old).suffix == PurePosixPath(fresh).suffix:
            renames[fresh] = by_content.pop(after.sha256)
    left = [old for old in gone if old not in renames.values()], [each for each in new if each not in renames]
    if len(left[0]) * len(left[1]) > MOST_PAIRS:
        return renames
    effort = Effort()
    scores = sorted(
        (-score, PurePosixPath(old).name != PurePosixPath(fresh).name, old, fresh)
        for old in left[0]
        for fresh in left[1]
        if PurePosixPath(old).suffix == PurePosixPath(fresh).suffix
        and (score := file_likeness(gone[old], new[fresh], effort)) >= SAME_FILE
    )
    for _, _, old, fresh in scores:
        if fresh not in renames and old not in renames.values():
            renames[fresh] = old
    return renames


def file_likeness(before: Version, after: Version, effort: Effort) -> float:
    """Return which part of two versions is common, from 0 to 1, or less where it is below ``SAME_FILE``.

    Empty files are not alike.
    """
    if before.sha256 == after.sha256:
        return 1.0 if before.data.strip() else 0.0
    if before.notebook is not None and after.notebook is not None:
        old, new = before.notebook["cells"], after.notebook["cells"]
        return stayed(old, new, align(old, new, effort, SAME_FILE))
    if b"\0" in before.data or b"\0" in after.data:
        return 0.0
    return effort.ratio(before.data.splitlines(), after.data.splitlines(), SAME_FILE)


@dataclass
class Renames:
    """What the workshop renamed since the last delivery, and what becomes of the participant's files."""

    source: Source
    into: Path
    manifest: Manifest
    hashes: HashCache
    effort: Effort

    def fates(self) -> list[Fate]:
        """Return the fate of each group of files that move; what fails is seen apart, by its own name."""
        old, new = self._plain()
        fates: list[Fate] = []
        try:
            renames = find_renames(old, new) if old else {}
            again = self._used_again(old, new, renames)
            if again:
                old, new = old | again, new | {path: self.source.files[path] for path in again}
                renames = find_renames(old, new)
            for group in _groups({before: after for after, before in renames.items()}):
                fate = self._moved(group, old)
                fates += [fate] if fate is not None else []
        except Exception:  # each of them is looked at again
            return fates
        finally:
            for version in (*old.values(), *new.values()):
                version.forget()
        return fates

    def _plain(self) -> tuple[dict[str, Version], dict[str, Version]]:
        """Return what was delivered under names that are gone, and what has a name that is new."""
        files, entries = self.source.files, self.manifest.entries
        fresh = {path: version for path, version in files.items() if path not in entries}
        gone: dict[str, Version] = {}
        for path, entry in entries.items():
            unknown = path in files or not entry.sha256 or entry.gone or self.source.is_unknown(path)
            if not unknown and (base := self.manifest.base(path)) is not None:
                gone[path] = base
        return gone, fresh

    def _used_again(self, gone: Versions, fresh: Versions, renames: Mapping[str, str]) -> dict[str, Version]:
        """Return what was delivered under names that are another file's now.

        It is looked for where a new file has no old name yet, or a file is what another name had.
        """
        files, entries = self.source.files, self.manifest.entries
        news = {
            path: entry
            for path, entry in entries.items()
            if path in files and entry.sha256 not in ("", files[path].sha256) and not entry.gone
        }
        before = {entry.sha256 for entry in news.values()} | {version.sha256 for version in gone.values()}
        moved = any(files[path].sha256 in before for path in news)
        if not moved and set(fresh) <= set(renames):
            return {}
        effort, found = Effort(), {}
        for path in news:
            with suppress(Exception):  # it keeps its name, and others go on
                base = self.manifest.base(path)
                if base is not None and file_likeness(base, files[path], effort) < SAME_FILE:
                    found[path] = base
        return found

    def _moved(self, names: list[str], old: Versions) -> Fate | None:
        """Return the fate of files of which each takes the next one's name; None when better seen apart.

        A ring begins and ends with the same name.
        """
        files, entries = self.source.files, self.manifest.entries
        if any(obstacle(self.into, name) or protection(self.into / name) for name in names):
            return None
        mine = {name: self.hashes.version(self.into / name) for name in names}
        if len(names) > 2:
            if sum(each.size for each in mine.values() if each is not None) > MOST_BYTES:
                return None
            mine = {name: each and Version(each.data) for name, each in mine.items()}
        first, last, ring = names[0], names[-1], names[0] == names[-1]
        # A file system that ignores case shows the old file under both names: it keeps the one it has.
        one_file = len(names) == 2 and _is_one_file(self.into / first, self.into / last)
        if not ring and not one_file and not self._makes_way(last, mine[last]):
            return None
        decisions: dict[str, tuple[Decision, Version]] = {}
        for name, target in pairwise(names):
            own, entry, theirs = mine[name], entries[name], files[target]
            if own is None:
                return None
            decision = decide(Sides(target, entry, old[name], own, theirs, self.source.equal, self.effort))
            if decision.action in (Action.BESIDE, Action.REFUSED) or decision.entry is None:
                return None
            decisions[target] = decision, own
        # From the end, so that each name is free when a file takes it.
        steps = [
            Step(target, own if one_file else mine[target], decision.write or own)
            for target, (decision, own) in reversed(decisions.items())
        ]
        after: dict[str, Entry | None] = {
            target: replace(decision.entry, offered="")
            for target, (decision, _) in decisions.items()
            if decision.entry is not None
        }
        if not ring:
            reused = files.get(first)
            if reused is not None and decide(Sides(first, NEVER, None, None, reused)).write is None:
                return None
            after[first] = delivered(reused) if reused is not None else None
            steps += [] if one_file else [Step(first, mine[first], reused)]
        return self._told(names, decisions, tuple(steps), after)

    def _makes_way(self, name: str, mine: Version | None) -> bool:
        """Tell whether a name is free, or what has it is nothing of the participant's."""
        if mine is None:
            return not (self.into / name).exists()
        entry = self.manifest.entries.get(name)
        return entry is not None and not edited(entry, mine)

    def _told(
        self,
        names: list[str],
        decisions: Mapping[str, tuple[Decision, Version]],
        steps: tuple[Step, ...],
        after: Mapping[str, Entry | None],
    ) -> Fate:
        """Return the fate in words, each file under its new name."""
        entries, told = self.manifest.entries, []
        for old, new in pairwise(names):
            decision, mine = decisions[new]
            action, why = Action.UPDATED, f"the workshop renamed {old}"
            if decision.write is None and mine.sha256 != entries[old].sha256:
                action, why = Action.MERGED, f"{why}; what you changed moved along"
            elif decision.action == Action.MERGED:
                action, why = Action.MERGED, f"{why}; {decision.why}"
            told.append(Fate(new, action, why))
        if after[names[0]] is not None and names[0] not in decisions:
            told.append(Fate(names[0], Action.UPDATED, "it is new"))
        return replace(told[-1], steps=steps, entries=after, others=tuple(told[:-1]))


def _groups(forward: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield the names of each chain in their order, and of each ring, its first name again at its end."""
    starts = [name for name in forward if name not in set(forward.values())]
    seen: set[str] = set()
    for name in (*starts, *forward):
        if name in seen:
            continue
        names = [name]
        seen.add(name)
        while (following := forward.get(names[-1])) is not None:
            names.append(following)
            if following in seen:
                break
            seen.add(following)
        yield names


def _is_one_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
