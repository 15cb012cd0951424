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


def fused(*steps: type) -> Any:
    nodes = [SimpleNamespace(op=step(), inputs=[variable("float32")]) for step in steps]
    return SimpleNamespace(fgraph=SimpleNamespace(apply_nodes=nodes))


def test_what_is_not_the_same_in_python_is_compiled() -> None:
    truth = variable("bool")
    assert not shape_arithmetic.is_shape_arithmetic(node([truth], [truth], Invert()))
    assert not shape_arithmetic.is_shape_arithmetic(node([truth], [truth], fused(Invert)))


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


def test_single_fractions_come_out_as_compiled_ones(theano: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rates that depend on the step, as Adam's, and what training divides by."""
    patched = pytest.importorskip(
        "theano.tensor.shape_arithmetic", reason="this Theano is an earlier set-up's"
    )
    tensor = theano.tensor
    a, b, n = tensor.fscalar("a"), tensor.fscalar("b"), tensor.lscalar("n")
    formulas = [
        a - b, a * b, a / b, tensor.sqrt(abs(a)), a**b, -a, tensor.maximum(a, b), tensor.switch(a > b, a, n),
        1 - a**b, 0.001 * tensor.sqrt(1 - np.float32(0.999) ** b) / (1 - np.float32(0.9) ** b),
        tensor.cast(n, "float32"), a / n, tensor.cast(a * n, "float32"),
    ]  # fmt: skip
    in_python = [theano.function([a, b, n], one, on_unused_input="ignore") for one in formulas]
    monkeypatch.setattr(patched, "is_shape_arithmetic", lambda node: False)
    compiled = [theano.function([a, b, n], one, on_unused_input="ignore") for one in formulas]
    random = np.random.default_rng(0)
    for _ in range(50):
        values = *random.uniform(0.01, 9, 2).astype("float32"), int(random.integers(-99, 99)) or 1
        for formula, one, other in zip(formulas, in_python, compiled, strict=True):
            mine, c = one(*values), other(*values)
            assert mine.dtype == c.dtype and mine == c, (str(formula), values, mine, c)
    with np.errstate(all="raise"):  # and nobody is told that a zero was divided by
        assert np.isinf(in_python[2](1, 0, 1))


def test_shapes_that_are_looked_at_in_python_are_those_of_c(
    theano: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    patched = pytest.importorskip(
        "theano.tensor.shape_arithmetic", reason="this Theano is an earlier set-up's"
    )
    tensor = theano.tensor
    x, row, n = tensor.fmatrix("x"), tensor.fvector("row"), tensor.lscalar("n")
    formulas = [
        x.reshape((n, 2, -1)), x.shape, x.shape[1] + n, x + row.dimshuffle("x", 0), x[:n] * x.shape[0],
        x.reshape((-1,))[n:], tensor.grad((x.reshape((2, -1)) ** 2).mean(), x), x.mean(axis=0) - row.sum(),
    ]  # fmt: skip
    functions = []
    for _ in range(2):
        functions.append(theano.function([x, row, n], formulas, on_unused_input="ignore"))
        monkeypatch.setattr(patched, "is_bookkeeping", lambda node: False)
    random = np.random.default_rng(0)
    values = random.normal(size=(4, 3)).astype("float32"), random.normal(size=3).astype("float32"), 2
    for mine, c in zip(*(function(*values) for function in functions), strict=True):
        assert (mine.dtype, mine.shape) == (c.dtype, c.shape)
        assert np.array_equal(mine, c)
