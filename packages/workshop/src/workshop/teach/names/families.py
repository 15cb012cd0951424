"""Which word of a name is the family's, learnt from where words stand in all names of a region.

Most names end with the family's. Chinese names begin with it, also those of many Malaysians, and Japanese
ones did before 1868 and some do today; whoever moved to the West, or is called Joseph besides, has turned
the order round. So words count as a family's where other people's names say so. It is a heuristic:
``docs/explanation/networks-and-data.md`` says how often it errs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

OFTEN = 5
"""Who begins so many Chinese names is a family's word, if fewer Europeans' names begin so."""
OFTEN_MALAYSIAN = 2
"""Likewise who is the first of so many Malaysians' three syllables ("tan kim her")."""
CLEARLY = 4.0
"""A word at the unusual place has to be so many times more like a family's word than the usual one."""
_SYLLABLE = re.compile(r"[^aeiou]*[aeiou]*[^aeiou]*")
_MALAY = frozenset({"haji", "md", "mohd", "nik", "nor", "shah", "syed", "wan"})
_OLD = "no"
"""Stands between the family's and the own name of Japanese people of long ago."""


class Places:
    """How many names begin, and end, with each word."""

    def __init__(self, names: Iterable[str]) -> None:
        """Count in ``names``."""
        ends = [(words[0], words[-1]) for words in map(words_of, names)]
        self.first = Counter(first for first, _ in ends)
        self.last = Counter(last for _, last in ends)

    def turned(self, first: str, last: str) -> bool:
        """Return whether other people's names end with the first word and begin with the last, clearly."""
        of_first = (self.last[first] + 0.5) / (self.first[first] - 0.5)
        of_last = (self.last[last] - 0.5) / (self.first[last] + 0.5)
        return of_first > CLEARLY * of_last


class Families:
    """The families' words in the names of a corpus."""

    def __init__(self, agreed: Mapping[str, str]) -> None:
        """Learn from ``{name: region}``."""
        names: dict[str, list[str]] = {"China": [], "Malaysia": [], "Japan": [], "European": []}
        for name, region in agreed.items():
            names.setdefault(region, []).append(name)
        self.places = {region: Places(group) for region, group in names.items()}
        here, there = self.places["China"].first, self.places["European"].first
        self.chinese = frozenset(word for word in here if here[word] >= max(OFTEN, there[word] + 1))
        threes = Counter(of_three(own_words(name)) for name in names["Malaysia"])
        self.malaysian = frozenset(word for word in threes if word and threes[word] >= OFTEN_MALAYSIAN)

    def word(self, name: str, region: str) -> str:
        """Return the word that a person shares with the family, of a double name its last part."""
        return self._word(name, region).rpartition("-")[2]

    def _word(self, name: str, region: str) -> str:
        if region == "China":
            return self._in_china(own_words(name))
        if region == "Malaysia":
            return self._in_malaysia(own_words(name))
        words = words_of(name)
        first, *between, last = words if len(words) > 1 else words * 2
        begins = region == "Japan" and (_OLD in between or self.places[region].turned(first, last))
        return first if begins else last

    def _in_china(self, words: list[str]) -> str:
        first, last = words[0], words[-1]
        if len(words) == 1:
            return first
        if first in self.chinese:
            return last if last in self.chinese and self.places["China"].turned(first, last) else first
        if len(words) > 2:
            return self._in_china(words[1:])
        here, there = self.places["China"].first[first], self.places["European"].first[first]
        return first if is_syllable(first) and last not in self.chinese and here > there else last

    def _in_malaysia(self, words: list[str]) -> str:
        if three := of_three(words):
            return three
        return words[0] if words[0] in self.malaysian and words[-1] not in self.malaysian else words[-1]


def families_of(agreed: Mapping[str, str]) -> dict[str, str]:
    """Return the family's word of each name of ``{name: region}``."""
    families = Families(agreed)
    return {name: families.word(name, region) for name, region in agreed.items()}


def words_of(name: str) -> list[str]:
    """Return a name's words without initials ("hari kumar k"), unless there is nothing else."""
    return [word for word in name.split() if len(word) > 1] or name.split()


def own_words(name: str) -> list[str]:
    """Likewise, without words of two syllables with a hyphen, which are nobody's family ("ya-qin zhang")."""
    words = words_of(name)
    return [word for word in words if "-" not in word or not all(map(is_syllable, word.split("-")))] or words


def is_syllable(word: str) -> bool:
    """Return whether a word has its vowels, if any, in one place, as Chinese words of one sign have."""
    return _SYLLABLE.fullmatch(word) is not None


def of_three(words: list[str]) -> str | None:
    """Return the third word from the end where each from there is a syllable ("mark chang mun kee")."""
    three = words[-3:]
    fits = len(three) == 3 and all(map(is_syllable, three)) and _MALAY.isdisjoint(three)
    return three[0] if fits else None
