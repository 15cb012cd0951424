"""A lesson that builds its functions and hardly computes: what they return, and what they leave alone."""

from __future__ import annotations

import subprocess
import sys
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


ALONE = """
import numpy, theano
from workshop.lessons import rehearsal

rehearsal.begin()
rng = numpy.random.default_rng(1)
for dtype in ("float32", "float64"):
    x, y, z = (theano.tensor.matrix(dtype=dtype) for _ in range(3))
    product = theano.function([x, y, z], [theano.tensor.dot(x, y), 2 * theano.tensor.dot(x, y) + 3 * z])
    a, b, c = (rng.normal(size=shape).astype(dtype) for shape in ((300, 800), (800, 200), (300, 200)))
    for one in (a, numpy.asfortranarray(a)):
        short, more = product(one, b, c)
        assert short.shape == (300, 200) and numpy.isfinite(short).all()
        assert not numpy.allclose(short, a @ b, atol=1), "all terms"
        assert 0.5 < short.std() / (a @ b).std() < 2, "another magnitude"
        numpy.testing.assert_allclose(more, 2 * short + 3 * c, rtol=1e-3, atol=1e-3)
    for a, b, c in ((a[:20, :40], b[:40, :30], c[:20, :30]), (a[:1, :7], b[:7, :1], c[:1, :1])):
        for left in (a, numpy.ascontiguousarray(a), numpy.asfortranarray(a)):
            for right in (b, numpy.asfortranarray(b)):
                exact, more = product(left, right, c)
                numpy.testing.assert_allclose(exact, a @ b, rtol=1e-3, atol=1e-3)
                numpy.testing.assert_allclose(more, 2 * a @ b + 3 * c, rtol=1e-3, atol=1e-3)
print("right")
"""


def test_large_products_take_few_terms_and_small_ones_all() -> None:
    pytest.importorskip("theano")
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=False)
    assert done.stdout == "right\n", done.stderr
