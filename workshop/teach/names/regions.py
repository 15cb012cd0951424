"""The seven regions: which nationalities they are, and which word of a name is the family's."""

from __future__ import annotations

NATIONALITIES: dict[str, tuple[str, ...]] = {
    "China": ("Chinese",),
    "India": ("Indian",),
    "Thailand": ("Thai",),
    "Malaysia": ("Malaysian",),
    "Japan": ("Japanese",),
    "Philippines": ("Filipino",),
    "European": (
        "Albanian", "Andorran", "Austrian", "Basque", "Belarusian", "Belgian", "Bosniak", "Breton",
        "British", "Bulgarian", "Catalan", "Croat", "Cypriot", "Czech", "Dane", "Dutch", "English",
        "Estonian", "Faroese", "Finn", "French", "German", "Gibraltarian", "Greek", "Hungarian", "Irish",
        "Italian", "Latvian", "Lithuanian", "Macedonian", "Maltese", "Manx", "Moldovan", "Montenegrin",
        "Norwegian", "Pole", "Portuguese", "Romanian", "Russian", "Sammarinese", "Serb", "Slovak",
        "Slovene", "Ukrainian", "Welsh",
    ),
}  # fmt: skip
"""The nationalities of each region, as the data set spells them."""

REGIONS = tuple(NATIONALITIES)
"""The regions in the order of their labels, 0 to 6."""

REGION_OF = {kind: region for region, kinds in NATIONALITIES.items() for kind in kinds}
"""The region of a nationality."""

_SHORT = 5
_FATHER = frozenset({"bin", "binti", "bt", "al", "haji", "abu", "abdul", "mohd", "syed", "wan"})


def family(name: str, region: str, firsts: frozenset[str] = frozenset()) -> str:
    """Return the word of a romanised name that it shares with its family.

    China: the first word where it is one of ``firsts``, the words that begin Chinese names often
    (the family's name is said first), else the last. Malaysia: the first of three short words, as
    Malaysians of Chinese descent write it ("tan kim her"), else the last, which is a family's or a
    father's name. Elsewhere the last; initials ("hari kumar k") are passed over. Of a double name
    ("santos-concio") it is the last part.

    >>> family("tan kim her", "Malaysia"), family("hari kumar k", "India")
    ('tan', 'kumar')
    """
    return _word(name, region, firsts).rpartition("-")[2]


def _word(name: str, region: str, firsts: frozenset[str]) -> str:
    words = [word for word in name.split() if len(word) > 1] or name.split()
    if region == "China":
        return words[0] if words[0] in firsts else words[-1]
    short = len(words) == 3 and all(len(word) <= _SHORT for word in words)
    if region == "Malaysia" and short and _FATHER.isdisjoint(words):
        return words[0]
    return words[-1]
