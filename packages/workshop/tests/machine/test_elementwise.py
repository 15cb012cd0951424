"""One module for arrays of all shapes: the numbers are NumPy's, and the errors Theano's."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

theano = pytest.importorskip("theano", reason="Theano is not in this environment")
np = pytest.importorskip("numpy")
T = theano.tensor

KINDS = ("float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")
LENGTHS = {
    0: (1,),
    1: (0, 1, 3, 40, 255, 256, 257, 1000),
    2: (0, 1, 2, 5, 17, 40, 300),
    3: (1, 2, 3, 9, 20),
    4: (1, 2, 5, 9),
}
"""For each number of axes, what they may be long: above, at and below a block's 256 numbers."""


def added(left: Any, right: Any) -> Any:
    """Return the sum; of two truth values the product, for in a fused operation Theano has 1 + 1 = 2."""
    return left * right if left.dtype == right.dtype == "bool" else left + right


STEPS: tuple[Callable[[Any, Any], Any], ...] = (
    added,
    lambda left, right: left * right,
    lambda left, right: added(left, left * right),
    lambda left, right: left * right if left.dtype == "bool" else abs(left) + right,
)


def drawn(draw: random.Random, kind: str, shape: list[int]) -> Any:
    """Return an array of small numbers that lies in memory somehow."""
    numbers = np.random.default_rng(draw.randrange(1 << 30))
    if kind == "bool":
        array = numbers.integers(0, 2, shape).astype(bool)
    elif kind.startswith("float"):
        array = numbers.standard_normal(shape).astype(kind)
    else:
        array = numbers.integers(0 if kind == "uint8" else -4, 5, shape).astype(kind)
    array = np.asarray(array)
    return laid(draw, array) if array.ndim else array


def laid(draw: random.Random, array: Any) -> Any:
    """Return an array with the same numbers, laid out in one of the ways in which views are."""
    how = draw.randrange(6)
    if how == 0:
        return np.asfortranarray(array)
    if how == 1:
        return array[::-1].copy()[::-1]
    if how == 2:
        axes = draw.sample(range(array.ndim), array.ndim)
        return np.ascontiguousarray(array.transpose(axes)).transpose(np.argsort(axes))
    if how in (3, 4):
        step, before = (2, 0) if how == 3 else (1, 1)
        wide = np.zeros([step * length + 2 * before for length in array.shape], array.dtype)
        view = wide[tuple(slice(before, before + step * length, step) for length in array.shape)]
        view[...] = array
        return view
    return array


@pytest.mark.parametrize("number", range(60))
def test_numbers_are_those_of_numpy(number: int) -> None:
    draw = random.Random(number)
    axes = draw.choice(list(LENGTHS))
    shape = [draw.choice(LENGTHS[axes]) for _ in range(axes)]
    inputs, arrays = [], []
    for _ in range(draw.randint(1, 3)):
        broadcast, kind = [draw.random() < 0.3 for _ in shape], draw.choice(KINDS)
        inputs.append(T.TensorType(kind, broadcast)())
        lengths = [1 if once else length for once, length in zip(broadcast, shape, strict=True)]
        arrays.append(drawn(draw, kind, lengths))
    steps = [draw.choice(STEPS) for _ in inputs]

    def computed(values: list[Any]) -> Any:
        result = values[0]
        for step, value in zip(steps, values, strict=True):
            result = step(result, value)
        return result

    # An input that may be changed gives its place to the output.
    given = [theano.In(each, borrow=True, mutable=draw.random() < 0.5) for each in inputs]
    function = theano.function(given, computed(inputs), on_unused_input="ignore")
    with np.errstate(all="ignore"):
        wanted = computed([array.copy() for array in arrays])
    for _ in range(2):  # the second time its output may be there
        found = function(*(laid(draw, array.copy()) if array.ndim else array.copy() for array in arrays))
        assert found.shape == wanted.shape
        np.testing.assert_allclose(found, wanted.astype(found.dtype), rtol=1e-5, atol=1e-5)


def test_several_outputs_are_written_at_once() -> None:
    left, right = T.fmatrix(), T.frow()
    outputs = [left * right, left * right + 1, T.exp(left * right)]
    a, b = np.arange(600, dtype="float32").reshape(200, 3) / 600, np.ones((1, 3), "float32")
    for found, wanted in zip(
        theano.function([left, right], outputs)(a, b), (a, a + 1, np.exp(a)), strict=True
    ):
        np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_lengths_that_do_not_match_are_told_as_before() -> None:
    """One number is for many only where the type says so."""
    a, b, c = T.fmatrices(3)
    function = theano.function([a, b, c], a * b * c)
    whole = np.ones((2, 3), "float32")
    with pytest.raises(ValueError, match=r"input\[0\]\.shape\[0\] = 2, input\[1\]\.shape\[0\] = 1"):
        function(whole, whole[:1], whole)
    with pytest.raises(ValueError, match=r"input\[0\]\.shape\[1\] = 3, input\[2\]\.shape\[1\] = 2"):
        function(whole, whole, whole[:, :2])
    np.testing.assert_array_equal(function(whole, whole, whole), whole)


def test_without_a_compiler_numbers_are_the_same() -> None:
    left, right = T.fmatrix(), T.frow()
    a, b = np.arange(6, dtype="float32").reshape(2, 3), np.full((1, 3), 2, "float32")
    for linker in ("py", "c", "cvm"):
        found = theano.function([left, right], left * right + left, mode=theano.Mode(linker))(a, b)
        np.testing.assert_array_equal(found, 3 * a)


def test_what_is_left_to_theano_is_computed_as_well() -> None:
    number, half = T.zvector(), T.vector(dtype="float16")
    values = np.array([1 + 2j, 3, -1j])
    np.testing.assert_allclose(theano.function([number], number * number + 1)(values), values * values + 1)
    halves = np.array([0.5, 2], "float16")
    np.testing.assert_allclose(theano.function([half], half * 2)(halves), [1, 4])


def test_inputs_beyond_a_modules_operands_are_left_to_theano() -> None:
    many = T.fvectors(70)
    numbers = [theano.scalar.float32() for _ in many]
    fused = theano.scalar.Composite(numbers, [sum(numbers[1:], numbers[0])])
    added = theano.function(many, T.Elemwise(fused)(*many))
    assert added(*[np.full(3, 1, "float32")] * 70).tolist() == [70] * 3
