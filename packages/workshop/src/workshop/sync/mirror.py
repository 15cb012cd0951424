"""The mirror: a bare repository under the state folder that holds what the organiser offers.

What is fetched lies apart until somebody has judged it; what is refused leaves nothing behind.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from workshop.errors import WorkshopError
from workshop.sync.files import make_way, write_atomically, write_own
from workshop.sync.git import (
    CONFIG,
    FETCH_SECONDS,
    SIGN_IN,
    DamagedMirrorError,
    Git,
    UnreachableError,
    printable,
    stop,
)

T = TypeVar("T")
OFFER = "refs/offer"
"""Below it lie the branch and the tags of the last fetch."""
TRUSTED = "refs/trusted/last"
"""The last revision that was delivered; it keeps its history in the mirror."""
MOST_REFS = 50_000
MOST_FILES = 20_000
MOST_REFUSED = 1_000_000
"""If nothing of a fetch is taken, no more bytes than this stay; so few are not fetched again each night."""
PIECE = 1 << 20
MOST_HEAD = 200
"""So long the line may be that names an object, its type and its size."""


def lacks(folder: Path, what: str) -> DamagedMirrorError:
    """Return the error of a mirror in ``folder`` in which something is not there."""
    return DamagedMirrorError(f"the mirror lacks {what}; delete {folder} and sync again")


@contextmanager
def understood(words: str) -> Iterator[None]:
    """Read an answer of git's inside: one that makes no sense is a damaged mirror, which is made anew."""
    try:
        yield
    except (ValueError, LookupError) as error:
        raise DamagedMirrorError(f"git {words} gave an answer that makes no sense; sync again") from error


@dataclass(frozen=True)
class Remote:
    """What a repository has to offer, by one question to it, and what of it is followed."""

    url: str
    source: str
    """What people know it as."""
    branch: str
    refs: dict[str, str]
    """Object names by full ref names."""
    answer: bytes
    """What it said; the same as long as nothing changed there."""


def branch_to_follow(refs: Iterable[str], head: str, wanted: str | None, source: str) -> str:
    """Return the branch that is wanted, or the source's own choice; raises WorkshopError without one."""
    names = [name.removeprefix("refs/heads/") for name in refs if name.startswith("refs/heads/")]
    only = names if len(names) == 1 else []
    for name in (head, "main", "master", *only) if wanted is None else (wanted,):
        if name in names:
            return name
    have = printable(", ".join(sorted(names)[:20])) or "none"
    raise WorkshopError(f"{source} has no branch {wanted or 'of its own choice'}; it has: {have}")


@dataclass(frozen=True)
class Item:
    """One entry of a tree."""

    path: str
    mode: str
    kind: str
    name: str
    """The object's name."""


@dataclass
class Objects:
    """Reads objects by one git that stays: each costs no more than its bytes."""

    git: Git
    folder: Path
    """What people are to delete when objects are missing."""
    broken: bool = False
    """Whether an object was missing or damaged."""
    _process: subprocess.Popen[bytes] | None = None

    def read(self, name: str, most: int | None = None) -> bytes:
        """Return an object's content, or its first bytes; raises WorkshopError when it is not there."""
        kept, size = [], 0
        for piece in self.pieces(name):
            kept += [piece] if most is None or size < most else []
            size += len(piece)
        return b"".join(kept)[:most]

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield an object's content piece by piece; all of it must be taken."""
        process = self._process = self._process or self.git.start("cat-file", "--batch")
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(f"{name}\n".encode())
            process.stdin.flush()
            words = process.stdout.readline(MOST_HEAD).split()
            left = int(words[2]) + 1 if len(words) == 3 and words[2].isdigit() else 0
            while left > 1:
                piece = process.stdout.read(min(PIECE, left - 1))
                if not piece:
                    break
                left -= len(piece)
                yield piece
            good = left == 1 and process.stdout.read(1) == b"\n"
        except (OSError, ValueError):
            good = False
        if not good:
            self.close()
            self.broken = True
            raise lacks(self.folder, f"the object {name}")

    def close(self) -> None:
        """End the git."""
        if self._process is not None:
            # A git that died took less than it was given; closing its pipe says so once more.
            with suppress(BrokenPipeError), self._process as process:
                stop(process)
        self._process = None


class Mirror:
    """Fetches, and reads without ever checking out."""

    def __init__(self, folder: Path, alternate: Path | None = None) -> None:
        """Use the bare repository in ``folder``; ``alternate`` lends its objects to a passing one."""
        self.folder = folder
        self.repository = folder / "repository.git"
        self._incoming = folder / "incoming"
        self._alternate = alternate
        self.git = Git(self.repository, folder / "config")
        self.objects = Objects(self.git, folder)
        self.brought_nothing = False
        """Whether of all that was fetched nothing is taken: what was delivered before stays the newest."""

    def configure(self) -> None:
        """Write git's configuration, unless it is there already."""
        make_way(self.folder)
        make_way(self.repository)
        if not self.git.config.is_file() or self.git.config.read_bytes() != CONFIG.encode():
            write_own(self.git.config, CONFIG.encode())

    def ensure(self) -> None:
        """Make the repository, or mend one that a kill left behind. Call it with the lock held."""
        self.configure()
        repository = self.repository
        if self._incoming.exists():
            self._drop()
        if not self._is_whole():
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

    def _is_whole(self) -> bool:
        """Tell whether git takes the repository for one."""
        return self.git.run("rev-parse", "--is-bare-repository").stdout.strip() == b"true"

    def look(self, url: str, source: str, branch: str | None = None) -> Remote:
        """Ask a repository, which people know as ``source``, what it has; this needs no mirror yet."""
        self.configure()
        words = ("ls-remote", "--symref", "--", url)
        try:
            out = self.git.ask(*words, source=source)
        except WorkshopError:
            if not self.repository.exists() or self._is_whole():
                raise
            self.discard()
            out = self.git.ask(*words, source=source)
        text = out.decode(errors="replace")
        refs = {name: oid for oid, name in re.findall(r"^([0-9a-f]{40,64})\t(\S+)$", text, re.MULTILINE)}
        head = re.search(r"^ref: refs/heads/(\S+)\tHEAD$", text, re.MULTILINE)
        if not refs and url.startswith("http"):  # a page instead of a repository looks the same
            raise UnreachableError(f"offline: nothing that {source} could offer came; {SIGN_IN}")
        if not refs:
            raise WorkshopError(f"{source} is an empty repository; nothing was changed")
        if len(refs) > MOST_REFS:
            raise WorkshopError(f"{source} has more than {MOST_REFS} branches and tags; nothing was changed")
        return Remote(url, source, branch_to_follow(refs, head[1] if head else "", branch, source), refs, out)

    @contextmanager
    def _quarantine(self) -> Iterator[None]:
        """Keep what is fetched apart; it joins the mirror when the block ends well, and is gone when not."""
        shallow = self.repository / "shallow"
        before = shallow.read_bytes() if shallow.exists() else None
        own = self.repository / "objects"
        shutil.rmtree(self._incoming, ignore_errors=True)
        # From a server of plain files git writes packs into this folder, and does not make it.
        (self._incoming / "pack").mkdir(parents=True)
        self.git.environment |= {
            "GIT_OBJECT_DIRECTORY": str(self._incoming),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(own),
        }

        def undo() -> None:
            self.objects.close()
            self._drop()
            if before is not None:
                write_atomically(shallow, before)
            else:
                shallow.unlink(missing_ok=True)

        try:
            yield
            self.objects.close()
            sizes = (file.stat().st_size for file in self._incoming.rglob("*") if file.is_file())
            if self.brought_nothing and sum(sizes) > MOST_REFUSED:
                undo()
                return
            # A pack counts from its index on, which so comes last.
            for file in sorted(self._incoming.rglob("*"), key=lambda each: each.suffix == ".idx"):
                target = own / file.relative_to(self._incoming)
                if file.is_file() and not target.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    file.replace(target)
            shutil.rmtree(self._incoming, ignore_errors=True)
        except BaseException:
            undo()
            raise
        finally:
            for name in ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"):
                self.git.environment.pop(name)

    def _drop(self) -> None:
        """Forget what was fetched and not taken; a mirror that never held anything goes as a whole."""
        shutil.rmtree(self._incoming, ignore_errors=True)
        shutil.rmtree(self.repository / OFFER, ignore_errors=True)
        if not (self.repository / TRUSTED).exists() and not any((self.repository / "objects").glob("pack/*")):
            shutil.rmtree(self.repository, ignore_errors=True)

    def discard(self) -> None:
        """Delete a damaged mirror; the next fetch makes another."""
        self.objects.close()
        shutil.rmtree(self.repository, ignore_errors=True)

    def healed(self, take: Callable[[], T]) -> T:
        """Return what ``take`` fetches and reads; if this mirror turns out to be damaged, by another one."""
        try:
            self.ensure()
            with self._quarantine():
                return take()
        except DamagedMirrorError:
            self.discard()
            self.ensure()
            with self._quarantine():
                return take()

    def fetch(self, remote: Remote) -> str:
        """Fetch the branch and all tags, unless all of it is here; return the branch's commit."""
        branch, own = remote.branch, f"{OFFER}/heads/{remote.branch}"
        if not self._has_all(remote):
            quietly = ("--quiet", "--prune", "--force", "--no-tags", "--no-recurse-submodules")
            whole = ("--update-shallow", "--no-write-fetch-head")
            refs = (f"+refs/heads/{branch}:{own}", f"+refs/tags/*:{OFFER}/tags/*")
            words = ("fetch", *quietly, *whole, "--", remote.url, *refs)
            self.git.ask(*words, source=remote.source, seconds=FETCH_SECONDS)
        found = self.git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{own}^{{commit}}")
        if found.returncode:
            raise lacks(self.folder, own)
        with understood("rev-parse"):
            return _name(found.stdout.strip())

    def _has_all(self, remote: Remote) -> bool:
        """Tell whether the last fetch, which was taken, brought all of what a repository has now."""
        followed = f"refs/heads/{remote.branch}"
        wanted = {
            f"{oid} {name.replace('refs', OFFER, 1)}"
            for name, oid in remote.refs.items()
            if name == followed or (name.startswith("refs/tags/") and not name.endswith("^{}"))
        }
        # Asked for the types, it fails where an object is missing.
        listed = self.git.run("for-each-ref", "--format=%(objecttype) %(objectname) %(refname)", OFFER)
        rows = listed.stdout.decode(errors="replace").splitlines()
        return listed.returncode == 0 and {row.partition(" ")[2] for row in rows} == wanted

    def has(self, commit: str) -> bool:
        """Tell whether the mirror has a commit."""
        return self.git.run("cat-file", "-e", f"{commit}^{{commit}}").returncode == 0

    def is_ancestor(self, old: str, new: str) -> bool:
        """Tell whether ``new`` grew from ``old``."""
        return self.git.run("merge-base", "--is-ancestor", old, new).returncode == 0

    def are_related(self, one: str, other: str) -> bool:
        """Tell whether two commits have a common history."""
        return self.git.run("merge-base", one, other).returncode == 0

    def begins(self, commit: str) -> set[bytes]:
        """Return who wrote the first commits of a history, and when: whoever rewrites it keeps that."""
        words = ("--max-parents=0", "--format=%an <%ae> %at", commit, "--")
        return {*self.git.output("log", *words).splitlines()}

    def cut_at(self) -> list[str]:
        """Return the commits whose parents a shallow source does not have."""
        file = self.repository / "shallow"
        return file.read_text(encoding="ascii").split() if file.exists() else []

    def trust(self, commit: str) -> None:
        """Hold on to a revision that was delivered."""
        self.git.output("update-ref", TRUSTED, commit)

    def tree(self, commit: str, subdir: str, source: str) -> list[Item]:
        """List every file below ``subdir`` of a revision."""
        place = "" if subdir in ("", ".") else subdir.strip("/")
        kind = self.git.run("cat-file", "-t", f"{commit}:{place}").stdout.strip()
        if kind != b"tree":
            raise WorkshopError(f"there is no folder {subdir} in {source}; name another with --subdir")
        items: list[Item] = []
        # A tree of a few bytes may list millions of files.
        with self.git.start("ls-tree", "-r", "-z", "--full-tree", f"{commit}:{place}") as process:
            assert process.stdout is not None
            rest = b""
            while len(items) <= MOST_FILES and (piece := process.stdout.read(PIECE)):
                *rows, rest = (rest + piece).split(b"\0")
                with understood("ls-tree"):
                    items += map(_item, rows)
            if len(items) > MOST_FILES:
                stop(process)
        if len(items) > MOST_FILES:
            raise WorkshopError(f"{subdir} in {source} has more than {MOST_FILES} files; nothing was changed")
        if process.returncode:
            raise DamagedMirrorError(
                f"{subdir} in {source} is damaged; nothing was changed; ask the organiser"
            )
        return items

    def sizes(self, names: Iterable[str]) -> list[int]:
        """Return how large blobs are, without unpacking one; raises WorkshopError when one is not there."""
        wanted = "".join(f"{name}\n" for name in names).encode()
        words = ("cat-file", "--batch-check=%(objecttype) %(objectsize)")
        rows = [row.split() for row in self.git.output(*words, feed=wanted).splitlines()]
        if len(rows) != wanted.count(b"\n") or any(row[:1] != [b"blob"] for row in rows):
            raise lacks(self.folder, "an object")
        with understood("cat-file"):
            return [_size(row[1]) for row in rows]

    def file(self, commit: str, path: str) -> tuple[str, int] | None:
        """Return the name and the size of an ordinary file of a revision; None when it has none there."""
        return next(iter(self.files(commit, path)), None)

    def files(self, commit: str, path: str) -> list[tuple[str, int]]:
        """Return names and sizes of ordinary files: a path's, or with a final / those in a folder."""
        listed = self.git.run("ls-tree", "--full-tree", "-l", "-z", commit, "--", path).stdout
        rows = (row.partition(b"\t")[0].split() for row in listed.split(b"\0"))
        with understood("ls-tree"):
            return [(_name(row[2]), _size(row[3])) for row in rows if row[:1] in ([b"100644"], [b"100755"])]


def _item(row: bytes) -> Item:
    head, _, path = row.partition(b"\t")
    mode, kind, name = head.decode().split()
    return Item(path.decode(errors="surrogateescape"), mode, kind, _name(name.encode()))


def _name(word: bytes) -> str:
    """Return an object's name; raises ValueError when it is none."""
    if not re.fullmatch(rb"[0-9a-f]{40,64}", word):
        raise ValueError("no object's name")
    return word.decode()


def _size(word: bytes) -> int:
    """Return an object's size; raises ValueError when it is none."""
    if not word.isdigit():
        raise ValueError("no size")
    return int(word)
