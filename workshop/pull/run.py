"""One pull from beginning to end, under one lock: fetch, verify, export, play."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from workshop.errors import WorkshopError
from workshop.pull.play import Played, play
from workshop.pull.revision import Origin, origin, verified_revision
from workshop.pull.tree import CURRENT, export, keep, make_current, publish
from workshop.sync.files import only_one, write_atomically
from workshop.sync.git import UnreachableError
from workshop.sync.mirror import Mirror
from workshop.sync.trust import Last, Revision, read_last, write_last
from workshop.updates import Updates, require_signers

Player = Callable[..., Played]
"""Runs a playbook; see ``play``."""


@dataclass(frozen=True)
class Pulled:
    """What one pull did."""

    changed: bool
    revision: str
    """Short name of the revision that the machine has now; empty when it has none."""
    tag: str = ""
    news: str = ""
    note: str = ""


@dataclass(frozen=True)
class Puller:
    """A machine that updates itself."""

    prefix: Path
    updates: Updates
    player: Player = play

    @property
    def folder(self) -> Path:
        """Where the mirror, the trees and the record of the last pull are."""
        return self.prefix / "pull"

    def pull(
        self, source: str | None = None, dry_run: bool = False, trust_new_source: bool = False
    ) -> Pulled:
        """Bring the machine to the newest signed revision; the same revision again repairs it.

        ``source`` is a stick instead of the machine's own address. Offline is no error. Raises
        WorkshopError when the update is refused, with nothing of it run and the last tree in place, or
        when it fails; then the next pull tries it again.
        """
        signers = require_signers(self.updates)
        chosen = source or self.updates.url
        if not chosen:
            raise WorkshopError("this machine has no address to pull from; name a stick with --from")
        start = origin(chosen)
        if dry_run:
            return self._foresee(start, signers, trust_new_source)
        with only_one(self.folder):
            try:
                return self._take(start, signers, trust_new_source)
            except UnreachableError as reason:
                return self._offline(str(reason))

    def _take(self, start: Origin, signers: Path, trust_new_source: bool) -> Pulled:
        mirror, last = Mirror(self.folder / "mirror"), read_last(self.folder)
        revision, branch = verified_revision(
            mirror, start, self.updates.branch or None, signers, last, trust_new_source
        )
        tree = keep(mirror, revision, self.folder)
        repository = publish(mirror, revision, branch)
        mirror.trust(revision.commit)
        write_last(self.folder, Last(start.address or last.url, revision.commit, revision.tag, revision.date))
        make_current(tree)
        played = self._play(tree, repository, revision.commit)
        return _report(revision, played)

    def _play(self, tree: Path, repository: Path, commit: str) -> Played:
        """Run the playbook, and remember whether it came to its end."""
        self._remember(commit, finished=False)
        played = self.player(self.prefix, tree, self.updates.playbook, variables(tree, repository))
        self._remember(commit, finished=True)
        return played

    def _foresee(self, start: Origin, signers: Path, trust_new_source: bool) -> Pulled:
        """Do the same in a passing folder, and let Ansible only tell."""
        last = read_last(self.folder)
        with TemporaryDirectory(prefix="workshop-pull-") as passing:
            Path(passing).chmod(0o755)  # the participant's account reads it
            mirror = Mirror(Path(passing) / "mirror", self.folder / "mirror" / "repository.git" / "objects")
            try:
                revision, branch = verified_revision(
                    mirror, start, self.updates.branch or None, signers, last, trust_new_source
                )
            except UnreachableError as reason:
                return Pulled(False, last.commit[:8], last.tag, note=f"nothing done, {reason}")
            tree = Path(passing) / "source"
            export(mirror, revision.commit, tree)
            told = variables(tree, publish(mirror, revision, branch))
            return _report(revision, self.player(self.prefix, tree, self.updates.playbook, told, check=True))

    def _offline(self, reason: str) -> Pulled:
        """Do nothing, or what the last pull left undone: for that no network is needed."""
        last, tree = read_last(self.folder), self.folder / CURRENT
        if self._unfinished() == last.commit and last.commit and tree.is_dir():
            repository = self.folder / "mirror" / "repository.git"
            played = self._play(tree.resolve(), repository, last.commit)
            note = f"{reason}; finished what the last pull began"
            return Pulled(played.changed > 0, last.commit[:8], last.tag, note=note)
        return Pulled(False, last.commit[:8], last.tag, note=f"nothing done, {reason}")

    def _remember(self, commit: str, finished: bool) -> None:
        document = {"commit": commit, "finished": finished}
        write_atomically(self.folder / "last-run.json", (json.dumps(document) + "\n").encode())

    def _unfinished(self) -> str:
        """Return the revision whose playbook did not come to its end; empty when there is none."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            document = json.loads((self.folder / "last-run.json").read_text(encoding="utf-8"))
            return "" if document["finished"] else str(document["commit"])
        return ""


def variables(tree: Path, repository: Path) -> dict[str, object]:
    """Return what the playbook is told besides what set-up wrote down: where the new revision is."""
    return {"workshop_source": str(tree), "notebook_sync_from": str(repository)}


def _report(revision: Revision, played: Played) -> Pulled:
    return Pulled(played.changed > 0, revision.name, revision.tag, revision.message, revision.note)
