"""Codes of seats: made at random, read from a card by people, kept as keyed hashes only."""

from __future__ import annotations

import hashlib
import hmac
import secrets

ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
"""No 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B: nobody has to guess what a card says."""
LENGTH = 12
GROUP = 4


def new_code() -> str:
    """Return a new random code of LENGTH characters, 55 bits of chance."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def printed(code: str) -> str:
    """Return a code as a card shows it, in groups: ``ACDE-FGHJ-KMNP``."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def typed(text: str) -> str:
    """Return what somebody typed as a code: without blanks and dashes, in capitals."""
    return "".join(each for each in text.upper() if each.isalnum())


def keyed(key: bytes, purpose: str, *parts: str) -> str:
    """Return the HMAC-SHA256 of some texts, 64 hex digits.

    purpose: keeps one use of the key apart from another.
    parts: are told apart by their lengths, so that ("a", "bc") is not ("ab", "c").
    """
    text = "".join(f"{len(part)}:{part}" for part in (purpose, *parts))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two hashes in a time that does not depend on where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
