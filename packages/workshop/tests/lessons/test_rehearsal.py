"""A lesson that builds its functions and hardly computes: what they return, and what they leave alone."""

from __future__ import annotations

from typing import Any

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


def test_what_a_lesson_does_to_a_result_is_in_no_other(function: Counting) -> None:
    for turn in range(3 * rehearsal.COMPUTED):
        result = function()
        assert result == [1 + turn % rehearsal.COMPUTED]
        result[0] = 0


def test_a_function_of_theanos_is_compiled_and_hardly_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    theano = pytest.importorskip("theano")
    kind = type(theano.function([], []))
    monkeypatch.setattr(kind, "__call__", kind.__call__)
    monkeypatch.setattr(rehearsal, "_begun", rehearsal.has_begun())
    monkeypatch.setattr(rehearsal, "shorten_products", lambda: None)  # it would for the whole process
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
