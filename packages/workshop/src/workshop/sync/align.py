"""What is the same under another name: cells of two versions of a notebook, files of two revisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from workshop.sync.notebook import Cell, Version, body, exercise_of, source

ALIKE = 0.6
"""Two cells without a common id are one cell, edited, when their texts are at least so similar."""
SAME_FILE = 0.5
"""At least this part of a file must have stayed for it to count as the same one."""
ONE_PAIR = 4_000_000
"""Texts whose lengths multiply to more are compared by lines, or only as a whole: it would take minutes."""
ALL_PAIRS = 100_000_000
"""And so much for all pairs of one search; when it is used up, only equal texts count as one."""
MOST_FILES = 2_500

Pairs = dict[int, int]


class Effort:
    """How much comparing one search may still do: hostile texts must not stop an update."""

    def __init__(self) -> None:
        """Begin with all of it."""
        self.left = ALL_PAIRS

    def ratio(self, one: Sequence[str | bytes], other: Sequence[str | bytes]) -> float:
        """Return how similar two sequences are, from 0 to 1."""
        work = len(one) * len(other)
        if work > ONE_PAIR or work > self.left:
            return 0.0
        self.left -= work + 1000
        matcher = SequenceMatcher(None, one, other, False)
        return matcher.ratio() if matcher.quick_ratio() >= SAME_FILE else 0.0

    def likeness(self, one: Cell, other: Cell) -> float:
        """Return how similar two cells' texts are; in cells of two types only equal ones are."""
        mine, theirs = source(one), source(other)
        if mine == theirs or one.get("cell_type") != other.get("cell_type"):
            return float(mine == theirs)
        if len(mine) * len(theirs) > ONE_PAIR:
            return self.ratio(mine.splitlines(), theirs.splitlines())
        return self.ratio(mine, theirs)


def align(old: Sequence[Cell], new: Sequence[Cell], effort: Effort | None = None) -> Pairs:
    """Return for cells of ``new`` (by position) which cell of ``old`` each one was.

    Ids decide where both have them and they are unique, then the names of exercises. The rest goes by
    content: first equal cells in order, then equal cells anywhere, then, between matched neighbours, similar
    ones.
    """
    pairs = _by_id(old, new)
    _by_exercise(old, new, pairs)
    _in_order(old, new, pairs)
    _anywhere(old, new, pairs)
    _similar(old, new, pairs, effort or Effort())
    return pairs


def unique_ids(cells: Sequence[Cell]) -> dict[str, int]:
    """Return the position of each id that only one cell has."""
    counts = Counter(str(cell["id"]) for cell in cells if "id" in cell)
    return {
        str(cell["id"]): number
        for number, cell in enumerate(cells)
        if "id" in cell and counts[str(cell["id"])] == 1
    }


def _by_id(old: Sequence[Cell], new: Sequence[Cell]) -> Pairs:
    """Match by ids, but for those that were dealt out anew: where a text went to another id, it decides."""
    before, after = unique_ids(old), unique_ids(new)
    pairs = {after[name]: before[name] for name in after if name in before}
    equal = {number: place for number, place in pairs.items() if body(old[place]) == body(new[number])}
    was, is_now = _says(old, set(equal.values())), _says(new, set(equal))
    return {
        number: place
        for number, place in pairs.items()
        if number in equal or not (body(new[number]) in was or body(old[place]) in is_now)
    }


def _says(cells: Sequence[Cell], taken: set[int]) -> set[tuple[object, str, str]]:
    """Return what the cells say that are not taken; an empty cell says nothing."""
    return {body(cells[number]) for number in _free(cells, taken) if source(cells[number]).strip()}


def _by_exercise(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs) -> None:
    """Match the stubs of one exercise, whatever the workshop made of their ids and their texts."""
    places = [(number, exercise_of(old[number])) for number in _free(old, set(pairs.values()))]
    counts = Counter(map(exercise_of, new))
    before = {name: number for number, name in places if name and counts[name] == 1}
    for number in _free(new, set(pairs)):
        name = exercise_of(new[number])
        if name in before:
            pairs[number] = before.pop(name)


def _free(cells: Sequence[Cell], taken: set[int]) -> list[int]:
    return [number for number in range(len(cells)) if number not in taken]


def _in_order(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs) -> None:
    """Match equal cells along the longest common run of both versions."""
    mine, theirs = _free(new, set(pairs)), _free(old, set(pairs.values()))
    if not mine or not theirs:
        return
    matcher = SequenceMatcher(
        None, [body(old[number]) for number in theirs], [body(new[number]) for number in mine], False
    )
    for start, target, length in matcher.get_matching_blocks():
        for step in range(length):
            pairs[mine[target + step]] = theirs[start + step]


def _anywhere(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs) -> None:
    """Match equal cells that moved; an empty cell is like any other, so it does not count."""
    places: dict[object, list[int]] = {}
    for number in _free(old, set(pairs.values())):
        places.setdefault(body(old[number]), []).append(number)
    for number in _free(new, set(pairs)):
        candidates = places.get(body(new[number]))
        if candidates and source(new[number]).strip():
            pairs[number] = candidates.pop(0)


def _similar(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs, effort: Effort) -> None:
    """Match similar cells, none before a cell whose match stands behind the other's."""
    free_old, free_new = _free(old, set(pairs.values())), set(_free(new, set(pairs)))
    after = -1
    for number in range(len(new) if free_old else 0):
        if number not in free_new:
            after = max(after, pairs[number])
            continue
        scores = {place: effort.likeness(old[place], new[number]) for place in free_old if place > after}
        best = max(scores, key=lambda place: scores[place], default=None)
        if best is not None and scores[best] >= ALIKE:
            pairs[number] = after = best
            free_old.remove(best)


def find_renames(gone: Mapping[str, Version], new: Mapping[str, Version]) -> dict[str, str]:
    """Return, for files of ``new``, the name that each had in ``gone``; each old name is used once.

    Equal content comes first, then the likest pair, from half of the content on.
    """
    by_content = {before.sha256: old for old, before in sorted(gone.items(), reverse=True) if before.size}
    renames: dict[str, str] = {}
    for fresh, after in sorted(new.items()):
        if (old := by_content.get(after.sha256)) and PurePosixPath(old).suffix == PurePosixPath(fresh).suffix:
            renames[fresh] = by_content.pop(after.sha256)
    left = [old for old in gone if old not in renames.values()], [each for each in new if each not in renames]
    if len(left[0]) * len(left[1]) > MOST_FILES:
        return renames
    effort = Effort()
    scores = sorted(
        (-score, PurePosixPath(old).name != PurePosixPath(fresh).name, old, fresh)
        for old in left[0]
        for fresh in left[1]
        if PurePosixPath(old).suffix == PurePosixPath(fresh).suffix
        and (score := file_likeness(gone[old], new[fresh], effort)) >= SAME_FILE
    )
    for _, _, old, fresh in scores:
        if fresh not in renames and old not in renames.values():
            renames[fresh] = old
    return renames


def file_likeness(before: Version, after: Version, effort: Effort) -> float:
    """Return which part of two versions is common, from 0 to 1; empty files are not alike."""
    if before.sha256 == after.sha256:
        return 1.0 if before.data.strip() else 0.0
    if before.notebook is not None and after.notebook is not None:
        old, new = before.notebook["cells"], after.notebook["cells"]
        pairs = align(old, new, effort)
        stayed = sum(body(old[one]) == body(new[other]) for other, one in pairs.items())
        return (stayed + len(pairs)) / (len(old) + len(new)) if old or new else 0.0
    if b"\0" in before.data or b"\0" in after.data:
        return 0.0
    return effort.ratio(before.data.splitlines(), after.data.splitlines())
