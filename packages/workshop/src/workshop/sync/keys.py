"""An organiser's keys: a key, a list of keys, and who may replace a list.

The lines are those of ssh-keygen(1), ALLOWED SIGNERS. A key only signs: a line with any other option, such
as cert-authority, is not trusted. A key for ``workshop-keys`` alone is a root key: it approves lists and
signs no revision.
"""

from __future__ import annotations

import base64
import binascii
import calendar
import hashlib
import math
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from workshop.errors import WorkshopError
from workshop.sync.git import printable
from workshop.updates import valid_until

KINDS = (
    "ssh-ed25519",
    "sk-ssh-ed25519@openssh.com",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-rsa",
)
OPTION = re.compile(r'(namespaces|valid-after|valid-before)="([\w,.@*-]+)"', re.IGNORECASE)
"""What limits a key."""
FINGERPRINT = re.compile(r"(?:SHA256:)?([A-Za-z0-9+/]{43})=?")
REVISIONS = "git"
"""The namespace of ssh-keygen's in which git signs."""
LISTS = "workshop-keys"
"""The namespace in which lists of keys are approved."""
KEYS_FILE = "allowed-signers"
"""Where a repository shows its organiser's keys, to whoever compares their fingerprints."""
FEWEST_KEYS = 2
"""A list with fewer keys is not taken: after a theft nothing could replace it."""
FEWEST_APPROVALS = 2


@dataclass(frozen=True)
class Key:
    """One line of a list of keys."""

    kind: str
    blob: bytes
    options: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """The fingerprint as ``ssh-keygen -l`` prints it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    @property
    def public(self) -> str:
        """The public key, in the letters of its file."""
        return f"{self.kind} {base64.b64encode(self.blob).decode()}"

    @property
    def line(self) -> str:
        """The line that this machine keeps: nothing in it is the file's own words."""
        limits = [option for option in self.options if OPTION.fullmatch(option)]
        if not self._values("namespaces"):
            limits.append(f'namespaces="{REVISIONS}"')
        return f"organiser {','.join(limits)} {self.public}"

    @property
    def only_signs(self) -> bool:
        """Whether its options do nothing but limit it."""
        return all(OPTION.fullmatch(option) for option in self.options)

    def signs(self, namespace: str) -> bool:
        """Tell whether its signatures count in a namespace; without a word about it, only for revisions."""
        named = self._values("namespaces") or [REVISIONS]
        return all(any(fnmatchcase(namespace, each) for each in value.split(",")) for value in named)

    def valid_before(self) -> float:
        """Return when the key ends, in seconds since 1970; a date that does not exist ends it at once."""
        return min((_seconds(value, 0.0) for value in self._values("valid-before")), default=math.inf)

    def valid_after(self) -> float:
        """Return when the key begins, in seconds since 1970; on a date that does not exist it never does."""
        return max((_seconds(value, math.inf) for value in self._values("valid-after")), default=0.0)

    def is_valid(self, when: float) -> bool:
        """Tell whether the key counts at a time, in seconds since 1970."""
        return self.valid_after() <= when <= self.valid_before()

    def _values(self, name: str) -> list[str]:
        found = filter(None, map(OPTION.fullmatch, self.options))
        return [option[2] for option in found if option[1].lower() == name]


def _seconds(text: str, otherwise: float) -> float:
    """Return ssh-keygen's ``YYYYMMDD[HHMM[SS]][Z]`` in seconds; without the Z it is local time."""
    found = re.fullmatch(r"(\d{8})(\d{4}(?:\d{2})?)?(Z?)", text, re.IGNORECASE)
    if found is None:
        return otherwise
    try:
        there = time.strptime(f"{found[1]}{found[2] or ''}".ljust(14, "0"), "%Y%m%d%H%M%S")
        return calendar.timegm(there) if found[3] else time.mktime(there)
    except (ValueError, OverflowError):
        return otherwise


def fingerprint_of(text: str) -> str:
    """Return a fingerprint that somebody typed in its full form; WorkshopError when it is none."""
    found = FINGERPRINT.fullmatch(text.strip())
    if found is None:
        raise WorkshopError(
            f"{text!r} is no fingerprint; it looks like SHA256:u7… and has 43 letters after the colon"
        )
    return f"SHA256:{found[1]}"


def keys_of(text: str) -> list[Key]:
    """Return the keys of a file of signers; what is no line of one is passed over, and so never trusted."""
    found = []
    for line in text.splitlines():
        # Quotes hold spaces together.
        words = re.findall(r'(?:[^\s"]|"[^"]*")+', line)
        if line.lstrip().startswith("#") or len(words) < 3:
            continue
        kind = next((place for place, word in enumerate(words[1:3], start=1) if word in KINDS), None)
        if kind is None or len(words) < kind + 2:
            continue
        try:
            blob = base64.b64decode(words[kind + 1], validate=True)
        except (binascii.Error, ValueError):
            continue
        name = words[kind].encode()
        if not blob.startswith(len(name).to_bytes(4, "big") + name):
            continue
        options = tuple(re.findall(r'(?:[^,"]|"[^"]*")+', words[1])) if kind == 2 else ()
        found.append(Key(words[kind], blob, options))
    return found


def chosen(keys: Sequence[Key], fingerprints: Iterable[str], place: str) -> list[Key]:
    """Return the keys of these fingerprints, in their full form; all others stay untrusted.

    Raises WorkshopError, which calls their file ``place``, when one is not there or there twice, or when its
    line gives it other rights than to sign.
    """
    found = []
    for fingerprint in dict.fromkeys(fingerprints):
        matching = [key for key in keys if key.fingerprint == fingerprint]
        if why := _unfit(matching, fingerprint):
            raise WorkshopError(f"{place} {why}")
        found.append(matching[0])
    return found


def _unfit(matching: Sequence[Key], fingerprint: str) -> str:
    """Say why the keys of one fingerprint are not taken; empty when there is one that only signs."""
    if not matching:
        return (
            f"has no key {fingerprint}; nothing was changed; read the fingerprint again, letter by letter, "
            "and ask the organiser if it is right"
        )
    end, key = "nothing was changed; ask the organiser", matching[0]
    if len(matching) > 1:
        return f"has the key {fingerprint} twice; {end}"
    if not key.only_signs:
        more = printable(next(option for option in key.options if not OPTION.fullmatch(option)))[:40]
        return f"gives the key {fingerprint} more than a signer needs ({more}); {end}"
    if not key.signs(REVISIONS) and not key.signs(LISTS):
        return f"has the key {fingerprint} for other things and not for git; {end}"
    return ""


@dataclass(frozen=True)
class KeyList:
    """The keys that count, and until when the organiser promised to have another list."""

    keys: tuple[Key, ...]
    until: str = ""
    """The day of ``# valid-until: YYYY-MM-DD``; empty without one. A list that has expired still counts."""

    @classmethod
    def of(cls, text: str) -> KeyList:
        """Read a list; a line that is no key, or gives its key more than to sign, is passed over."""
        keys = {key.line: key for key in keys_of(text) if key.only_signs}
        return cls(tuple(keys.values()), valid_until(text))

    @property
    def lines(self) -> tuple[str, ...]:
        """The list as this machine keeps it."""
        first = (f"# valid-until: {self.until}",) if self.until else ()
        return (*first, *(key.line for key in self.keys))

    @property
    def signers(self) -> list[Key]:
        """The keys that sign revisions."""
        return [key for key in self.keys if key.signs(REVISIONS)]

    @property
    def roots(self) -> list[Key]:
        """The keys that approve lists and do nothing else."""
        daily = {key.blob for key in self.signers}
        return [key for key in self.keys if key.signs(LISTS) and key.blob not in daily]

    def is_as(self, other: KeyList) -> bool:
        """Tell whether another list says the same."""
        return {*self.lines} == {*other.lines}

    def too_short(self) -> str:
        """Say why a list is not taken, whoever approved it; empty when it may be."""
        names = fingerprints(self.signers) | fingerprints(self.roots)
        if not self.signers or len(names) < FEWEST_KEYS:
            return f"has fewer than {FEWEST_KEYS} keys, or none that signs revisions"
        return ""

    def may_become(self, new: KeyList, approved: set[str]) -> str:
        """Say why ``new`` does not replace this list; empty when it does.

        ``approved`` has the fingerprints of this list's valid keys that signed the new one. It needs a later
        date because an approved list of the past, which everybody has, could come back otherwise.
        """
        if why := new.too_short():
            return why
        if new.until <= self.until:
            return f"is valid until {new.until or 'no day'}, not longer than the one before"
        if approved & fingerprints(self.roots):
            return ""
        if self.roots and {key.line for key in self.roots} != {key.line for key in new.roots}:
            return "has another root key, which the root key did not approve"
        if len(approved & fingerprints(self.signers) & fingerprints(new.signers)) >= FEWEST_APPROVALS:
            return ""
        return "is approved neither by the root key nor by two keys that it keeps"


def fingerprints(keys: Iterable[Key]) -> set[str]:
    """Return the fingerprints of keys."""
    return {key.fingerprint for key in keys}
