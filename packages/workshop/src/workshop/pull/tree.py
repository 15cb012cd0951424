"""The folders that verified revisions are checked out into, and the repository that hands them over."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import suppress
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.sync.files import write_atomically
from workshop.sync.git import printable
from workshop.sync.mirror import OFFER, Mirror
from workshop.sync.trust import Revision

PREFIX = "source-"
CURRENT = "current"
LAST_RUN = "last-run.json"
OBJECT_NAME = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def remember(folder: Path, commit: str, finished: bool) -> None:
    """Write down whether a revision's playbook came to its end."""
    document = {"commit": commit, "finished": finished}
    write_atomically(folder / LAST_RUN, (json.dumps(document) + "\n").encode())


def recall(folder: Path) -> tuple[str, bool]:
    """Return which revision was run last, and whether its playbook came to its end."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        document = json.loads((folder / LAST_RUN).read_text(encoding="utf-8"))
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


def publish(mirror: Mirror, revision: Revision, branch: str) -> Path:
    """Let accounts of this machine, and ``ansible-pull``, take exactly this revision from the mirror.

    Raises WorkshopError for a branch that is named like a commit: who asks for that commit gets the branch.
    """
    if OBJECT_NAME.fullmatch(branch):
        raise WorkshopError(
            f"the branch {printable(branch)} is named like a commit; nothing was changed; ask the organiser"
        )
    listed = mirror.git.output("for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags").decode()
    kept = {f"refs/heads/{branch}", f"refs/tags/{revision.tag}"}
    for name in listed.splitlines():
        if name not in kept:
            mirror.git.output("update-ref", "-d", name)
    mirror.git.output("update-ref", f"refs/heads/{branch}", revision.commit)
    mirror.git.output("symbolic-ref", "HEAD", f"refs/heads/{branch}")
    if revision.tag and not OBJECT_NAME.fullmatch(revision.tag):
        mirror.git.output("update-ref", f"refs/tags/{revision.tag}", f"{OFFER}/tags/{revision.tag}")
    return mirror.git.repository


def require_files(mirror: Mirror, commit: str, *names: str) -> None:
    """Raise WorkshopError when a revision lacks one of these files.

    Without a configuration of its own, Ansible would read that of the account or of the machine.
    """
    for name in names:
        kind = mirror.git.run("ls-tree", "--full-tree", commit, "--", name).stdout
        if not kind.startswith((b"100644 blob ", b"100755 blob ")):
            raise WorkshopError(f"the organiser's revision has no {name}; ask the organiser")
