"""Names in plain Latin letters: what is left when the accents, which give a country away, are gone."""

from __future__ import annotations

import re
import unicodedata

ALPHABET = " abcdefghijklmnopqrstuvwxyz-'"
"""Every character that a romanised name may have."""

# Letters that Unicode does not take apart into a base and an accent.
_WHOLE = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "\u0131": "i",
    "ħ": "h", "ə": "e", ".": " ",
}  # fmt: skip
_QUOTES, _HYPHENS = "`\u2018\u2019\u2032\u02b9\u02bb\u02bc\u02bd\u02be\u02bf", "\u2011\u2013\u2212"
_TO_PLAIN = str.maketrans({**_WHOLE, **dict.fromkeys(_QUOTES, "'"), **dict.fromkeys(_HYPHENS, "-")})
_PLAIN = re.compile(r"[a-z][a-z '-]*")
_TITLES = frozenset(
    {"of", "the", "and", "consort", "dowager", "emperor", "empress", "lady", "prince", "princess"}
)
_GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
WORDS = (2, 4)
"""The fewest and the most words of a name that is used."""


def romanise(title: str) -> str | None:
    """Return ``title`` in lower case, without accents, full stops and "Jr.".

    None when it is not a name of two to four words in Latin letters: a single name, a title of nobility
    ("X of Y", "X, 1st Baron", "Empress X"), a group ("A and B"), a number, another script.

    >>> romanise("Hideji Ōtaki"), romanise("R. C. Prakash"), romanise("Adalbert of Saxony")
    ('hideji otaki', 'r c prakash', None)
    """
    words = [word.strip("-'") for word in plain(title).split()]
    name = " ".join(word for word in words if word and word not in _GENERATIONS)
    fewest, most = WORDS
    fits = _PLAIN.fullmatch(name) and fewest <= len(name.split()) <= most
    return name if fits and _TITLES.isdisjoint(name.split()) else None


def plain(text: str) -> str:
    """Return ``text`` in lower case without accents, a full stop being a space."""
    if text.isascii():
        return text.lower().replace(".", " ").replace("`", "'")
    apart = unicodedata.normalize("NFKD", text.lower().translate(_TO_PLAIN))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def person(name: str) -> str:
    """Return what stays the same when a romanised name is written in another order or with hyphens.

    >>> person("ya-qin zhang") == person("zhang yaqin")
    True
    """
    return " ".join(sorted(re.sub("[-']", "", name).split()))
