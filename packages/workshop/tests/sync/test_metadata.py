import math

import pytest

from workshop.sync.merge import ABSENT, ConflictError, merge_metadata, pick, same


def test_same() -> None:
    assert same({"a": [1, {"b": math.nan}]}, {"a": [1, {"b": math.nan}]})
    assert not same({"a": 1}, {"a": 1, "b": 2})
    assert not same([1, 2], [1])
    assert same(ABSENT, ABSENT) and not same(ABSENT, None)


def test_pick_takes_the_side_that_changed() -> None:
    assert pick(1, 1, 2, "x") == 2
    assert pick(1, 2, 1, "x") == 2
    assert pick(1, 2, 2, "x") == 2
    assert pick(1, 2, 3, "x", mine_wins=True) == 2
    with pytest.raises(ConflictError, match="x"):
        pick(1, 2, 3, "x")


def test_keys_are_merged_also_within_keys() -> None:
    base = {"a": {"x": 1, "y": 1}, "gone": 1, "run": 0}
    mine = {"a": {"x": 2, "y": 1}, "gone": 1, "run": 1, "mine": 1}
    theirs = {"a": {"x": 1, "y": 2, "z": 3}, "run": 2, "new": 1}
    merged = merge_metadata(base, mine, theirs, {"run"}, "setting")
    assert merged == {"a": {"x": 2, "y": 2, "z": 3}, "run": 1, "new": 1, "mine": 1}


def test_a_key_that_i_deleted_and_they_changed_is_a_conflict() -> None:
    with pytest.raises(ConflictError, match="setting, a"):
        merge_metadata({"a": 1}, {}, {"a": 2}, set(), "setting")
    assert merge_metadata({"a": 1}, {}, {"a": 1}, set(), "setting") == {}
