"""Which of the words that a network spells out are words."""

from __future__ import annotations

import re
from collections.abc import Set

from workshop.core.errors import WorkshopError

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")


def words(text: str) -> list[str]:
    """Return the words of a text, in small letters.

    >>> words("To-morrow, o'er 'tis")
    ['to', 'morrow', "o'er", 'tis']
    """
    return _WORD.findall(text.lower())


def dictionary(text: str) -> tuple[frozenset[str], str]:
    """Return all English words, and what to call them; where there is no list, those of ``text``.

    The list is the data set ``english-words``, a package of Debian that other systems may not get.
    """
    from workshop import datasets

    try:
        file = datasets.path("english-words", "american-english")
        return frozenset(words(file.read_text(encoding="utf-8"))), "English"
    except WorkshopError:
        return frozenset(words(text)), "in the text"


def share(text: str, known: Set[str]) -> float:
    """Return the share of a text's words that are ``known``; 0 when it has no words."""
    found = words(text)
    return sum(word in known for word in found) / max(1, len(found))
