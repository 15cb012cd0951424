"""One pull from beginning to end, under one lock: fetch, verify, and hand over to ``ansible-pull``."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from workshop.errors import WorkshopError
from workshop.pull.play import Play, Played, play
from workshop.pull.revision import Origin, origin, verified_revision
from workshop.pull.tree import checkout_folder, make_current, publish, recall, remember, require_files
from workshop.sync.files import only_one
from workshop.sync.git import UnreachableError
from workshop.sync.mirror import Mirror
from workshop.sync.trust import Last, Revision, read_last, write_last
from workshop.updates import Updates, require_signers

Player = Callable[[Play], Played]
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
        require_own(self.prefix)
        chosen = source or self.updates.url
        if not chosen:
            raise WorkshopError("this machine has no address to pull from; name a stick with --from")
        start = origin(chosen)
        if dry_run:
            return self._foresee(start, signers, trust_new_source)
        with only_one(self.folder) as lock:
            try:
                return self._take(start, signers, trust_new_source, lock)
            except UnreachableError as reason:
                return self._offline(str(reason), lock)

    def _take(self, start: Origin, signers: Path, trust_new_source: bool, lock: int) -> Pulled:
        mirror, last = Mirror(self.folder / "mirror"), read_last(self.folder)
        revision, branch = verified_revision(
            mirror, start, self.updates.branch or None, signers, last, trust_new_source
        )
        require_files(mirror, revision.commit, self.updates.playbook, "ansible.cfg")
        publish(mirror, revision, branch)
        mirror.trust(revision.commit)
        write_last(self.folder, Last(start.address or last.url, revision.commit, revision.tag, revision.date))
        return _report(revision, self._play(mirror, revision.commit, lock))

    def _play(self, mirror: Mirror, commit: str, lock: int) -> Played:
        """Run the playbook, and remember whether it came to its end."""
        tree = checkout_folder(self.folder, commit)
        remember(self.folder, commit, finished=False)
        repository = mirror.git.repository
        played = self.player(
            Play(
                self.prefix,
                repository,
                commit,
                tree,
                self.folder / "ansible",
                self.updates.playbook,
                variables(tree, repository),
                lock=lock,
            )
        )
        remember(self.folder, commit, finished=True)
        make_current(tree)
        return played

    def _foresee(self, start: Origin, signers: Path, trust_new_source: bool) -> Pulled:
        """Do the same in a passing folder, and let Ansible only tell."""
        last = read_last(self.folder)
        with TemporaryDirectory(prefix="workshop-pull-") as passing:
            folder = Path(passing).resolve()
            folder.chmod(0o755)  # the participant's account reads it
            mirror = Mirror(folder / "mirror", self.folder / "mirror" / "repository.git" / "objects")
            try:
                revision, branch = verified_revision(
                    mirror, start, self.updates.branch or None, signers, last, trust_new_source
                )
            except UnreachableError as reason:
                return Pulled(False, last.commit[:8], last.tag, note=f"nothing done, {reason}")
            require_files(mirror, revision.commit, self.updates.playbook, "ansible.cfg")
            repository, tree = publish(mirror, revision, branch), folder / "source"
            wanted = Play(
                self.prefix,
                repository,
                revision.commit,
                tree,
                folder / "ansible",
                self.updates.playbook,
                variables(tree, repository),
                check=True,
            )
            return _report(revision, self.player(wanted))

    def _offline(self, reason: str, lock: int) -> Pulled:
        """Do nothing, or what the last pull left undone: for that no network is needed."""
        mirror, last = Mirror(self.folder / "mirror"), read_last(self.folder)
        if last.commit and recall(self.folder) != (last.commit, True) and mirror.has(last.commit):
            played = self._play(mirror, last.commit, lock)
            note = f"{reason}; finished what the last pull began"
            return Pulled(played.changed > 0, last.commit[:8], last.tag, note=note)
        return Pulled(False, last.commit[:8], last.tag, note=f"nothing done, {reason}")


def require_own(prefix: Path) -> None:
    """Raise WorkshopError when another account set the machine up.

    With fewer rights the update fails half-way; and root would run what that account can change.
    """
    try:
        owner = prefix.stat().st_uid
    except OSError:
        return
    if owner != os.geteuid():
        try:
            name = pwd.getpwuid(owner).pw_name
        except KeyError:
            name = str(owner)
        raise WorkshopError(f"{prefix} belongs to the account {name}, who set it up; run this as {name}")


def variables(tree: Path, repository: Path) -> dict[str, object]:
    """Return what the playbook is told besides what set-up wrote down: where the new revision is."""
    return {"workshop_source": str(tree), "notebook_sync_from": str(repository)}


def _report(revision: Revision, played: Played) -> Pulled:
    return Pulled(played.changed > 0, revision.name, revision.tag, revision.message, revision.note)
