"""A git repository as a source: look, fetch, choose a revision that may be trusted, read its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from workshop.errors import WorkshopError
from workshop.sync.files import write_atomically
from workshop.sync.git import check_url, require_git, without_password
from workshop.sync.mirror import Item, Mirror
from workshop.sync.notebook import Version
from workshop.sync.source import Source, hidden, unreal, unsafe
from workshop.sync.trust import (
    Last,
    Revision,
    Signers,
    read_last,
    require_known_url,
    require_no_rollback,
    signed_revision,
    unsigned_revision,
    write_last,
)


@dataclass(frozen=True)
class Trust:
    """What a participant or an organiser allows."""

    signers: Path | None = None
    """Keys whose signature a revision must bear."""
    allow_unsigned: bool = False
    trust_new_source: bool = False

    def require_choice(self) -> None:
        """Raise WorkshopError when nothing says whose revisions may be taken."""
        if self.signers is None and not self.allow_unsigned:
            raise WorkshopError(
                "name the organiser's keys with --allowed-signers FILE, or say --allow-unsigned to take "
                "whatever the source has"
            )


@dataclass(frozen=True)
class Offer:
    """A revision and its files, as they are remembered between two runs."""

    key: str
    """What the offer depends on; as long as it is the same, so is the offer."""
    commit: str
    tag: str
    message: str
    note: str
    date: int
    """When it was signed, by the signer's clock."""
    files: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """For each path the blob's name and the hash of its content."""
    skipped: Mapping[str, str] = field(default_factory=dict)


def read_repository(
    url: str, subdir: str, branch: str | None, state: Path, trust: Trust, keep: bool, is_address: bool = True
) -> Source:
    """Return the newest revision of a repository that ``trust`` lets through.

    With ``keep`` what was fetched stays in the mirror; without, nothing is written under ``state``.
    ``is_address`` tells an address on the network from a file on a stick, which may change its place.
    Raises UnreachableError when the network fails, WorkshopError when nothing may be delivered.
    """
    require_git()
    trust.require_choice()
    signers = Signers(trust.signers) if trust.signers is not None else None
    if is_address:
        check_url(url)
    shown = without_password(url)
    last = read_last(state)
    require_known_url(last, shown if is_address else "", trust.trust_new_source)
    if signers is None and url.startswith("http://") and not _is_this_machine(url):
        raise WorkshopError(
            f"{shown} can be read and changed by anybody on the way; use https, or signatures"
        )
    with _mirror(state, keep) as mirror:
        remote = mirror.look(url, shown)
        followed = remote.branch(branch, shown)
        key = _key(remote.fingerprint, followed, subdir, signers)
        offer = _remembered(state, key)
        if offer is None or (last.commit and last.commit != offer.commit):
            offer = _fetch(mirror, url, shown, followed, subdir, key, signers, last)
        source = _as_source(mirror, offer, in_memory=not keep)
        return replace(
            source, finished=partial(_finish, state, mirror, offer, shown if is_address else "", last)
        )


def _is_this_machine(url: str) -> bool:
    host = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    return host.startswith(("127.", "localhost", "[::1]"))


def _mirror(state: Path, keep: bool) -> AbstractContextManager[Mirror]:
    folder = state / "mirror"
    if keep:
        return nullcontext(Mirror(folder))
    return _Passing(folder / "repository.git" / "objects")


class _Passing(TemporaryDirectory):  # type: ignore[type-arg]
    """A mirror that is gone afterwards; it borrows what the lasting one has."""

    def __init__(self, objects: Path) -> None:
        super().__init__(prefix="workshop-mirror-")
        self._objects = objects

    def __enter__(self) -> Mirror:
        return Mirror(Path(super().__enter__()), self._objects)


def _key(fingerprint: str, branch: str, subdir: str, signers: Signers | None) -> str:
    keys = hashlib.sha256(signers.data).hexdigest() if signers is not None else "unsigned"
    return hashlib.sha256("\0".join((fingerprint, branch, subdir, keys)).encode()).hexdigest()


def _fetch(
    mirror: Mirror,
    url: str,
    shown: str,
    branch: str,
    subdir: str,
    key: str,
    signers: Signers | None,
    last: Last,
) -> Offer:
    """Fetch, and let through what may be trusted; only then is anything of it read."""
    mirror.ensure()
    tip = mirror.fetch(url, branch, shown)
    if signers is None:
        revision = unsigned_revision(mirror, tip)
    else:
        revision = signed_revision(mirror, tip, branch, signers)
        note = require_no_rollback(mirror, last, revision)
        revision = replace(revision, note="; ".join(filter(None, (revision.note, note))))
    return _list(mirror, revision, subdir, shown, key)


def _list(mirror: Mirror, revision: Revision, subdir: str, shown: str, key: str) -> Offer:
    """Read a revision's files; say of those that cannot be delivered why."""
    items = [item for item in mirror.tree(revision.commit, subdir, shown) if not hidden(item.path)]
    skipped = {_shown(item.path): why for item in items if (why := _unfit(item))}
    fit = [item for item in items if not _unfit(item)]
    files: dict[str, tuple[str, str]] = {}
    for item, data in zip(fit, mirror.blobs(item.name for item in fit), strict=True):
        if why := unreal(data):
            skipped[item.path] = why
        else:
            files[item.path] = (item.name, hashlib.sha256(data).hexdigest())
    if not files:
        raise WorkshopError(f"{subdir} in {shown} holds no notebook; name another with --subdir")
    return Offer(
        key, revision.commit, revision.tag, revision.message, revision.note, revision.date, files, skipped
    )


def _shown(path: str) -> str:
    return path.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _unfit(item: Item) -> str:
    if item.kind == "commit":
        return "it is another repository (a submodule), which is not fetched"
    if item.mode == "120000":
        return "the workshop's file is a link, which is never followed"
    return unsafe(item.path)


def _as_source(mirror: Mirror, offer: Offer, in_memory: bool) -> Source:
    names = [name for name, _ in offer.files.values()]
    if in_memory:
        mirror.ensure()
        files = {path: Version(data) for path, data in zip(offer.files, mirror.blobs(names), strict=True)}
    else:
        files = {
            path: Version.known(sha256, partial(mirror.blob, name))
            for path, (name, sha256) in offer.files.items()
        }
    title = f"{offer.tag}\n{offer.message}" if offer.tag else ""
    notes = (offer.note,) if offer.note else ()
    return Source(files, offer.skipped, offer.commit[:8], news=title, notes=notes)


def _finish(state: Path, mirror: Mirror, offer: Offer, url: str, last: Last) -> None:
    """Remember what was delivered, so that the next run is quick and none goes back."""
    now = Last(url or last.url, offer.commit, offer.tag, offer.date)
    if now != last:
        mirror.trust(offer.commit)
        write_last(state, now)
    if _remembered(state, offer.key) is None:
        write_atomically(state / "offer.json", json.dumps(asdict(offer)).encode())


def _remembered(state: Path, key: str) -> Offer | None:
    """Return the offer of the last run when nothing that it depends on has changed."""
    with suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
        fields: dict[str, Any] = json.loads((state / "offer.json").read_text(encoding="utf-8"))
        if fields["key"] == key:
            fields["files"] = {path: (name, sha256) for path, (name, sha256) in fields["files"].items()}
            return Offer(**{**fields, "note": ""})  # said once, when it was new
    return None
