"""What goes between judge and hand-in is plain, comes over unchanged, and cannot run or trick anything."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from lessonkit.agreeing import alike
from lessonkit.grading import _error
from lessonkit.handover import NotPlainError, give_changes, pack, unpack


def over(value: Any) -> Any:
    return unpack(json.loads(json.dumps(pack(value))))


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        -1.5,
        "text",
        2j,
        ...,
        [1, (2, "b")],
        {"a": [1], 2: None},
        {1, 2},
        np.float32(0.5),
        np.arange(6).reshape(2, 3),
        np.array(["a", "bc"]),
        np.array(["2012-12-02"], dtype="datetime64[D]"),
        np.zeros((0, 3)),
    ],
    ids=repr,
)
def test_plain_values_come_over_with_their_type(value: Any) -> None:
    got = over(value)
    assert type(got) is type(value)
    assert np.array_equal(got, value) if isinstance(value, np.ndarray) else got == value


def test_series_and_tables_come_over() -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"a": ["x", None], "b": [1.5, 2.5]}, index=[3, 4])
    assert over(table).equals(table)
    assert over(table["b"]).equals(table["b"]) and over(table["b"]).name == "b"


@pytest.mark.parametrize(
    "value",
    [object(), len, int, (each for each in "a"), [object()], {"a": len}],
    ids=["object", "function", "class", "generator", "list", "dict"],
)
def test_anything_else_is_refused(value: Any) -> None:
    with pytest.raises(NotPlainError, match="cannot be handed over"):
        pack(value)


@pytest.mark.parametrize(
    "packed",
    [
        {"array": ["|O", [1], "AAAAAAAAAAA="]},
        {"array": ["<f8", [10**12], ""]},
        {"pickle": "gASVHgAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAR0cnVllIWUUpQu"},
        {"list": [[1]]},
        {"set": [{"list": []}]},
        {"list": [], "dict": []},
    ],
    ids=str,
)
def test_what_nobody_packed_is_refused(packed: Any) -> None:
    with pytest.raises((ValueError, TypeError, ImportError)):
        unpack(packed)


def test_a_hand_in_changes_only_what_a_check_notices() -> None:
    given, table, names = [1, 2], np.ones(2), {"a": 1}
    for each, now in ((given, [3]), (table, np.zeros(2)), (names, {}), (table, np.zeros(3))):
        give_changes(each, now)
    assert given == [3] and alike(table, [0, 0]) and names == {"a": 1}


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("ValueError", ValueError),
        ("StopIteration", RuntimeError),
        ("SystemExit", RuntimeError),
        ("eval", RuntimeError),
    ],
)
def test_no_exception_of_a_hand_in_ends_a_loop_of_the_check(told: str, kind: type) -> None:
    error = _error([told, "words", 3])
    assert type(error) is kind and "words" in str(error)
    assert not isinstance(error, StopIteration)
