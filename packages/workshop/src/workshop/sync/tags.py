"""What somebody signed: annotated tags and commits, of which no more is read than is sensible."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workshop.sync.git import printable
from workshop.sync.mirror import OFFER, Mirror, understood

LARGEST = 64 * 1024
"""Longer tags, and longer lists of keys, are passed over."""
MOST_COMMITS = 200_000
PROJECT = re.compile(r"^project:[ \t]*(\S.*?)[ \t]*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Revision:
    """One revision that the organiser offers."""

    commit: str
    tag: str = ""
    """The signed tag's name; empty when the commit itself is signed, or nothing is."""
    date: int = 0
    """When it was signed, in seconds since 1970, by the signer's clock."""
    message: str = ""
    """What the tag says."""
    note: str = ""
    project: str = ""
    keys: tuple[str, ...] = ()
    """The lines of the keys that count from now on; empty when no revision carried a list."""
    anchor: str = ""
    """Hash of the machine's own file of keys, from which the list descends."""
    chain: tuple[str, ...] = ()
    """The signed tags that lead to it, the oldest first."""

    @property
    def name(self) -> str:
        """A short name, fit for a file's name."""
        return self.commit[:8]


@dataclass(frozen=True)
class Ref:
    """An annotated tag before it is read: hostile ones are many, and long."""

    name: str
    commit: str
    place: int
    """How many commits, counted from the branch's newest one, stand before it."""
    object: str


@dataclass(frozen=True)
class Tag:
    """An annotated tag, or a commit, and what somebody signed in it."""

    name: str
    """Empty for a commit."""
    commit: str
    date: int
    message: str
    signature: bytes
    named: str
    """The name that was signed."""

    @property
    def project(self) -> str:
        """The project that it names; empty when it names none."""
        found = PROJECT.search(self.message)
        return found[1] if found else ""

    def as_revision(self, note: str = "") -> Revision:
        """Return what it offers."""
        return Revision(self.commit, self.name, self.date, self.message if self.name else "", note)


def version(tag: str) -> tuple[int, ...]:
    """Return the numbers of a tag such as ``v2026.11``; empty when it is no version."""
    found = re.fullmatch(r"v?(\d{1,9}(?:\.\d{1,9})*)", tag)
    return tuple(int(number) for number in found[1].split(".")) if found else ()


def history(mirror: Mirror, tip: str) -> tuple[dict[str, int], list[Ref]]:
    """Return the places of a branch's commits, and its annotated tags, the newest first."""
    words = ("rev-list", "--topo-order", f"--max-count={MOST_COMMITS}", tip)
    with understood("rev-list"):
        order = {name: place for place, name in enumerate(mirror.git.output(*words).decode().split())}
    form = "%(objecttype) %(objectsize) %(objectname) %(*objecttype) %(*objectname)"
    listed = mirror.git.output(
        "for-each-ref", f"--format={form} %(taggerdate:unix) %(refname)", f"{OFFER}/tags"
    ).decode(errors="replace")
    found = []
    for row in filter(None, listed.split("\n")):  # a name may hold other ends of lines
        with understood("for-each-ref"):
            kind, size, name, of, commit, date, ref = row.split(" ", 6)
            if (kind, of) == ("tag", "commit") and commit in order and int(size) <= LARGEST:
                tag = ref.removeprefix(f"{OFFER}/tags/")
                found.append((version(tag), int(date or 0), Ref(tag, commit, order[commit], name)))
    newest = sorted(found, key=lambda each: each[:2], reverse=True)
    return order, sorted((ref for _, _, ref in newest), key=lambda ref: ref.place)


def read_tag(mirror: Mirror, ref: Ref) -> Tag:
    """Read a tag and what somebody signed in it."""
    head, text, signature = _read(mirror, ref.object, b"-----BEGIN ")
    named = re.search(rb"^tag (.*)$", head, re.MULTILINE)
    signed_name = named[1].decode(errors="replace") if named else ""
    return Tag(ref.name, ref.commit, _date(head, b"tagger"), text, signature, signed_name)


def read_commit(mirror: Mirror, commit: str) -> Tag:
    """Return a commit as something that may be signed."""
    head, text, _ = _read(mirror, commit, b"\0")
    signed = re.search(rb"^gpgsig(?:-sha256)? ((?:.*\n )*.*)$", head, re.MULTILINE)
    signature = signed[1].replace(b"\n ", b"\n") if signed else b""
    return Tag("", commit, _date(head, b"committer"), text, signature, "")


def _read(mirror: Mirror, name: str, mark: bytes) -> tuple[bytes, str, bytes]:
    """Return an object's head, its text for people, and what begins with a mark; no more than is sensible."""
    head, _, rest = mirror.objects.read(name, LARGEST).partition(b"\n\n")
    text, begin, signature = rest.partition(mark)
    return head, printable(text.decode(errors="replace").strip()), begin + signature


def _date(head: bytes, who: bytes) -> int:
    found = re.search(rb"^" + who + rb" .* (\d{1,12}) [+-]\d{4}$", head, re.MULTILINE)
    return int(found[1]) if found else 0
