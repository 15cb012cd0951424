"""A lesson that builds its functions and hardly computes: what they return, and what they leave alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from workshop.lessons import rehearsal


class Counting:
    """Stands for a function of Theano's: counts its calls, and returns what it is asked for."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, *_: Any, **__: Any) -> list[int]:
        self.calls += 1
        return [self.calls]


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Counting:
    monkeypatch.setattr(Counting, "__call__", rehearsal.rehearsed(Counting.__call__))
    return Counting()


def test_computes_a_few_times_and_hands_out_the_results_in_turn(function: Counting) -> None:
    results = [function(0.5) for _ in range(8)]
    assert results == [[1], [2], [3], [1], [2], [3], [1], [2]]
    assert function.calls == rehearsal.COMPUTED


def test_each_kind_of_arguments_is_computed(function: Counting) -> None:
    class Array:
        def __init__(self, *shape: int, dtype: str = "float32") -> None:
            self.shape, self.dtype = shape, dtype

    kinds: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        ((Array(2, 3),), {}),
        ((Array(3, 2),), {}),
        ((Array(3, 2, dtype="int32"),), {}),
        ((Array(3, 2), Array(1)), {}),
        ((), {"x": Array(3, 2)}),
        ((5,), {}),
        ((6,), {}),  # perhaps how many rows to return
        ((np.int64(6),), {}),
        ((np.int64(7),), {}),
        (([0.5, 0.5],), {}),
        (([0.5],), {}),
        ((0.5,), {}),
    ]
    for _ in range(rehearsal.COMPUTED + 2):
        for arguments, named in kinds:
            function(*arguments, **named)
    assert function.calls == rehearsal.COMPUTED * len(kinds)
    Counting()(0.5)
    assert function.calls == rehearsal.COMPUTED * len(kinds), "another function's calls are its own"


def test_what_a_lesson_does_to_a_result_is_in_no_other(function: Counting) -> None:
    for turn in range(3 * rehearsal.COMPUTED):
        result = function()
        assert result == [1 + turn % rehearsal.COMPUTED]
        result[0] = 0


def test_a_function_of_theanos_is_compiled_and_hardly_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    theano = pytest.importorskip("theano")
    kind = type(theano.function([], []))
    monkeypatch.setattr(kind, "__call__", kind.__call__)
    rehearsal.begin()
    x = theano.tensor.vector()
    total = theano.shared(0.0)
    step = theano.function([x], {"sum": x.sum(), "twice": 2 * x}, updates=[(total, total + x.sum())])
    results = [step([1.0, 2.0]) for _ in range(10)]
    assert total.get_value() == 3 * rehearsal.COMPUTED
    assert [float(result["sum"]) for result in results] == [3.0] * 10
    results[-1]["twice"][:] = 0
    assert step([1.0, 2.0])["twice"].tolist() == [2.0, 4.0]
    assert step([1.0, 2.0, 3.0])["twice"].tolist() == [2.0, 4.0, 6.0], "another length"
