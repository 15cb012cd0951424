"""The machine's own update, under one lock: fetch, verify, and hand one revision over to ``ansible-pull``.

Verified revisions are checked out into folders of their own (``playing``); one repository hands exactly the
newest over.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from workshop.errors import WorkshopError
from workshop.output import console, messages, print_json
from workshop.settings import load_settings
from workshop.sync.files import only_one, read_json, write_atomically
from workshop.sync.git import UnreachableError, printable, require_git
from workshop.sync.keys import Revision, Signers
from workshop.sync.mirror import OFFER, Mirror
from workshop.sync.playing import Play, play
from workshop.sync.source import Origin, origin
from workshop.sync.trust import (
    Last,
    Trust,
    after,
    read_last,
    require_known_url,
    trusted_revision,
    write_last,
)
from workshop.updates import Updates, load_updates, require_signers

PREFIX = "source-"
CURRENT = "current"
LAST_RUN = "last-run.json"
OBJECT_NAME = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")

Player = Callable[[Play], int]
"""Runs a playbook and returns how many tasks changed something; see ``play``."""


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

    def pull(self, source: str | None = None, dry_run: bool = False, trust: Trust | None = None) -> Pulled:
        """Bring the machine to the newest signed revision; the same revision again repairs it.

        ``source`` is a stick instead of the machine's own address; ``trust`` says what is allowed this once.
        Offline is no error. Raises WorkshopError when the update is refused, with nothing of it run and the
        last tree in place, or when it fails; then the next pull tries it again.
        """
        trust = replace(trust or Trust(), signers=require_signers(self.updates))
        require_own(self.prefix)
        chosen = source or self.updates.url
        if not chosen:
            raise WorkshopError("this machine has no address to pull from; name a stick with --from")
        start = origin(chosen)
        if dry_run:  # the same in a passing folder, and Ansible only tells
            with TemporaryDirectory(prefix="workshop-pull-") as passing:
                folder = Path(passing).resolve()
                folder.chmod(0o755)  # the participant's account reads it
                lent = self.folder / "mirror" / "repository.git" / "objects"
                return self._take(Mirror(folder / "mirror", lent), start, trust, None)
        with only_one(self.folder) as lock:
            return self._take(Mirror(self.folder / "mirror"), start, trust, lock)

    def _take(self, mirror: Mirror, start: Origin, trust: Trust, lock: int | None) -> Pulled:
        """Fetch and verify into a mirror, and run the playbook; a dry run has no lock."""
        last, branch = read_last(self.folder), self.updates.branch or None
        files = self.updates.playbook, "ansible.cfg"
        try:
            revision, followed = verified_revision(mirror, start, branch, trust, last, *files)
        except UnreachableError as reason:
            return self._offline(mirror, last, str(reason), lock)
        publish(mirror, revision, followed)
        mirror.trust(revision.commit)
        write_last(mirror.folder.parent, after(last, start.address, revision))
        changed = self._play(mirror, revision.commit, lock, trust.reset)
        return Pulled(changed > 0, revision.name, revision.tag, revision.message, revision.note)

    def _play(self, mirror: Mirror, commit: str, lock: int | None, reset: str = "") -> int:
        """Run the playbook beside the mirror, and remember whether it came to its end."""
        folder = mirror.folder.parent
        tree, work = checkout_folder(folder, commit), folder / "ansible"
        # What the playbook is told besides what set-up wrote down: where the new revision is.
        told: dict[str, object] = {"workshop_source": str(tree), "notebook_sync_from": str(mirror.repository)}
        told |= {"notebook_sync_reset": reset} if reset else {}
        playbook, check = self.updates.playbook, lock is None
        remember(folder, commit, finished=False)
        wanted = Play(self.prefix, mirror.repository, commit, tree, work, playbook, told, check, lock)
        changed = self.player(wanted)
        remember(folder, commit, finished=True)
        make_current(tree)
        return changed

    def _offline(self, mirror: Mirror, last: Last, reason: str, lock: int | None) -> Pulled:
        """Do nothing, or what the last pull left undone: for that no network is needed."""
        done = lock is None or not last.commit or recall(self.folder) == (last.commit, True)
        if done or not mirror.has(last.commit):
            return Pulled(False, last.commit[:8], last.tag, note=f"nothing done, {reason}")
        changed = self._play(mirror, last.commit, lock)
        note = f"{reason}; finished what the last pull began"
        return Pulled(changed > 0, last.commit[:8], last.tag, note=note)


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


def verified_revision(
    mirror: Mirror, start: Origin, branch: str | None, trust: Trust, last: Last, *files: str
) -> tuple[Revision, str]:
    """Fetch into the mirror; return the revision to take, and the branch that it is on.

    Raises UnreachableError when the network fails, WorkshopError when there is no revision with a good
    signature, when it is older than ``last``, lacks one of ``files``, or comes from another address.
    """
    require_git()
    assert trust.signers is not None
    signers = Signers(trust.signers)
    require_known_url(last, start.address, trust.trust_new_source or bool(trust.reset))
    mirror.ensure()
    remote = mirror.look(start.url, start.shown)
    followed = remote.branch(branch, start.shown)
    with mirror.quarantine():
        if mirror.has_all(remote, followed):
            tip = mirror.commit(f"{OFFER}/heads/{followed}")
        else:
            tip = mirror.fetch(start.url, followed, start.shown)
        revision = trusted_revision(mirror, tip, followed, trust, signers, last)
        # Without a configuration of its own, Ansible would read that of the account or of the machine.
        for name in files:
            if mirror.file(revision.commit, name) is None:
                raise WorkshopError(f"the organiser's revision has no {name}; ask the organiser")
    return revision, followed


def remember(folder: Path, commit: str, finished: bool) -> None:
    """Write down whether a revision's playbook came to its end."""
    document = {"commit": commit, "finished": finished}
    write_atomically(folder / LAST_RUN, (json.dumps(document) + "\n").encode())


def recall(folder: Path) -> tuple[str, bool]:
    """Return which revision was run last, and whether its playbook came to its end."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        document = read_json(folder / LAST_RUN)
        return str(document["commit"]), bool(document["finished"])
    return "", False


def checkout_folder(folder: Path, commit: str) -> Path:
    """Return where a revision belongs; what a run that did not end left there is taken away.

    Nobody knows how far such a checkout came, and another one takes seconds.
    """
    tree = folder / f"{PREFIX}{commit}"
    if recall(folder) != (commit, True) or not (tree / ".git").is_dir():
        discard(tree)
    return tree


def discard(tree: Path) -> None:
    """Remove a tree, whatever it is."""
    if tree.is_symlink() or tree.is_file():
        tree.unlink()
    elif tree.exists():
        shutil.rmtree(tree)


def make_current(tree: Path) -> None:
    """Point ``current`` at a tree; of the others only the one before it stays."""
    folder = tree.parent
    link, beside = folder / CURRENT, folder / f".{CURRENT}.new"
    before = link.readlink().name if link.is_symlink() else ""
    if before != tree.name:
        beside.unlink(missing_ok=True)
        beside.symlink_to(tree.name)
        beside.replace(link)
    others = sorted(
        (old for old in folder.glob(f"{PREFIX}*") if old.name != tree.name),
        key=lambda old: (old.name == before, old.lstat().st_mtime),
    )
    # The last one is what was current before, or else the newest of them.
    for old in [*others[:-1], *folder.glob(f".{PREFIX}*")]:
        with suppress(OSError):
            discard(old)


def publish(mirror: Mirror, revision: Revision, branch: str) -> None:
    """Let accounts of this machine, and ``ansible-pull``, take exactly this revision from the mirror.

    Raises WorkshopError for a branch that is named like a commit: who asks for that commit gets the branch.
    """
    if OBJECT_NAME.fullmatch(branch):
        raise WorkshopError(
            f"the branch {printable(branch)} is named like a commit; nothing was changed; ask the organiser"
        )
    listed = mirror.git.output("for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags").decode()
    # Each tag of the chain says which keys the next one may bear.
    tags = [tag for tag in {*revision.chain, revision.tag} if tag and not OBJECT_NAME.fullmatch(tag)]
    kept = {f"refs/heads/{branch}", *(f"refs/tags/{tag}" for tag in tags)}
    for name in listed.splitlines():
        if name not in kept:
            mirror.git.output("update-ref", "-d", name)
    mirror.git.output("update-ref", f"refs/heads/{branch}", revision.commit)
    mirror.git.output("symbolic-ref", "HEAD", f"refs/heads/{branch}")
    for tag in tags:
        mirror.git.output("update-ref", f"refs/tags/{tag}", f"{OFFER}/tags/{tag}")


app = typer.Typer(
    help="Update this machine to the newest signed revision.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def pull(
    source: Annotated[
        str | None, typer.Option("--from", help="A stick or bundle; default: the machine's own address.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing; show what would change.")
    ] = False,
    trust_new_source: Annotated[
        bool, typer.Option("--trust-new-source", help="Accept that updates come from another address now.")
    ] = False,
    ignore_clock: Annotated[
        bool, typer.Option("--ignore-clock", help="Judge keys and dates without this machine's clock, once.")
    ] = False,
    reset: Annotated[
        str, typer.Option(metavar="CODE", help="Take the one revision whose code the organiser reads to you.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Fetch the newest revision that the organiser signed, and only then run its playbook here.

    Exit 0: done, or offline. 1: refused or failed; a line says why. For notebooks alone, and without
    the rights of whoever set the machine up, there is workshop sync.
    """
    # The participant's account reads what root fetched, whatever root's shell has for a mask.
    os.umask(0o022)
    settings = load_settings()
    trust = Trust(trust_new_source=trust_new_source, ignore_clock=ignore_clock, reset=reset)
    if settings.prefix is None:
        raise WorkshopError("this machine was not set up; run the set-up first, or use workshop sync")
    pulled = Puller(settings.prefix, load_updates(settings)).pull(source, dry_run, trust)
    if as_json:
        print_json(asdict(pulled))
        return
    if pulled.note:
        messages.print(f"! {pulled.note}", markup=False, highlight=False)
    if pulled.changed and pulled.news:
        console.print(f"What is new: {pulled.tag}\n{pulled.news}", markup=False, highlight=False)
    verdict = "would be brought to" if dry_run else "is at"
    if pulled.revision:
        name = " ".join(filter(None, (pulled.revision, pulled.tag)))
        console.print(f"This machine {verdict} revision {name}.", markup=False, highlight=False)
