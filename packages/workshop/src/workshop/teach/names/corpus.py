"""The corpus of the lessons on names: from the encyclopaedia's table to people, sets and two splits.

The recipe, the same on every machine (order and draws come from SHA-256, not from Python's hash):

1. Romanise every title (``romanise``); what is not a name of two to four words is left out.
2. Leave out whoever has a nationality outside of one region: all labels of a romanised name have to
   agree. The same words in another order are the same person (``romanise.person``) and count once.
3. Split. ``random``: people by chance. ``families``: families by chance (``families``: a heuristic).
4. Test and validation sets are balanced and small. Whoever is not in them is learnt from, at most ``most``
   people a region; but, by families, nobody who bears a word of a family of those sets anywhere.

``neighbours`` are people of other nations to learn from besides; the same families are kept out.
"""

from __future__ import annotations

import functools
import hashlib
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workshop import datasets
from workshop.core.errors import WorkshopError
from workshop.teach.names.families import families_of
from workshop.teach.names.regions import REGION_OF, REGIONS
from workshop.teach.names.romanise import person, plain, romanise

SPLITS = ("random", "families")
TEST, VALIDATION = 0.15, 0.10
"""The share of people, or of families, that are tested on and tuned on."""
LARGE, ONE_IN = "European", 16
"""The region with more people than are needed, and which share of them is taken: one in so many."""
ALL = 10**6
"""More people than any region has."""
OTHER = "other"
"""Every nationality that is of no region."""

Labels = npt.NDArray[np.int32]


class People(NamedTuple):
    """Some people: their romanised names and the numbers of their regions."""

    names: list[str]
    labels: Labels
    """int32 (n,), places in ``REGIONS``."""


class Sets(NamedTuple):
    """People to learn from, to tune on and to be tested on; nobody is in two of them."""

    train: People
    validation: People
    test: People


def chance(text: str, salt: str) -> float:
    """Return a number from 0 to 1 that depends on ``text`` and ``salt`` alone."""
    return int.from_bytes(hashlib.sha256(f"{salt}:{text}".encode()).digest()[:7]) / 2**56


def read_table(path: Path | None = None) -> Iterator[tuple[str, list[str]]]:
    """Yield each nationality of the data set ``names-by-country`` with its titles.

    Raises WorkshopError when the file is not there or is not such a table.
    """
    path = path or datasets.path("names-by-country", "names-by-country.tsv")
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                nationality, *titles = line.rstrip("\n").split("\t")
                yield nationality, titles
    except (OSError, UnicodeDecodeError) as error:
        raise WorkshopError(f"cannot read {path}; run 'workshop data fetch names-by-country'") from error


def regions_of_names(path: Path | None = None) -> Mapping[str, Set[str]]:
    """Return the regions of each romanised name; nationalities of no region count as ``OTHER``.

    Of Europe's many people one in ``ONE_IN`` is taken. Whatever name is taken is looked for among all
    titles of all nationalities. The last answer is kept, for the splits need it again and again.
    """
    return _regions_of_names(path)


@functools.lru_cache(maxsize=1)
def _regions_of_names(path: Path | None) -> Mapping[str, Set[str]]:
    known: dict[str, set[str]] = defaultdict(set)
    for nationality, titles in read_table(path):
        region = REGION_OF.get(nationality)
        for title in titles if region else ():
            if (region != LARGE or _taken(title)) and (name := romanise(title)):
                known[name].add(str(region))
    for nationality, titles in read_table(path):
        region = REGION_OF.get(nationality, OTHER)
        for title in titles if region in (LARGE, OTHER) else ():
            name = " ".join(plain(title).split())
            if name in known:
                known[name].add(region)
    return dict(known)


def _taken(title: str) -> bool:
    return zlib.crc32(title.encode()) % ONE_IN == 0


def single_region(known: Mapping[str, Set[str]]) -> dict[str, str]:
    """Return ``{name: region}`` of the people whose labels all agree, each person once."""
    people: dict[str, dict[str, Set[str]]] = defaultdict(dict)
    for name, regions in known.items():
        people[person(name)][name] = regions
    agreed = {}
    for spellings in people.values():
        labels = set[str]().union(*spellings.values())
        if len(labels) == 1 and OTHER not in labels:
            agreed[min(spellings)] = labels.pop()
    return dict(sorted(agreed.items()))


def load(split: str = "random", *, most: int = ALL, test: int = 350, path: Path | None = None) -> Sets:
    """Return the three sets of a split, "random" or "families".

    ``most``: people a region to learn from, at most; ``test``: a region to be tested on, at most, and
    two thirds of that to tune on. Balanced sets are as large as the smallest region allows.
    """
    if split not in SPLITS:
        raise ValueError(f"the split is one of {', '.join(SPLITS)}, not {split}")
    agreed = single_region(regions_of_names(path))
    sets, _ = _split(agreed, split, most, test)
    return sets


def neighbours(
    split: str, *, most: int = 1000, fewest: int = 500, test: int = 350, path: Path | None = None
) -> tuple[list[str], People]:
    """Return the nations that are of no region or of Europe, and people of them, labelled with their nation.

    A nation has ``fewest`` people at least and is represented by ``most`` at most. Nobody is there who is
    in the test or validation set of ``split``, or bears a word of a family of those sets when the split is
    by families (``test`` as in ``load``). Who has several nations is there with each.
    """
    _, held_out = _split(single_region(regions_of_names(path)), split, most, test)
    nations: list[str] = []
    people: list[tuple[str, int]] = []
    for nationality, titles in read_table(path):
        if REGION_OF.get(nationality) not in (LARGE, None) or len(titles) < fewest:
            continue
        chosen = sorted(titles, key=lambda title: zlib.crc32(title.encode()))[: 2 * most]
        names = sorted({name for title in chosen if (name := romanise(title))})
        free = [name for name in names if held_out.isdisjoint(_keys(name, split))]
        people += [
            (name, len(nations)) for name in sorted(free, key=lambda name: chance(name, "order"))[:most]
        ]
        nations.append(nationality)
    people.sort(key=lambda pair: chance(f"{pair[0]} {pair[1]}", "shuffle"))
    labels = np.array([label for _, label in people], dtype=np.int32)
    return nations, People([name for name, _ in people], labels)


def _keys(name: str, split: str) -> list[str]:
    """Return all that may give a name's person away: the person, or each word."""
    return name.replace("-", " ").split() if split == "families" else [person(name)]


def _split(agreed: dict[str, str], split: str, most: int, test: int) -> tuple[Sets, Set[str]]:
    """Return the three sets, and the words or people that are kept from training."""
    groups = families_of(agreed) if split == "families" else {name: person(name) for name in agreed}
    parts = {group: _part(chance(group, split)) for group in set(groups.values())}
    drawn = [
        _draw(_by_region([name for name, group in groups.items() if parts[group] == part], agreed), count)
        for part, count in ((1, test * 2 // 3), (2, test))
    ]
    used = {name for people in drawn for name in people.names}
    held_out = {groups[name] for name in used}
    free = [name for name in agreed if name not in used and held_out.isdisjoint(_keys(name, split))]
    return Sets(_draw(_by_region(free, agreed), most, balanced=False), *drawn), held_out


def _part(draw: float) -> int:
    """Return 2 (test), 1 (validation) or 0 (train)."""
    return 2 if draw < TEST else 1 if draw < TEST + VALIDATION else 0


def _by_region(names: Iterable[str], agreed: dict[str, str]) -> list[list[str]]:
    """Return the names of each region in an order drawn by chance."""
    groups: dict[str, list[str]] = {region: [] for region in REGIONS}
    for name in names:
        groups[agreed[name]].append(name)
    return [sorted(groups[region], key=lambda name: chance(name, "order")) for region in REGIONS]


def _draw(groups: list[list[str]], most: int, *, balanced: bool = True) -> People:
    """Return at most ``most`` people a region, shuffled; equally many of each if ``balanced``."""
    count = min([most, *map(len, groups)]) if balanced else most
    drawn = [(name, label) for label, group in enumerate(groups) for name in group[:count]]
    drawn.sort(key=lambda pair: chance(pair[0], "shuffle"))
    return People([name for name, _ in drawn], np.array([label for _, label in drawn], dtype=np.int32))
