"""Which new file of upstream is which old one under another name."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from workshop.sync.align import LONG, align
from workshop.sync.notebook import Version, body

ALIKE = 0.5
"""At least this part of a file must have stayed for it to count as the same one."""


def find_renames(gone: Mapping[str, Version], new: Mapping[str, Version]) -> dict[str, str]:
    """Return, for files of ``new``, the name that each had in ``gone``; each old name is used once.

    Equal content comes first, then the likest pair, from half of the content on.
    """
    scores = sorted(
        (
            (-score, PurePosixPath(old).name != PurePosixPath(fresh).name, old, fresh)
            for old, before in gone.items()
            for fresh, after in new.items()
            if PurePosixPath(old).suffix == PurePosixPath(fresh).suffix
            and (score := likeness(before, after)) >= ALIKE
        )
    )
    renames: dict[str, str] = {}
    for _, _, old, fresh in scores:
        if fresh not in renames and old not in renames.values():
            renames[fresh] = old
    return renames


def likeness(before: Version, after: Version) -> float:
    """Return which part of two versions is common, from 0 to 1; empty files are not alike."""
    if before.sha256 == after.sha256:
        return 1.0 if before.data.strip() else 0.0
    if before.notebook is not None and after.notebook is not None:
        old, new = before.notebook["cells"], after.notebook["cells"]
        pairs = align(old, new)
        stayed = sum(body(old[one]) == body(new[other]) for other, one in pairs.items())
        return (stayed + len(pairs)) / (len(old) + len(new)) if old or new else 0.0
    if b"\0" in before.data or b"\0" in after.data or len(before.data) + len(after.data) > LONG:
        return 0.0
    return SequenceMatcher(None, before.data.splitlines(), after.data.splitlines(), False).ratio()
