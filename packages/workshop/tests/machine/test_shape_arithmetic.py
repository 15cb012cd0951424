"""Single whole numbers are computed in Python as in C; all else is compiled."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from workshop.machine import shape_arithmetic

NUMBERS = (-7, -2, -1, 1, 3, 8)


def variable(dtype: str = "int64", ndim: int = 0) -> Any:
    return SimpleNamespace(type=SimpleNamespace(dtype=dtype, ndim=ndim))


def node(inputs: list[Any], outputs: list[Any], scalar: object) -> Any:
    return SimpleNamespace(inputs=inputs, outputs=outputs, op=SimpleNamespace(scalar_op=scalar))


class Invert:
    """Named as Theano's operation is."""


def test_what_has_fractions_or_an_axis_is_compiled() -> None:
    whole, sizes, share = variable(), variable(ndim=1), variable("float32")
    assert shape_arithmetic.is_shape_arithmetic(node([whole, variable("bool")], [whole], object()))
    assert not shape_arithmetic.is_shape_arithmetic(node([whole, sizes], [sizes], object()))
    assert not shape_arithmetic.is_shape_arithmetic(node([share], [whole], object()))
    assert not shape_arithmetic.is_shape_arithmetic(node([whole, whole], [share], object()))
    assert not shape_arithmetic.is_shape_arithmetic(node([], [whole], object()))


def test_what_is_not_the_same_in_python_is_compiled() -> None:
    truth = variable("bool")
    assert not shape_arithmetic.is_shape_arithmetic(node([truth], [truth], Invert()))
    fused = SimpleNamespace(fgraph=SimpleNamespace(apply_nodes=[SimpleNamespace(op=Invert())]))
    assert not shape_arithmetic.is_shape_arithmetic(node([truth], [truth], fused))


@pytest.fixture
def theano() -> Any:
    return pytest.importorskip("theano", reason="needs Theano's environment")


def run(theano: Any, formula: Any, values: dict[Any, int]) -> Any:
    """Run the one operation that a formula is, in Python."""
    made = formula.owner
    storage = {each: [np.array(values[each], each.type.dtype)] for each in made.inputs}
    storage[formula] = [None]
    thunk = shape_arithmetic.thunk(made.op, made, storage, {formula: [False]})
    assert thunk is not None
    thunk()
    (found,) = storage[formula]
    assert found.dtype == formula.type.dtype and found.shape == ()
    return found


def test_a_small_type_wraps_around_as_in_c(theano: Any) -> None:
    a, b = theano.tensor.bscalar("a"), theano.tensor.bscalar("b")
    assert run(theano, a + b, {a: 100, b: 100}) == -56


@pytest.mark.parametrize(
    ("of_theano", "of_numpy"),
    [
        (lambda tensor, a, b: a // b, np.floor_divide),
        (lambda tensor, a, b: a % b, np.mod),
        (lambda tensor, a, b: a - b, np.subtract),
        (lambda tensor, a, b: tensor.minimum(a, b), np.minimum),
        (lambda tensor, a, b: tensor.maximum(a, b), np.maximum),
        (lambda tensor, a, b: tensor.lt(a, b), np.less),
        (lambda tensor, a, b: tensor.eq(a, b), np.equal),
        (lambda tensor, a, b: tensor.switch(a, b, 5), lambda a, b: np.where(a, b, 5)),
    ],
)
def test_it_comes_to_the_same_as_numpy(theano: Any, of_theano: Any, of_numpy: Any) -> None:
    a, b = theano.tensor.lscalars("a", "b")
    formula = of_theano(theano.tensor, a, b)
    constants = {each: each.data for each in formula.owner.inputs if hasattr(each, "data")}
    for one, other in itertools.product(NUMBERS, NUMBERS):
        assert run(theano, formula, {a: one, b: other, **constants}) == of_numpy(one, other), (one, other)


def test_slices_of_every_kind_are_those_of_numpy(theano: Any) -> None:
    a, b = theano.tensor.lscalars("a", "b")
    row = theano.tensor.vector("row")
    function = theano.function([row, a, b], [row[a:b], row[a:b].shape[0] * 2, row[b:a:-1].shape])
    for length, one, other in itertools.product((0, 1, 5), NUMBERS, NUMBERS):
        values = np.arange(length, dtype="float32")
        part, twice, back = function(values, one, other)
        assert part.tolist() == values[one:other].tolist(), (length, one, other)
        assert (twice, tuple(back)) == (2 * len(values[one:other]), values[other:one:-1].shape)


def test_patched_theano_writes_no_c_for_shapes(theano: Any, tmp_path: Any, monkeypatch: Any) -> None:
    from workshop.machine import compiling

    pytest.importorskip("theano.tensor.shape_arithmetic", reason="this Theano is an earlier set-up's")
    record = compiling.Record(tmp_path / "compiled")
    monkeypatch.setenv(compiling.RECORD, str(record.path))
    n = theano.tensor.lscalar("n")
    odd = int(np.random.default_rng().integers(10**6, 10**9))
    function = theano.function([n], theano.tensor.switch(theano.tensor.lt(n, odd), n // 3 + odd, n - odd))
    assert function(7) == 2 + odd
    assert record.new_lines() == []
