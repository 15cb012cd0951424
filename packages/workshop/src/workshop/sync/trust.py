"""Whose revisions are taken: signatures bound to a project, to time and to a history.

This is The Update Framework in its smallest form. A revision is a signed tag. Its message may name the
project, its date must not be older than the last one's, it grows from what was delivered, and it carries
the list of keys (``trusted-keys``) that count from then on. A code that the organiser reads aloud
overrules all of that, once.
"""

from __future__ import annotations

import re
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.sync.files import from_json, read_json, write_json
from workshop.sync.git import Git, printable
from workshop.sync.keys import (
    LARGEST,
    UNSIGNED,
    Revision,
    Signers,
    Tag,
    history,
    keys_of,
    read_commit,
    read_tag,
    signature_fault,
    signing_key,
    version,
)
from workshop.sync.mirror import OFFER, Mirror, Remote

LIST_FILE = "trusted-keys"
"""Where a signed revision carries the list of keys that count after it."""
FEWEST_KEYS = 2
"""A list with fewer keys is not taken: when one is stolen, the other one ends it."""
PATIENCE_S = 30.0
"""So long signatures are checked; a repository of lessons has no more of them than that allows."""
OLD_S = 400 * 24 * 3600
CODE_DIGITS = 16


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
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


@dataclass
class Chain:
    """Goes through signed tags from the oldest to the newest: each one says which keys the next may bear."""

    mirror: Mirror
    signers: Signers
    last: Last
    trust: Trust
    lines: tuple[str, ...] = ()
    """The keys that count now, if a revision carried a list."""
    project: str = ""
    good: list[Tag] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    """What came after the last good one and is signed and yet not taken, with the reason."""

    def __post_init__(self) -> None:
        """Begin with what was trusted last."""
        self.project = self.trust.project or self.last.project
        self.continues = self.last.anchor == self.signers.anchor
        if self.continues:
            self.lines = self.last.keys
        self._end = time.monotonic() + PATIENCE_S

    @property
    def text(self) -> str:
        """The keys that count now."""
        return "\n".join(self.lines) + "\n" if self.lines else self.signers.text

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
            # A history that was rewritten begins with lists that are over: with them an ended key came back.
            if grown or not self.continues or tag.date > self.last.date:
                self.adopt(tag.commit)
        return why

    def adopt(self, commit: str) -> None:
        """Take over the list of keys that a trusted revision carries."""
        found = None if self.signers.is_gpg else self.mirror.file(commit, LIST_FILE)
        if found is not None and found[1] <= LARGEST:
            keys = {
                key.fingerprint: key
                for key in keys_of(self.mirror.objects.read(found[0]).decode(errors="replace"))
            }
            if len(keys) >= FEWEST_KEYS:
                self.lines = tuple(key.line for key in keys.values())

    def _fault(self, git: Git, listed: Path, tag: Tag, grown: bool) -> str:
        """Say why a tag is not taken; empty when it may be."""
        if not tag.signature:
            return UNSIGNED
        if tag.named != tag.name:
            return f"has a tag {printable(tag.name)} that was signed under another name"
        ended = self._key_fault(tag)
        if ended is None:
            return "is not signed by a key that you trust"
        if time.monotonic() > self._end:
            raise WorkshopError("the source has too many tags with bad signatures; nothing was changed")
        listed.write_text(self.text, encoding="utf-8")
        verb = ("verify-tag", f"{OFFER}/tags/{tag.name}") if tag.name else ("verify-commit", tag.commit)
        if why := signature_fault(git, *verb) or ended:
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

    def _key_fault(self, tag: Tag) -> str | None:
        """Say what this machine's clock has against the key; empty for nothing, None for a key not listed."""
        if self.signers.is_gpg:
            return ""
        blob, listed = signing_key(tag.signature), keys_of(self.text)
        mine = [key for key in listed if key.blob == blob]
        if not mine:
            return "" if "cert-authority" in self.text.lower() and blob is not None else None
        ends = [key.valid_before() for key in mine]
        if self.trust.ignore_clock or any(end is None or end > now(self.last) for end in ends):
            return ""
        return (
            f"is signed with a key that has expired on {_day(max(end for end in ends if end is not None))}; "
            f"this machine's clock says {_day(now(self.last))}; if that is wrong, go on "
            "once with --ignore-clock"
        )


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
        chain.adopt(commit)
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
    changed = _key_note(last, chain) if chain.continues else ""
    return _with_notes(revision, waits, rewritten, changed, age_note(revision.date, last))


def _waits(branch: str, taken: Tag, refused: dict[str, str]) -> str:
    """Say what of a branch waits: what nobody signed, or what is signed and yet not taken, and why."""
    since = f"{branch} has gone on since {taken.name or taken.commit[:8]}"
    if not refused:
        return f"{since}; what is not signed waits"
    name, why = next(reversed(refused.items()))
    return f"{since}, but {name} {why}; ask the organiser"


def _with_notes(revision: Revision, *notes: str) -> Revision:
    return replace(revision, note=printable("; ".join(filter(None, notes))))


def _key_note(last: Last, chain: Chain) -> str:
    """Say which keys ended and which are new."""
    old, new = ({key.fingerprint for key in keys_of("\n".join(lines))} for lines in (last.keys, chain.lines))
    if not last.keys or old == new:
        return ""
    return f"the organiser's keys changed: {len(old - new)} ended, {len(new - old)} new"


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
