"""An answer is held against the solution on inputs that are drawn; the shortest one that differs is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lessonkit.agreeing import alike, difference

Table = np.ndarray[Any, Any]


def recall(matrix: Table) -> Table:
    return np.asarray(np.diag(matrix) / matrix.sum(axis=1))


def square(random: np.random.Generator) -> Table:
    return random.integers(1, 9, (3, 3))


def test_an_equivalent_answer_agrees_with_the_solution() -> None:
    def listed(matrix: Table) -> list[float]:
        return [float(row[place] / sum(row)) for place, row in enumerate(matrix)]

    def rounded(matrix: Table) -> Table:
        return recall(matrix).astype("float32")

    assert difference(listed, recall, square) == ""
    assert difference(rounded, recall, square) == ""


def test_the_shortest_input_that_shows_the_difference_is_told() -> None:
    drawn = []

    def some(random: np.random.Generator) -> list[int]:
        drawn.append(random.integers(0, 9, random.integers(1, 9)).tolist())
        return list(drawn[-1])

    fault = difference(lambda numbers: -1, sum, some)
    assert len(fault.removeprefix("for ").split("] it")[0]) + 1 == min(len(repr(each)) for each in drawn)
    # And each time the same ones.
    assert fault == difference(lambda numbers: -1, sum, some)


def test_an_answer_that_changes_its_argument_is_told_so() -> None:
    def emptied(numbers: list[int]) -> int:
        total = sum(numbers)
        numbers.clear()
        return total

    fault = difference(emptied, sum, lambda random: random.integers(0, 9, 3).tolist())
    assert fault.startswith("it changes what it was given") and fault.endswith("work on a copy")


def test_an_exception_is_told_with_the_input_that_caused_it() -> None:
    fault = difference(lambda number: 1 / (number - 3), lambda number: number, lambda _random: 3)
    assert fault == "for 3 it stops with ZeroDivisionError: division by zero"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (None, 0, False),
        (3, np.int64(3), True),
        ("a", "b", False),
        ((2, [5.0]), [2, np.array([5])], True),
        ([[1], [2, 3]], [[1], [2, 4]], False),
        ([1, 2], [1, 2, 3], False),
        ({"x": [1, 2]}, {"y": [1, 2]}, False),
        (["7", "0"], np.array(["7", "0"]), True),
        (["7"], [7], False),
        (1.0, 1.01, False),
        (np.float32(0.1), 0.1, True),
    ],
)
def test_results_are_equal_up_to_rounding_whatever_their_containers(one: Any, other: Any, same: bool) -> None:
    assert alike(one, other) is same


def test_what_an_answer_prints_while_it_is_tried_is_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    def talking(matrix: Table) -> Table:
        print("here I am")
        return recall(matrix)

    assert difference(talking, recall, square) == ""
    assert capsys.readouterr().out == ""
