"""How far the labels can be trusted: people with two of them, and near twins who do not agree."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set

from workshop.teach.names.regions import REGIONS
from workshop.teach.names.romanise import person


def doubtful(known: Mapping[str, Set[str]]) -> dict[str, float]:
    """Return, for each region, the share of its names that carry a label of elsewhere too.

    ``known`` is what ``corpus.regions_of_names`` returns.
    """
    shares = {}
    for region in REGIONS:
        labels = [regions for regions in known.values() if region in regions]
        shares[region] = sum(len(regions) > 1 for regions in labels) / len(labels) if labels else 0.0
    return shares


def reordered(known: Mapping[str, Set[str]]) -> list[tuple[str, str]]:
    """Return pairs of names that have the same words in another order and no label in common."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in known:
        groups[person(name)].append(name)
    pairs = (pair for names in groups.values() for pair in itertools.combinations(sorted(names), 2))
    return sorted((one, other) for one, other in pairs if known[one].isdisjoint(known[other]))


def near_twins(names: Sequence[str]) -> set[tuple[int, int]]:
    """Return the places of all pairs of names that differ in one letter: another one, or one more.

    >>> sorted(near_twins(["li wei", "lu wei", "li weig", "tan"]))
    [(0, 1), (0, 2)]
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        for key in _with_a_gap(name):
            groups[key].append(place)
    pairs = (pair for places in groups.values() for pair in itertools.combinations(places, 2))
    return {(one, other) for one, other in pairs if names[one] != names[other]}


def _with_a_gap(name: str) -> Iterable[str]:
    """Yield each text that has a gap for one letter of ``name``, or for one letter more."""
    for place in range(len(name)):
        yield f"{name[:place]}_{name[place + 1 :]}"
    for place in range(len(name) + 1):
        yield f"{name[:place]}_{name[place:]}"
