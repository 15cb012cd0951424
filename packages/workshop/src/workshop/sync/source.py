"""Where new versions come from: the files of one revision, of a folder or of what a repository offers.

A repository is asked what it has, fetched apart, and a revision chosen that may be trusted; only then its
files are read.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from workshop.core.errors import WorkshopError
from workshop.core.hosts import is_loopback
from workshop.sync.files import reason, require_room, shown, unsafe
from workshop.sync.git import MOST_FILES, Item, Mirror, check_url, require_git, without_password
from workshop.sync.merge import MOST_MEMORY, Version
from workshop.sync.trust import (
    Last,
    Revision,
    Signers,
    Trust,
    after,
    read_last,
    require_known_url,
    trusted_revision,
    write_last,
)

BUNDLE = ".bundle"
PACKED = ".zip"
"""How the name of a folder ends that another machine packed (``workshop.sync.pack``)."""
CACHES = {"__pycache__", "node_modules"}
LARGEST_BYTES = 64_000_000
MOST_BYTES = 1_000_000_000
"""And ``MOST_FILES`` are what one revision may have: nobody's mistake is to fill a disk."""
LFS_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True)
class Source:
    """The files of one revision, by their path below the folder (with ``/``)."""

    files: Mapping[str, Version]
    skipped: Mapping[str, str]
    """Paths that are not delivered, with the reason."""
    revision: str
    """A short name of exactly this content."""
    place: Path | None = None
    """The folder that it was read from; None when it is none."""
    news: str = ""
    """What the organiser says about this revision."""
    notes: tuple[str, ...] = ()
    """What else people should know."""
    both_mine: bool = False
    """Whether it is another folder of the participant's: then no side's answer goes before the other's."""
    finished: Callable[[], None] = field(default=lambda: None)
    """To be called once everything was delivered."""
    close: Callable[[], None] = field(default=lambda: None)
    """To be called when nothing more is read."""

    def is_unknown(self, path: str) -> bool:
        """Tell whether a path, or a folder above it, was skipped: it is not known to be gone."""
        places = (path, *map(str, PurePosixPath(path).parents))
        return any(place in self.skipped for place in places)


def hidden(path: str) -> bool:
    """Tell whether a path is a tool's own business: hidden, a cache, or a checkpoint of Jupyter's."""
    return any(
        part in CACHES or (part.startswith(".") and part not in (".", "..")) for part in path.split("/")
    )


def unreal(data: bytes) -> str:
    """Say why a file's content is not the real one; empty when it is."""
    if len(data) < 1024 and data.startswith(LFS_POINTER):
        return "it is only a pointer to a large file that is kept elsewhere (git LFS)"
    return ""


def too_large(sizes: Iterable[int]) -> str:
    """Say why a revision is too large to be taken; empty when it is not."""
    listed = list(sizes)
    if len(listed) > MOST_FILES:
        return f"has more than {MOST_FILES} files"
    if sum(size for size in listed if size <= LARGEST_BYTES) > MOST_BYTES:
        return f"is larger than {MOST_BYTES // 1_000_000} MB"
    return ""


def read_folder(folder: Path, subdir: str) -> Source:
    """Read a checkout's or a stick's ``subdir``; hidden files and caches stay behind.

    Raises WorkshopError when there is no such folder or it holds no file.
    """
    root = (folder / subdir).resolve()
    if not root.is_relative_to(folder.resolve()):
        raise WorkshopError(f"{subdir} is outside {folder}; name a folder inside it")
    if not root.is_dir():
        raise WorkshopError(f"there is no folder {subdir} in {folder}; name another source with --from")
    files: dict[str, Version] = {}
    skipped: dict[str, str] = {}
    taken = 0
    for path in _walk(root, skipped):
        try:
            file = root / path
            if not (why := unsafe(path) or _unfit(file.lstat())):
                data = file.read_bytes()
                if not (why := unreal(data)):
                    files[path] = Version(data, file.read_bytes, MOST_MEMORY)
                    taken += len(data)
        except Exception as error:  # one file of the workshop's stops no other
            why = f"the workshop's file cannot be read: {reason(error)}"
        if why:
            skipped[shown(path)] = why
        if len(files) > MOST_FILES or taken > MOST_BYTES:
            why = too_large(each.size for each in files.values())
            raise WorkshopError(f"{root} {why}; name another source with --from")
    if not files:
        what = "cannot be read" if "." in skipped else "holds no notebook"
        raise WorkshopError(f"{root} {what}; name another source with --from")
    return Source(files, skipped, content_revision(files), place=root)


def _walk(root: Path, skipped: dict[str, str]) -> Iterator[str]:
    """Yield every path below ``root``, links unfollowed, hidden ones left out; name locked folders."""

    def locked(error: OSError) -> None:
        folder = os.path.relpath(error.filename, root)
        skipped[shown(folder)] = f"the workshop's folder cannot be read: {reason(error)}"

    for folder, folders, names in os.walk(root, onerror=locked):
        below = PurePosixPath(os.path.relpath(folder, root))
        folders[:] = sorted(name for name in folders if not hidden(name))
        links = [name for name in folders if os.path.islink(f"{folder}/{name}")]  # noqa: PTH114 -- or locked
        yield from (str(below / name) for name in sorted([*names, *links]) if not hidden(name))


def _unfit(status: os.stat_result) -> str:
    if stat.S_ISLNK(status.st_mode):
        return "the workshop's file is a link, which is never followed"
    if not stat.S_ISREG(status.st_mode):
        return "the workshop's file is no ordinary file"
    return too_long(status.st_size)


def too_long(size: int) -> str:
    """Say why a file of this size is not delivered; empty when it is."""
    return f"it is larger than {LARGEST_BYTES // 1_000_000} MB" if size > LARGEST_BYTES else ""


def content_revision(files: Mapping[str, Version]) -> str:
    """Hash names and contents: the same revision wherever the same content lies."""
    digest = hashlib.sha256()
    for path, version in sorted(files.items()):
        digest.update(f"{path}\0{version.sha256}\n".encode())
    return digest.hexdigest()[:8]


def is_address(source: str) -> bool:
    """Tell whether a source is a git address rather than a path."""
    return "://" in source or bool(re.match(r"[\w.-]+@[\w.-]+:", source))


def repository_in(folder: Path) -> Path | None:
    """Return the git repository or bundle that ``folder`` is or carries; None when there is none.

    Of several bundles the one whose name comes last counts: names carry dates or versions.
    """
    if folder.is_file():
        return folder if folder.suffix == BUNDLE else None
    if (folder / ".git").exists() or ((folder / "objects").is_dir() and (folder / "HEAD").is_file()):
        return folder
    bundles = sorted(
        (file for depth in ("*", "*/*") for file in folder.glob(depth + BUNDLE) if file.is_file()),
        key=lambda file: file.name,
    )
    return bundles[-1] if bundles else None


@dataclass(frozen=True)
class Origin:
    """Where revisions come from."""

    url: str
    """What git is given: an address, or the path of a bundle or repository."""
    address: str
    """The address, without a password in it; empty for a stick, which may change its place."""

    @property
    def shown(self) -> str:
        """What people are told."""
        return self.address or self.url


def origin(source: str) -> Origin:
    """Tell what a source is; raises WorkshopError when git could not read it."""
    if is_address(source):
        check_url(source)
        return Origin(source, without_password(source))
    place = Path(source)
    if not place.exists():
        raise WorkshopError(f"no {place}; plug in the stick, or leave out --from")
    found = repository_in(place)
    if found is None:
        raise WorkshopError(f"{place} contains no git bundle; only git revisions can be signed")
    return Origin(str(found.resolve()), "")


def read_repository(
    start: Origin, subdir: str, branch: str | None, state: Path, trust: Trust, keep: bool
) -> Source:
    """Return the newest revision of a repository that ``trust`` lets through.

    With ``keep`` what was fetched stays in the mirror; without, nothing is written under ``state``.
    Raises UnreachableError when the network fails, WorkshopError when nothing may be delivered.
    """
    require_git()
    trust.require_choice()
    signers = Signers(trust.signers) if trust.signers is not None else None
    last = read_last(state)
    require_known_url(last, start.address, trust)
    if signers is None and start.url.startswith("http://") and not _is_this_machine(start.url):
        raise WorkshopError(
            f"{start.shown} is not protected against changes on the way; use https or signatures"
        )
    with ExitStack() as stack:
        mirror = Mirror(state / "mirror")
        if keep:
            require_room(state, [])
        else:
            passing = Path(stack.enter_context(TemporaryDirectory(prefix="workshop-mirror-")))
            mirror = Mirror(passing, mirror.repository)
        stack.callback(mirror.close)

        def judge(offered: Mirror) -> tuple[Revision, dict[str, Version], dict[str, str]]:
            remote = offered.look(start.url, start.shown, branch)
            revision = trusted_revision(offered, remote, trust, signers, last)
            listed = _list(offered, mirror, revision, subdir, start.shown)
            mirror.take(offered, remote.branch, revision.commit, revision.tags)
            return revision, *listed

        revision, files, skipped = mirror.judged(judge)
        return Source(
            files,
            skipped,
            revision.name,
            news=f"{revision.tag}\n{revision.message}" if revision.tag else "",
            notes=(revision.note,) if revision.note else (),
            finished=partial(_finish, state, start.address, last, revision),
            close=stack.pop_all().close,
        )


def _is_this_machine(url: str) -> bool:
    with suppress(ValueError):
        return is_loopback(urlsplit(url).hostname or "")
    return False


def _list(
    offered: Mirror, mirror: Mirror, revision: Revision, subdir: str, source: str
) -> tuple[dict[str, Version], dict[str, str]]:
    """Judge a revision's files by name and size, then read them; say of those that are left out why.

    offered: where they are now. mirror: where they will be, once the revision is taken.
    """
    items = [item for item in offered.tree(revision.commit, subdir, source) if not hidden(item.path)]
    skipped = {shown(item.path): why for item in items if (why := _unfit_item(item))}
    fit = [item for item in items if not _unfit_item(item)]
    if why := too_large(item.size for item in fit):
        raise WorkshopError(f"{subdir} in {source} {why}; nothing was changed; ask the organiser")
    files: dict[str, Version] = {}
    for item in fit:
        if why := too_long(item.size) or unreal(data := offered.read(item.name)):
            skipped[shown(item.path)] = why
        else:
            files[item.path] = Version(data, partial(mirror.read, item.name), MOST_MEMORY)
    if not files:
        raise WorkshopError(f"{subdir} in {source} contains no notebook; name another with --subdir")
    return files, skipped


def _unfit_item(item: Item) -> str:
    if item.kind == "commit":
        return "it is another repository (a submodule), which is not fetched"
    if item.mode == "120000":
        return "the workshop's file is a link, which is never followed"
    return unsafe(item.path)


def _finish(state: Path, address: str, last: Last, revision: Revision) -> None:
    """Remember what was delivered, so that no later run goes back."""
    now = after(last, address, revision)
    if now != last:
        write_last(state, now)
