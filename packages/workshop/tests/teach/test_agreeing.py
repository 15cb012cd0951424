"""An answer is held against the solution on inputs that are drawn; the shortest one that differs is told."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from workshop.teach.agreeing import TRIES, alike, difference

Table = np.ndarray[Any, Any]


def recall(matrix: Table) -> Table:
    return np.asarray(np.diag(matrix) / matrix.sum(axis=1))


def square(random: np.random.Generator) -> Table:
    return random.integers(1, 9, (3, 3))


def test_what_does_the_same_in_another_way_agrees() -> None:
    def listed(matrix: Table) -> list[float]:
        return [float(row[place] / sum(row)) for place, row in enumerate(matrix)]

    def rounded(matrix: Table) -> Table:
        return recall(matrix).astype("float32")

    assert difference(listed, recall, square) == ""
    assert difference(rounded, recall, square) == ""


def test_what_is_right_for_two_kinds_only_is_told_by_an_example_of_three() -> None:
    def of_two(matrix: Table) -> Table:
        wrong: Table = np.diag(matrix[:, ::-1]) / matrix.sum(axis=1)
        return 1 - wrong

    two = np.array([[8, 2], [0, 5]])
    assert np.allclose(of_two(two), recall(two)), "an example of two kinds tells nothing"
    fault = difference(of_two, recall, square)
    assert fault.startswith("for [[") and "] it should be [" in fault and "], not [" in fault


def test_the_shortest_of_the_examples_is_told() -> None:
    drawn = []

    def some(random: np.random.Generator) -> list[int]:
        drawn.append(random.integers(0, 9, random.integers(1, 9)).tolist())
        return list(drawn[-1])

    fault = difference(lambda numbers: -1, sum, some)
    assert len(fault.removeprefix("for ").split("] it")[0]) + 1 == min(len(repr(each)) for each in drawn)
    # And each time the same ones.
    assert fault == difference(lambda numbers: -1, sum, some)


def test_who_changes_what_was_given_is_told_so() -> None:
    def emptied(numbers: list[int]) -> int:
        total = sum(numbers)
        numbers.clear()
        return total

    fault = difference(emptied, sum, lambda random: random.integers(0, 9, 3).tolist())
    assert fault.startswith("it changes what it was given") and fault.endswith("work on a copy")


def test_who_stops_is_told_for_what() -> None:
    fault = difference(lambda number: 1 / (number - 3), lambda number: number, lambda _random: 3)
    assert fault == "for 3 it stops with ZeroDivisionError: division by zero"


def test_a_wrong_shape_is_named() -> None:
    fault = difference(lambda matrix: recall(matrix)[:, np.newaxis], recall, square)
    assert fault.endswith("the shape should be (3,), not (3, 1)")


def test_so_many_inputs_are_drawn_as_are_asked_for() -> None:
    asked = []

    def one(random: np.random.Generator) -> int:
        asked.append(int(random.integers(9)))
        return asked[-1]

    assert difference(abs, abs, one, tries=3) == "" and len(asked) == 3
    assert difference(abs, abs, one) == "" and len(asked) == 3 + TRIES
    assert asked[:3] == asked[3:6], "always the same ones"


def test_only_what_is_told_of_a_result_counts() -> None:
    def draw(random: np.random.Generator) -> list[int]:
        return [int(number) for number in random.permutation(5)]

    assert difference(lambda numbers: numbers[::-1], list, draw) != ""
    assert difference(lambda numbers: numbers[::-1], list, draw, sorted) == ""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (None, None, True),
        (None, 0, False),
        (3, np.int64(3), True),
        ("a", "a", True),
        ("a", "b", False),
        ((2, [5.0]), [2, np.array([5])], True),
        ([[1], [2, 3]], [[1], [2, 3]], True),
        ([[1], [2, 3]], [[1], [2, 4]], False),
        ([1, 2], [1, 2, 3], False),
        ({"x": [1, 2]}, {"x": np.array([1.0, 2])}, True),
        ({"x": [1, 2]}, {"y": [1, 2]}, False),
        (["7", "0"], np.array(["7", "0"]), True),
        (["7"], [7], False),
        (float("-inf"), -np.inf, True),
        (1.0, 1.01, False),
        (np.float32(0.1), 0.1, True),
    ],
)
def test_alike(one: Any, other: Any, same: bool) -> None:
    assert alike(one, other) is same


def test_results_of_unequal_length_are_told_part_by_part() -> None:
    """NumPy makes no array of them: its older versions warn, the newer ones refuse."""

    def without(rows: list[list[int]], number: int) -> tuple[list[Table], int]:
        return [np.delete(row, number) for row in rows], number

    def always_second(rows: list[list[int]], _number: int) -> tuple[list[Table], int]:
        return without(rows, 1)

    def some(_random: np.random.Generator) -> tuple[list[list[int]], int]:
        return [[7, 8], [4, 5, 6]], 0

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert difference(without, without, some) == ""
        fault = difference(always_second, without, some)
    assert fault == "for [[7, 8], [4, 5, 6]], 0 it should be [[8], [5, 6]], 0, not [[7], [4, 6]], 1"


def test_a_function_among_the_inputs_is_told_by_its_name() -> None:
    def bowl(place: float) -> float:
        return place**2

    def some(random: np.random.Generator) -> tuple[Any, int]:
        return bowl, int(random.integers(1, 9))

    fault = difference(lambda f, place: f(place) + 1, lambda f, place: f(place), some)
    assert fault.startswith("for bowl, ")


def test_texts_are_told_as_one_would_write_them() -> None:
    def some(random: np.random.Generator) -> np.ndarray[Any, Any]:
        return np.array(["b", "a"])

    fault = difference(np.sort, np.copy, some)
    assert fault == "for ['b', 'a'] it should be ['b', 'a'], not ['a', 'b']"


def test_what_an_answer_prints_is_not_printed_for_each_input(capsys: pytest.CaptureFixture[str]) -> None:
    def talking(matrix: Table) -> Table:
        print("here I am")
        return recall(matrix)

    assert difference(talking, recall, square) == ""
    assert capsys.readouterr().out == ""
