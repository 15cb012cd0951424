"""Functions of Theano's expressions, tried on drawn inputs without compiling."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

theano = pytest.importorskip("theano", reason="Theano is not in this environment")

import theano.tensor as T  # noqa: E402, N812

from lessonkit.agreeing import difference  # noqa: E402
from workshop.teach.symbolic import as_function, in_numbers, in_steps  # noqa: E402


@pytest.fixture(autouse=True)
def nothing_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a module was compiled")

    monkeypatch.setattr(theano.gof.cmodule.GCC_compiler, "compile_str", refuse)
    monkeypatch.setattr(theano.gof.cmodule.ModuleCache, "module_from_key", refuse)


def test_a_function_of_expressions_becomes_one_of_numbers() -> None:
    product = in_numbers(T.matrix(), T.matrix())(lambda one, other: T.tanh(T.dot(one, other)))
    left, right = np.array([[1.0, 2], [3, 4]]), np.array([[0.1], [-0.2]])
    assert np.allclose(product(left, right), np.tanh(left @ right))


def test_updates_are_made_from_the_values_that_are_handed_in() -> None:
    one, other = theano.shared(np.float32(0)), theano.shared(np.float32(0))
    series = in_steps(5, one, other, shown=one)(lambda a, b: [(a, b), (b, a + b)])
    assert series(2, 3) == [2, 3, 5, 8, 13]
    assert series(1, 1) == [1, 1, 2, 3, 5], "the run before left nothing behind"


def test_what_the_function_of_updates_makes_itself_begins_anew_too() -> None:
    place = theano.shared(np.zeros(2, "float32"))

    def fall(weight: Any) -> list[tuple[Any, Any]]:
        velocity = theano.shared(np.zeros(2, "float32"))
        return [(velocity, velocity + 1), (weight, weight + velocity)]

    way = in_steps(4, place, shown=place)(fall)
    assert [each.tolist() for each in way([0, 5])] == [[0, 5], [0, 5], [1, 6], [3, 8]]
    assert [each.tolist() for each in way([1, 1])] == [[1, 1], [1, 1], [2, 2], [4, 4]]


def test_an_expression_becomes_a_function_of_the_symbols_in_it() -> None:
    v, factor = T.vector(), theano.shared(np.float32(3))
    assert np.allclose(as_function(factor * v + 1)([1, 2]), [4, 7])
    one, other = T.scalar(), T.scalar()
    assert as_function(one - other)(5, 2) == 3
    fault = difference(as_function(T.exp(v)), as_function(v), lambda random: random.normal(size=2))
    assert "it should be" in fault


def test_what_is_no_expression_or_made_of_other_symbols_is_told() -> None:
    for nothing_to_make in (np.ones(3), T.exp, None):
        with pytest.raises(AssertionError, match="an expression of Theano's is asked for, not a"):
            as_function(nothing_to_make)
    v, other = T.vector("v"), T.vector("other")
    with pytest.raises(
        AssertionError, match=r"made of as many variables as are asked for\? It is of v, other"
    ):
        as_function(v * other)([1, 2])
    with pytest.raises(AssertionError, match="It is of no variable"):
        as_function(T.constant(3.0))([1, 2])
