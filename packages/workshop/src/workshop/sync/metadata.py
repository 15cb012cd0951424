"""Three-way merge of settings: nested dictionaries whose keys somebody may have changed."""

from __future__ import annotations

from typing import Any


class ConflictError(Exception):
    """Both sides changed the same thing in two ways; the text says which."""


ABSENT = object()


def same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are equal; a NaN equals itself."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) or (one != one and other != other)


def pick(base: Any, mine: Any, theirs: Any, what: str, mine_wins: bool = False) -> Any:
    """Return the side that changed; both the same way is no conflict.

    Raises ConflictError when both changed it in two ways, unless the participant's is to win.
    """
    if same(mine, theirs) or same(base, mine):
        return theirs
    if same(base, theirs) or mine_wins:
        return mine
    raise ConflictError(what)


def merge_metadata(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any], volatile: set[str], what: str
) -> dict[str, Any]:
    """Merge key by key, and dictionaries within in the same way; volatile keys are the participant's.

    Raises ConflictError when a key was changed on both sides in two ways.
    """
    merged: dict[str, Any] = {}
    for key in [*theirs, *(key for key in mine if key not in theirs)]:
        before, ours, upstream = (side.get(key, ABSENT) for side in (base, mine, theirs))
        if key not in volatile and isinstance(ours, dict) and isinstance(upstream, dict):
            old = before if isinstance(before, dict) else {}
            merged[key] = merge_metadata(old, ours, upstream, set(), f"{what}, {key}")
            continue
        value = pick(before, ours, upstream, f"{what}, {key}", key in volatile)
        if value is not ABSENT:
            merged[key] = value
    return merged
