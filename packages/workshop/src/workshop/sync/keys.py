"""An organiser's keys, as they lie in a repository that nobody trusts yet.

The lines are those of ssh-keygen(1), ALLOWED SIGNERS. A fingerprint vouches for a key alone, not for what
stands beside it in the file: other keys are left out, and a line that would make more of its key than a
signer is refused.
"""

from __future__ import annotations

import base64
import binascii
import calendar
import hashlib
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workshop.errors import WorkshopError
from workshop.sync.git import printable

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
"""What limits a key. Anything else, such as cert-authority, is refused."""
FINGERPRINT = re.compile(r"(?:SHA256:)?([A-Za-z0-9+/]{43})=?")
NAMESPACES = 'namespaces="git"'


@dataclass(frozen=True)
class Key:
    """One line of a file of signers."""

    kind: str
    blob: bytes
    options: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """The fingerprint as ``ssh-keygen -l`` prints it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    @property
    def line(self) -> str:
        """The line that this machine keeps: nothing in it is the file's own words."""
        limits = [option for option in self.options if OPTION.fullmatch(option)]
        if not any(option.lower().startswith("namespaces") for option in limits):
            limits.append(NAMESPACES)
        return f"organiser {','.join(limits)} {self.kind} {base64.b64encode(self.blob).decode()}"

    def valid_before(self) -> float | None:
        """Return when the key ends, in seconds since 1970; None when it does not."""
        for option in self.options:
            found = re.fullmatch(r'valid-before="(\d{8})(\d{4}(?:\d{2})?)?(Z?)"', option, re.IGNORECASE)
            if found:
                text = f"{found[1]}{found[2] or ''}".ljust(14, "0")
                try:
                    there = time.strptime(text, "%Y%m%d%H%M%S")
                    return calendar.timegm(there) if found[3] else time.mktime(there)
                except (ValueError, OverflowError):
                    return 0.0  # a date that does not exist ends it
        return None


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
    return list(_keys(text.splitlines()))


def _keys(lines: Iterable[str]) -> Iterator[Key]:
    for line in lines:
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
        yield Key(words[kind], blob, options)


def chosen(keys: Iterable[Key], fingerprints: Iterable[str], place: str) -> list[Key]:
    """Return the keys of these fingerprints; all others stay untrusted.

    Args:
        keys: What a file holds.
        fingerprints: In their full form.
        place: What the file is called, for people.

    Raises:
        WorkshopError: One is not there or there twice, or its line gives it other rights than to sign.
    """
    there = list(keys)
    found = []
    for fingerprint in dict.fromkeys(fingerprints):
        matching = [key for key in there if key.fingerprint == fingerprint]
        if not matching:
            raise WorkshopError(
                f"{place} has no key {fingerprint}; nothing was changed; read the fingerprint again, letter "
                "by letter, and ask the organiser if it is right"
            )
        if len(matching) > 1:
            raise WorkshopError(
                f"{place} has the key {fingerprint} twice; nothing was changed; ask the organiser"
            )
        for option in matching[0].options:
            limit = OPTION.fullmatch(option)
            if limit is None:
                raise WorkshopError(
                    f"{place} gives the key {fingerprint} more than a signer needs "
                    f"({printable(option)[:40]}); nothing was changed; ask the organiser"
                )
            if limit[1].lower() == "namespaces" and "git" not in limit[2].split(","):
                raise WorkshopError(
                    f"{place} has the key {fingerprint} for {limit[2]} and not for git; nothing was changed; "
                    "ask the organiser"
                )
        found.append(matching[0])
    return found
