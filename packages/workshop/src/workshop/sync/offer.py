"""What a repository offers: look what it has, fetch it apart, choose a revision to trust, read its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from workshop.errors import WorkshopError
from workshop.sync.files import (
    SPARE_BYTES,
    SPARE_INODES,
    from_json,
    read_json,
    require_room,
    shown,
    unsafe,
    write_own,
)
from workshop.sync.git import require_git
from workshop.sync.keys import Revision, Signers
from workshop.sync.mirror import DamagedMirrorError, Item, Mirror
from workshop.sync.notebook import MOST_MEMORY, Version
from workshop.sync.source import Heard, Origin, Source, hidden, too_large, too_long, unreal
from workshop.sync.trust import (
    OLD_S,
    Last,
    Trust,
    after,
    age_note,
    read_last,
    require_known_url,
    trusted_revision,
    write_last,
)

NEVER = 1 << 40
"""A date that no clock reaches."""


@dataclass(frozen=True)
class Offer:
    """A revision and its files, as they are remembered between two runs."""

    key: str
    """What the offer depends on; as long as it is the same, so is the offer."""
    revision: Revision
    files: Mapping[str, tuple[str, str, int]] = field(default_factory=dict)
    """For each path the blob's name, the hash of its content, and its size."""
    skipped: Mapping[str, str] = field(default_factory=dict)


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
    require_known_url(last, start.address, trust.trust_new_source or bool(trust.reset))
    if signers is None and start.url.startswith("http://") and not _is_this_machine(start.url):
        raise WorkshopError(
            f"{start.shown} can be read and changed by anybody on the way; use https, or signatures"
        )
    with ExitStack() as stack:
        mirror = Mirror(state / "mirror")
        if not keep:
            passing = Path(stack.enter_context(TemporaryDirectory(prefix="workshop-mirror-")))
            mirror = Mirror(passing, mirror.repository / "objects")
        stack.callback(mirror.objects.close)
        remote = mirror.look(start.url, start.shown)
        followed = remote.branch(branch, start.shown)
        parts = (
            hashlib.sha256(remote.answer).hexdigest(),
            followed,
            subdir,
            signers.anchor if signers else "unsigned",
            trust.project,
        )
        key = hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()
        offer = None if trust.once else _remembered(state, key)
        if not keep:
            mirror.ensure()
        else:
            require_room(state, SPARE_BYTES, SPARE_INODES)
        commit = offer.revision.commit if offer is not None else ""
        if offer is None or (last.commit or commit) != commit or not mirror.has(commit):
            mirror.ensure()

            def take() -> Offer:
                with mirror.quarantine():  # only what may be trusted leaves it; then anything is read
                    tip = mirror.fetch(start.url, followed, start.shown)
                    revision = trusted_revision(mirror, tip, followed, trust, signers, last)
                    return _list(mirror, revision, subdir, start.shown, key)

            try:
                offer = take()
            except DamagedMirrorError:
                mirror.discard()
                mirror.ensure()
                offer = take()
        elif note := age_note(offer.revision.date, last):
            offer = replace(offer, revision=replace(offer.revision, note=note))
        close = stack.pop_all().close
        own = (mirror.git.config, mirror.repository, state / "offer.json", state / "trust.json")
        keys = () if trust.signers is None or signers is None else (trust.signers, signers.file)
        until = offer.revision.date + OLD_S if offer.revision.date else NEVER
        return replace(
            _as_source(mirror, offer),
            heard=Heard(start.url, remote.answer, until, own + keys) if start.address else None,
            finished=partial(_finish, state, mirror, offer, start.address, last),
            close=close,
        )


def _is_this_machine(url: str) -> bool:
    host = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    return host.startswith(("127.", "localhost", "[::1]"))


def _list(mirror: Mirror, revision: Revision, subdir: str, source: str, key: str) -> Offer:
    """Judge a revision's files by name and size, then read them; say of those that are left out why."""
    items = [item for item in mirror.tree(revision.commit, subdir, source) if not hidden(item.path)]
    skipped = {shown(item.path): why for item in items if (why := _unfit_item(item))}
    fit = [item for item in items if not _unfit_item(item)]
    sizes = mirror.sizes(item.name for item in fit)
    if why := too_large(sizes):
        raise WorkshopError(f"{subdir} in {source} {why}; nothing was changed; ask the organiser")
    files: dict[str, tuple[str, str, int]] = {}
    for item, size in zip(fit, sizes, strict=True):
        why = too_long(size)
        if not why:
            digest, begin = hashlib.sha256(), b""
            for piece in mirror.objects.pieces(item.name):
                digest.update(piece)
                begin = begin or piece
            why = unreal(begin) if size < 1024 else ""
        if why:
            skipped[shown(item.path)] = why
        else:
            files[item.path] = (item.name, digest.hexdigest(), size)
    if not files:
        raise WorkshopError(f"{subdir} in {source} holds no notebook; name another with --subdir")
    return Offer(key, revision, files, skipped)


def _unfit_item(item: Item) -> str:
    if item.kind == "commit":
        return "it is another repository (a submodule), which is not fetched"
    if item.mode == "120000":
        return "the workshop's file is a link, which is never followed"
    return unsafe(item.path)


def _as_source(mirror: Mirror, offer: Offer) -> Source:
    files = {
        path: Version.known(sha256, partial(mirror.objects.read, name), size, MOST_MEMORY)
        for path, (name, sha256, size) in offer.files.items()
    }
    revision = offer.revision
    title = f"{revision.tag}\n{revision.message}" if revision.tag else ""
    notes = (revision.note,) if revision.note else ()
    return Source(files, offer.skipped, revision.name, news=title, notes=notes)


def _finish(state: Path, mirror: Mirror, offer: Offer, address: str, last: Last) -> None:
    """Remember what was delivered, so that the next run is quick and none goes back."""
    if mirror.objects.broken:
        mirror.discard()
        (state / "offer.json").unlink(missing_ok=True)
        return
    now = after(last, address, offer.revision)
    if now != last:
        write_last(state, now)
        try:
            mirror.trust(offer.revision.commit)
        except WorkshopError:  # what was delivered stays so; the next run fetches afresh
            mirror.discard()
            return
    if _remembered(state, offer.key) is None:
        write_own(state / "offer.json", json.dumps(asdict(offer)).encode())


def _remembered(state: Path, key: str) -> Offer | None:
    """Return the offer of the last run when nothing that it depends on has changed."""
    with suppress(OSError, ValueError, TypeError, RecursionError):
        offer: Offer = from_json(Offer, read_json(state / "offer.json"))
        if offer.key == key:
            return replace(offer, revision=replace(offer.revision, note=""))  # said once, when it was new
    return None
