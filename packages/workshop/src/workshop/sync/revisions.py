"""What an organiser offers: annotated tags and commits, and what somebody signed in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workshop.sync.git import OFFER, Mirror, printable
from workshop.sync.signatures import UNSIGNED

LARGEST = 64 * 1024
"""Longer tags, and longer lists of keys, are passed over."""
MOST_COMMITS = 200_000
PROJECT = re.compile(r"^project:[ \t]*(\S.*?)[ \t]*$", re.MULTILINE | re.IGNORECASE)
UNCLEAR = "is signed more than once, or in a way that is not accepted"
BLOCK = re.compile(rb"^-----BEGIN ", re.MULTILINE)
"""How a signature begins that git would look for in a tag."""
REPEATED = {b"parent", b"mergetag"}
"""The headers of which a commit may have more than one."""


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

    @property
    def tags(self) -> set[str]:
        """Its own tag, and those that lead to it: each says which keys the next one may bear."""
        return {*self.chain, self.tag} - {""}


@dataclass(frozen=True)
class Ref:
    """An annotated tag before it is read: hostile ones are many, and long."""

    name: str
    commit: str
    object: str


@dataclass(frozen=True)
class Tag:
    """An annotated tag, or a commit, and what somebody signed in it."""

    name: str
    """Empty for a commit."""
    commit: str
    object: str
    """What is signed: the tag's own object, or the commit."""
    date: int
    """As the object claims."""
    message: str
    named: str
    """The name that was signed."""
    fault: str
    """Why its signature need not be looked at; empty when there is exactly one."""

    @property
    def project(self) -> str:
        """The project that it names; empty when it names none."""
        found = PROJECT.search(self.message)
        return found[1] if found else ""

    def as_revision(self) -> Revision:
        """Return what it offers."""
        return Revision(self.commit, self.name, self.date, self.message if self.name else "")


def version(tag: str) -> tuple[int, ...]:
    """Return the numbers of a tag such as ``v2026.11``; empty when it is no version."""
    found = re.fullmatch(r"v?(\d{1,9}(?:\.\d{1,9})*)", tag)
    return tuple(int(number) for number in found[1].split(".")) if found else ()


def history(mirror: Mirror, tip: str) -> tuple[dict[str, int], list[Ref]]:
    """Return the places of a branch's commits, and its annotated tags, the newest first."""
    words = ("rev-list", "--topo-order", f"--max-count={MOST_COMMITS}", tip)
    order = {name: place for place, name in enumerate(mirror.git.output(*words).decode().split())}
    form = "%(objecttype) %(objectsize) %(objectname) %(*objecttype) %(*objectname)"
    listed = mirror.git.output(
        "for-each-ref", f"--format={form} %(taggerdate:unix) %(refname)", f"{OFFER}/tags"
    ).decode(errors="replace")
    found = []
    for row in filter(None, listed.split("\n")):  # a name may hold other ends of lines
        kind, size, name, of, commit, date, ref = row.split(" ", 6)
        if (kind, of) == ("tag", "commit") and commit in order and int(size) <= LARGEST:
            tag = ref.removeprefix(f"{OFFER}/tags/")
            found.append((version(tag), int(date or 0), Ref(tag, commit, name)))
    newest = sorted(found, key=lambda each: each[:2], reverse=True)
    return order, sorted((ref for _, _, ref in newest), key=lambda ref: order[ref.commit])


def read_tag(mirror: Mirror, ref: Ref) -> Tag:
    """Read a tag and what somebody signed in it."""
    head, body, _ = _read(mirror, ref.object)
    found = re.search(rb"^tag (.*)$", head, re.MULTILINE)
    named = found[1].decode(errors="replace") if found else ""
    headers, in_head, blocks = _signature_headers(head), len(BLOCK.findall(head)), len(BLOCK.findall(body))
    signatures = len(headers) + in_head + blocks
    fault = _fault(head, signatures, is_clear=signatures == blocks == 1)
    text = BLOCK.split(body, maxsplit=1)[0]
    return Tag(ref.name, ref.commit, ref.object, _date(head, b"tagger"), _text(text), named, fault)


def read_commit(mirror: Mirror, commit: str) -> Tag:
    """Return a commit as something that may be signed."""
    head, body, is_whole = _read(mirror, commit)
    headers = _signature_headers(head)
    fault = _fault(head, len(headers), is_clear=is_whole and headers == [b"gpgsig"])
    return Tag("", commit, commit, _date(head, b"committer"), _text(body), "", fault)


def _read(mirror: Mirror, name: str) -> tuple[bytes, bytes, bool]:
    """Return an object's head and body, no more than is sensible, and whether all of the head is in it."""
    head, end, body = mirror.read(name, LARGEST).partition(b"\n\n")
    return head, body, bool(end)


def _names(head: bytes) -> list[bytes]:
    """Return the names of all headers; a line that begins with a space goes on with the one before."""
    return [line.partition(b" ")[0] for line in head.split(b"\n") if not line.startswith(b" ")]


def _signature_headers(head: bytes) -> list[bytes]:
    """Return the names of headers that git may take for a signature, or leaves out of what is signed."""
    return [name for name in _names(head) if name.lower().startswith(b"gpgsig")]


def _fault(head: bytes, signatures: int, is_clear: bool) -> str:
    """Say why an object's signature is not looked at: of several, git and we may each mean another one."""
    if not signatures:
        return UNSIGNED
    names = [name for name in _names(head) if name not in REPEATED]
    return "" if is_clear and len({*names}) == len(names) else UNCLEAR


def _text(text: bytes) -> str:
    return printable(text.decode(errors="replace").strip())


def _date(head: bytes, who: bytes) -> int:
    found = re.search(rb"^" + who + rb" .* (\d{1,12}) [+-]\d{4}$", head, re.MULTILINE)
    return int(found[1]) if found else 0
