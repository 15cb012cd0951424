"""The mirror: a bare repository under the state folder that holds what the organiser offers."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.sync.files import ensure_folder, write_atomically
from workshop.sync.git import CONFIG, FETCH_SECONDS, Git, UnreachableError

OFFER = "refs/offer"
"""Below it lie the branch and the tags of the last fetch."""
TRUSTED = "refs/trusted/last"
"""The last revision that was delivered; it keeps its history in the mirror."""


@dataclass(frozen=True)
class Remote:
    """What a repository has to offer, by one question to it."""

    refs: dict[str, str]
    """Object names by full ref names."""
    head: str
    """The default branch; empty when it has none."""
    fingerprint: str
    """The same as long as nothing changed there."""

    def branch(self, wanted: str | None, source: str) -> str:
        """Return the branch to follow; raises WorkshopError when there is no such one."""
        names = [name.removeprefix("refs/heads/") for name in self.refs if name.startswith("refs/heads/")]
        if wanted is not None and wanted in names:
            return wanted
        if wanted is None:
            for name in (self.head, "main", "master", *names[: len(names) == 1]):
                if name in names:
                    return name
        have = ", ".join(sorted(names)) or "none"
        raise WorkshopError(f"{source} has no branch {wanted or 'of its own choice'}; it has: {have}")


@dataclass(frozen=True)
class Item:
    """One entry of a tree."""

    path: str
    mode: str
    kind: str
    name: str
    """The object's name."""


class Mirror:
    """Fetches, and reads without ever checking out."""

    def __init__(self, folder: Path, alternate: Path | None = None) -> None:
        """Use the bare repository in ``folder``; ``alternate`` lends its objects to a passing one."""
        self.folder = folder
        self.git = Git(folder / "repository.git", folder / "config")
        self._alternate = alternate

    def configure(self) -> None:
        """Write git's configuration, unless it is there already."""
        ensure_folder(self.folder)
        if not self.git.config.is_file() or self.git.config.read_text(encoding="utf-8") != CONFIG:
            write_atomically(self.git.config, CONFIG.encode())

    def ensure(self) -> None:
        """Make the repository, or mend one that a kill left behind. Call it with the lock held."""
        repository = self.git.repository
        if self.git.run("rev-parse", "--is-bare-repository").stdout.strip() != b"true":
            shutil.rmtree(repository, ignore_errors=True)
            self.git.output(
                "init", "--quiet", "--bare", "--template=", "--initial-branch=none", str(repository)
            )
        for left in (*repository.rglob("*.lock"), *repository.glob("objects/pack/tmp_*")):
            left.unlink(missing_ok=True)
        if self._alternate is not None and self._alternate.is_dir():
            info = repository / "objects" / "info"
            info.mkdir(exist_ok=True)
            (info / "alternates").write_text(f"{self._alternate}\n", encoding="utf-8")

    def look(self, url: str, source: str) -> Remote:
        """Ask a repository what it has; this needs no mirror yet."""
        self.configure()
        out = self.git.ask("ls-remote", "--symref", "--", url, source=source)
        text = out.decode(errors="replace")
        refs = {name: oid for oid, name in re.findall(r"^([0-9a-f]{40,64})\t(\S+)$", text, re.MULTILINE)}
        head = re.search(r"^ref: refs/heads/(\S+)\tHEAD$", text, re.MULTILINE)
        if not refs and url.startswith("http"):  # a page instead of a repository looks the same
            raise UnreachableError(
                f"offline: nothing that {source} could offer came; sign in to the network in a browser first"
            )
        if not refs:
            raise WorkshopError(f"{source} is an empty repository; nothing was changed")
        return Remote(refs, head[1] if head else "", hashlib.sha256(out).hexdigest())

    def fetch(self, url: str, branch: str, source: str) -> str:
        """Fetch a branch and all tags; return the branch's commit."""
        self.git.ask(
            "fetch",
            "--quiet",
            "--prune",
            "--force",
            "--no-tags",
            "--no-recurse-submodules",
            "--update-shallow",
            "--no-write-fetch-head",
            "--",
            url,
            f"+refs/heads/{branch}:{OFFER}/heads/{branch}",
            f"+refs/tags/*:{OFFER}/tags/*",
            source=source,
            seconds=FETCH_SECONDS,
        )
        return self.commit(f"{OFFER}/heads/{branch}")

    def commit(self, name: str) -> str:
        """Return the commit that a name stands for; raises WorkshopError when there is none."""
        found = self.git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if found.returncode:
            raise WorkshopError(f"the mirror lacks {name}; delete {self.folder} and sync again")
        return found.stdout.decode().strip()

    def has(self, commit: str) -> bool:
        """Tell whether the mirror has a commit."""
        return self.git.run("cat-file", "-e", f"{commit}^{{commit}}").returncode == 0

    def is_ancestor(self, old: str, new: str) -> bool:
        """Tell whether ``new`` grew from ``old``."""
        return self.git.run("merge-base", "--is-ancestor", old, new).returncode == 0

    def trust(self, commit: str) -> None:
        """Hold on to a revision that was delivered."""
        self.git.output("update-ref", TRUSTED, commit)

    def tree(self, commit: str, subdir: str, source: str) -> list[Item]:
        """List every file below ``subdir`` of a revision."""
        place = "" if subdir in ("", ".") else subdir.strip("/")
        kind = self.git.run("cat-file", "-t", f"{commit}:{place}").stdout.strip()
        if kind != b"tree":
            raise WorkshopError(f"there is no folder {subdir} in {source}; name another with --subdir")
        listed = self.git.output("ls-tree", "-r", "-z", "--full-tree", f"{commit}:{place}")
        return list(_items(listed))

    def blobs(self, names: Iterable[str]) -> Iterator[bytes]:
        """Yield the contents of blobs, in the order of their names."""
        wanted = list(names)
        out = self.git.output("cat-file", "--batch", feed="".join(f"{name}\n" for name in wanted).encode())
        place = 0
        for name in wanted:
            end = out.index(b"\n", place)
            words = out[place:end].split()
            if len(words) != 3 or words[1] != b"blob":
                raise WorkshopError(
                    f"the mirror lacks the object {name}; delete {self.folder} and sync again"
                )
            size = int(words[2])
            yield out[end + 1 : end + 1 + size]
            place = end + 1 + size + 1

    def blob(self, name: str) -> bytes:
        """Return the content of one blob."""
        return next(self.blobs([name]))


def _items(listed: bytes) -> Iterator[Item]:
    for row in listed.split(b"\0"):
        if row:
            head, _, path = row.partition(b"\t")
            mode, kind, name = head.decode().split()
            yield Item(path.decode(errors="surrogateescape"), mode, kind, name)
