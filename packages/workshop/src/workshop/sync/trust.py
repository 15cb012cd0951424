"""Whose revisions are taken: signatures bound to a project, to time and to a history.

This is The Update Framework in its smallest form. A revision is a signed tag. Its message may name the
project, its date must not be older than the last one's, it grows from what was delivered, and it carries
the list of keys (``trusted-keys``) that count from then on, if the root key or two keys approved it. A code
that the organiser reads aloud overrules all of that, once.
"""

from __future__ import annotations

import re
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.sync.files import from_json, read_json, write_json
from workshop.sync.git import Git, Mirror, Remote, printable
from workshop.sync.keys import REVISIONS, Key, KeyList, fingerprints
from workshop.sync.revisions import LARGEST, Revision, Tag, history, read_commit, read_tag, version
from workshop.sync.signatures import UNSIGNED, Signers, approvals, listing, signed_by
from workshop.updates import DAY_S, NEWS_DAYS

LIST_FILE = "trusted-keys"
"""Where a signed revision carries the list of keys that count after it."""
APPROVALS = "trusted-keys.sig.d/"
"""The folder next to it with the signatures of those who approve it: one a file, whatever its name."""
MOST_APPROVALS = 20
LARGEST_APPROVAL = 16_000
PATIENCE_S = 30.0
"""So long signatures are checked; a repository of lessons has no more of them than that allows."""
OLD_S = NEWS_DAYS * DAY_S
CODE_DIGITS = 24
"""A prefix of 96 bits: nobody can make another commit that begins alike."""


@dataclass(frozen=True, kw_only=True)
class Trust:
    """What a participant or an organiser allows."""

    signers: Path | None = None
    """Keys whose signature a revision must bear."""
    allow_unsigned: bool = False
    trust_new_source: bool = False
    """Take another address, or a history that has nothing in common with the last one, this once."""
    ignore_clock: bool = False
    """Judge keys and dates by what is signed alone, this once: the machine's clock is wrong."""
    reset: str = ""
    """The code of the one revision to take, whatever was trusted before."""
    project: str = ""
    """The project that a revision must name; empty for that of the last one."""

    @property
    def once(self) -> bool:
        """Whether it is about this once."""
        return bool(self.trust_new_source or self.ignore_clock or self.reset)

    def require_choice(self) -> None:
        """Raise WorkshopError when nothing says whose revisions may be taken."""
        if self.signers is None and not self.allow_unsigned:
            raise WorkshopError(
                "name the organiser's keys with --allowed-signers FILE, or say --allow-unsigned to take "
                "whatever the source has"
            )


@dataclass(frozen=True)
class Last:
    """What was delivered last, and from where."""

    url: str = ""
    commit: str = ""
    tag: str = ""
    date: int = 0
    project: str = ""
    keys: tuple[str, ...] = ()
    anchor: str = ""


def read_last(state: Path) -> Last:
    """Return what was delivered last; nothing when there is no record.

    Raises WorkshopError when the record is damaged: without it an old revision could pass for new.
    """
    file = state / "trust.json"
    try:
        last: Last = from_json(Last, read_json(file), strict=True)
        return last
    except FileNotFoundError:
        return Last()
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise WorkshopError(
            f"{file} says what was delivered last and cannot be read; delete it to trust the source afresh"
        ) from error


def write_last(state: Path, last: Last) -> None:
    """Remember what was delivered."""
    write_json(state / "trust.json", asdict(last))


def after(last: Last, url: str, revision: Revision) -> Last:
    """Return what is remembered once a revision was delivered."""
    known = replace(last, url=url or last.url, commit=revision.commit, tag=revision.tag, date=revision.date)
    if not revision.anchor:  # nobody looked at signatures
        return known
    return replace(known, project=revision.project, keys=revision.keys, anchor=revision.anchor)


def same_place(one: str, other: str) -> bool:
    """Tell whether two addresses name one repository."""
    return one.rstrip("/").removesuffix(".git") == other.rstrip("/").removesuffix(".git")


def require_known_url(last: Last, url: str, trust: Trust) -> None:
    """Raise WorkshopError when updates suddenly come from another address."""
    consent = trust.trust_new_source or trust.reset
    if last.url and url and not same_place(last.url, url) and not consent:
        raise WorkshopError(
            f"updates came from {last.url} until now, not from {url}; nothing was changed; "
            "if the organiser moved, say --trust-new-source once"
        )


def require_no_rollback(mirror: Mirror, last: Last, new: Revision, trust: Trust) -> str:
    """Raise WorkshopError when ``new`` is older than what was delivered; return a note for people.

    A revision that grew from the last one is newer. When history was rewritten, the signer's own
    words decide: the versions in both tags' names, or else the dates that were signed. A history that has
    nothing in common with the last one may be another project's: it needs consent.
    """
    if not last.commit or new.commit == last.commit or trust.reset:
        return ""
    known = mirror.has(last.commit)
    if known and mirror.is_ancestor(last.commit, new.commit):
        return ""
    versions = version(last.tag), version(new.tag)
    newer = versions[1] > versions[0] if all(versions) else new.date > last.date
    if not newer or (known and mirror.is_ancestor(new.commit, last.commit)):
        raise WorkshopError(
            f"the source offers {new.tag or new.name}, which is older than {last.tag or last.commit[:8]} "
            "that you have; nothing was changed; ask the organiser"
        )
    require_related(mirror, last, new, trust)
    return "the workshop's history was rewritten; its signature is good and it is newer"


def require_related(mirror: Mirror, last: Last, new: Revision, trust: Trust) -> None:
    """Raise WorkshopError when ``new`` has nothing in common with what was delivered, signed or not.

    Where nobody signs, this alone tells another project, which took the place of the first, from an update.
    """
    if not last.commit or new.commit == last.commit or trust.trust_new_source:
        return
    if not (mirror.has(last.commit) and mirror.are_related(last.commit, new.commit)):
        cut = bool(mirror.cut_at())
        if cut and new.project and new.project == last.project:
            return  # of a shallow source nobody can tell; that it is the same project is signed
        raise WorkshopError(
            f"the history of {new.tag or new.name} {'is cut off, and ' if cut else ''}has nothing in common "
            f"with {last.tag or last.commit[:8]} that you have; nothing was changed; if the organiser "
            "began anew, say --trust-new-source once"
        )


def _begins_alike(mirror: Mirror, last: Last, tip: str, order: dict[str, int]) -> bool:
    """Tell whether a history that nobody signs was only rewritten, or is cut off where nobody can tell."""
    if not order.keys().isdisjoint(mirror.cut_at()):
        return True
    return mirror.has(last.commit) and not mirror.begins(last.commit).isdisjoint(mirror.begins(tip))


def now(last: Last) -> float:
    """Return the time by which keys are judged: no clock is right that is behind the last revision."""
    return max(time.time(), last.date)


def age_note(date: int, last: Last) -> str:
    """Warn of a revision that is old: perhaps somebody keeps newer ones back."""
    if not date or now(last) - date < OLD_S:
        return ""
    return f"the newest revision is of {_day(date)}; ask the organiser whether there is a newer one"


def _day(seconds: float) -> str:
    try:
        return time.strftime("%Y-%m-%d", time.gmtime(seconds))
    except (ValueError, OverflowError, OSError):
        return "no day"


@dataclass
class Chain:
    """Goes through signed tags from the oldest to the newest: each one says which keys the next may bear."""

    mirror: Mirror
    signers: Signers
    last: Last
    trust: Trust
    lines: tuple[str, ...] = ()
    """The list of keys that counts now, if a revision carried one."""
    project: str = ""
    good: list[Tag] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    """What came after the last good one and is signed and yet not taken, with the reason."""
    unapproved: str = ""
    """Why the list of the last good one does not count."""

    def __post_init__(self) -> None:
        """Begin with what was trusted last."""
        self.project = self.trust.project or self.last.project
        self.continues = self.last.anchor == self.signers.anchor
        if self.continues:
            self.lines = self.last.keys
        self.keys = KeyList.of("\n".join(self.lines)) if self.lines else self.signers.keys
        self._begin = fingerprints(self.keys.keys)
        self._end = time.monotonic() + PATIENCE_S

    @property
    def changed_keys(self) -> str:
        """How many keys ended and how many are new; empty when all are as they were."""
        old, new = self._begin, fingerprints(self.keys.keys)
        if not self.continues or old == new:
            return ""
        return f"the organiser's keys changed: {len(old - new)} ended, {len(new - old)} new"

    def follow(self, git: Git, listed: Path, tag: Tag, grown: bool) -> str:
        """Judge one tag; a good one's list of keys counts from then on. Return what is wrong with it."""
        known = self.continues and (tag.commit, tag.name) == (self.last.commit, self.last.tag)
        why = self._fault(git, listed, tag, grown)
        if why and known:
            # Its key may have ended since. But what the tag says by now, anybody may have written.
            tag, why = replace(tag, date=self.last.date, message=""), ""
        if why != UNSIGNED:
            self.refused[tag.name or tag.commit[:8]] = why
        if not why:
            self.refused = {}
            self.good.append(tag)
            self.project = self.project or tag.project
            why_not = self.adopt(tag.commit, tag.date)
            self.unapproved = f"the {LIST_FILE} of {tag.name or tag.commit[:8]} {why_not}" if why_not else ""
        return why

    def adopt(self, commit: str, signed: int) -> str:
        """Take over the list of keys that a trusted revision carries; say why not.

        signed: the date of its signature.
        """
        found = None if self.signers.is_gpg else self.mirror.file(commit, LIST_FILE)
        if found is None:
            return ""
        if found[1] > LARGEST:
            return "is too long"
        data = self.mirror.read(found[0])
        new = KeyList.of(data.decode(errors="replace"))
        if new.is_as(self.keys):
            return ""
        if self.trust.reset:
            why = new.too_short()
        else:
            is_later = new.until > self.keys.until
            why = self.keys.may_become(new, self._approved(commit, data, signed) if is_later else set())
        if not why:
            self.keys, self.lines = new, new.lines
        return why

    def _approved(self, commit: str, data: bytes, signed: int) -> set[str]:
        """Return the fingerprints of the present keys that approve a list and are valid."""
        files = self.mirror.files(commit, APPROVALS)[:MOST_APPROVALS]
        signatures = [self.mirror.read(name) for name, size in files if size <= LARGEST_APPROVAL]
        return approvals(data, signatures, [key for key in self.keys.keys if self._is_valid(key, signed)])

    def _is_valid(self, key: Key, signed: int) -> bool:
        """Tell whether a key was valid at the signed date, and is by this machine's clock."""
        return key.is_valid(signed) and (self.trust.ignore_clock or key.is_valid(now(self.last)))

    def _fault(self, git: Git, listed: Path, tag: Tag, grown: bool) -> str:
        """Say why a tag is not taken; empty when it may be."""
        if tag.fault:
            return tag.fault
        if tag.named != tag.name:
            return f"has a tag {printable(tag.name)} that was signed under another name"
        if time.monotonic() > self._end:
            raise WorkshopError("the source has too many tags with bad signatures; nothing was changed")
        listed.write_text(listing(self.keys.signers, REVISIONS), encoding="ascii")
        kind = "tag" if tag.name else "commit"
        key, why = signed_by(git, kind, tag.object, self.signers.is_gpg)
        if why or (why := self._key_fault(key, tag.date)):
            return why
        if self.project and tag.project.casefold() != self.project.casefold():
            project = printable(tag.project) or "a project that it does not name"
            return f"is signed for {project}, not for {self.project}"
        if grown and tag.date < self.last.date and not self.trust.ignore_clock:
            return (
                f"is dated {_day(tag.date)}, before the one of {_day(self.last.date)} that you have "
                "(if the organiser's clock was wrong, go on once with --ignore-clock)"
            )
        return ""

    def _key_fault(self, fingerprint: str, signed: int) -> str:
        """Say what is against a key at the signed date, or by this machine's clock; empty for nothing."""
        if self.signers.is_gpg:
            return ""
        mine = [key for key in self.keys.signers if key.fingerprint == fingerprint]
        if any(self._is_valid(key, signed) for key in mine):
            return ""
        end, begin = max(key.valid_before() for key in mine), min(key.valid_after() for key in mine)
        has_ended = end < max(signed, now(self.last))
        what = f"has expired on {_day(end)}" if has_ended else f"is valid from {_day(begin)} on"
        clock = f"this machine's clock says {_day(now(self.last))}"
        return f"is signed with a key that {what}; {clock}; if that is wrong, go on once with --ignore-clock"


def trusted_revision(
    mirror: Mirror, remote: Remote, trust: Trust, signers: Signers | None, last: Last
) -> Revision:
    """Fetch a branch, and return its newest revision that may be taken.

    With keys that is its last commit, when that is signed or a signed tag names it; else the newest signed
    tag below it. Raises WorkshopError when there is none, or when it is older than what was delivered.
    """
    tip = mirror.fetch(remote)
    order, refs = history(mirror, tip)
    if signers is None or trust.reset:
        commit = _spoken(order, trust.reset) if trust.reset else tip
        at_commit = next((ref for ref in refs if ref.commit == commit), None)
        tag = read_tag(mirror, at_commit) if at_commit is not None else read_commit(mirror, commit)
        offered = tag.as_revision()
        if not trust.reset:
            if not _begins_alike(mirror, last, tip, order):
                require_related(mirror, last, offered, trust)
            return _with_notes(offered, age_note(tag.date, last))
        if signers is None:
            return offered
        chain = Chain(mirror, signers, Last(), trust)
        why_not = chain.adopt(commit, tag.date)
        offered = _with_notes(offered, f"its {LIST_FILE} {why_not}" if why_not else "")
        return replace(
            offered, project=tag.project, keys=chain.lines, anchor=signers.anchor, chain=(tag.name,)
        )
    chain = Chain(mirror, signers, last, trust)
    grown = last.commit in order
    newest = order.get(last.commit, len(order))
    with signers.git(mirror.git) as (git, listed):
        for ref in reversed(refs):
            if order[ref.commit] <= newest:
                chain.follow(git, listed, read_tag(mirror, ref), grown)
        reached = chain.good[-1] if chain.good else None
        if reached is None or reached.commit != tip:
            why = chain.follow(git, listed, read_commit(mirror, tip), grown)
            if why and reached is None:
                told = next(reversed(chain.refused.values()), why)
                # Nobody should go on with what somebody else signed, or with a key that has ended.
                consent = ", or allow it with --allow-unsigned" if told == UNSIGNED else ""
                raise WorkshopError(
                    f"the newest revision ({tip[:8]}) {told}; nothing was changed; ask the organiser{consent}"
                )
    taken = chain.good[-1]
    waits = _waits(remote.branch, taken, chain.refused) if taken.commit != tip else ""
    revision = replace(
        taken.as_revision(),
        project=chain.project,
        keys=chain.lines,
        anchor=signers.anchor,
        chain=tuple(tag.name for tag in chain.good if tag.name),
    )
    rewritten = require_no_rollback(mirror, last, revision, trust)
    notes = waits, rewritten, chain.changed_keys, chain.unapproved, age_note(revision.date, last)
    return _with_notes(revision, *notes)


def _waits(branch: str, taken: Tag, refused: dict[str, str]) -> str:
    """Say what of a branch waits: what nobody signed, or what is signed and yet not taken, and why."""
    since = f"{branch} has gone on since {taken.name or taken.commit[:8]}"
    if not refused:
        return f"{since}; what is not signed waits"
    name, why = next(reversed(refused.items()))
    return f"{since}, but {name} {why}; ask the organiser"


def _with_notes(revision: Revision, *notes: str) -> Revision:
    return replace(revision, note=printable("; ".join(filter(None, notes))))


def _spoken(order: dict[str, int], code: str) -> str:
    """Return the commit whose code somebody read aloud."""
    digits = re.sub(r"[^0-9a-f]", "", code.lower())
    if len(digits) < CODE_DIGITS:
        raise WorkshopError(f"{printable(code)} is too short for a code; it has {CODE_DIGITS} digits or more")
    found = [commit for commit in order if commit.startswith(digits)]
    if len(found) != 1:
        raise WorkshopError(
            f"the source has no revision {printable(code)}; nothing was changed; compare the code again"
        )
    return found[0]
