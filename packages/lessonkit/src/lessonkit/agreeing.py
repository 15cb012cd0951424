"""Hold what a learner wrote against the solution, on inputs that are drawn.

A few chosen examples tell the misconceptions apart that somebody thought of. Drawn ones find the others: an
answer that is right for two kinds but not for three, for black pictures but not for grey ones. Both functions
get copies of the same inputs. The shortest input for which they differ is told, with both results, so that a
learner can follow it by hand; how ours comes to its result stays hidden.
"""

from __future__ import annotations

import contextlib
import copy
import io
import numbers
import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from lessonkit.faults import cause

SEED = 2012
TRIES = 24
RELATIVE, ABSOLUTE = 1e-3, 1e-5
"""An answer in float32 is as right as one in float64."""
LONGEST = 100

Draw = Callable[[np.random.Generator], Any]
"""Returns the input, or a tuple of the inputs, for one call."""


def difference(
    theirs: Callable[..., Any],
    ours: Callable[..., Any],
    draw: Draw,
    told: Callable[[Any], Any] = lambda result: result,
    tries: int | None = None,
) -> str:
    """Return in one line where two functions differ on inputs that are drawn; empty where they agree.

    Args:
        theirs: The learner's.
        ours: The solution's.
        draw: Draws the inputs.
        told: What of a result is compared, such as ``sorted`` where the order is free.
        tries: How many inputs are drawn; two dozen unless it is said.
    """
    random = np.random.default_rng(SEED)
    found = []
    for _ in range(tries or TRIES):
        drawn = draw(random)
        given = drawn if isinstance(drawn, tuple) else (drawn,)
        if fault := _difference(theirs, ours, given, told):
            found.append((len(", ".join(map(repr, given))), fault))
    return min(found, default=(0, ""))[1]


def _difference(
    theirs: Callable[..., Any],
    ours: Callable[..., Any],
    given: tuple[Any, ...],
    told: Callable[[Any], Any],
) -> str:
    """Say where two functions differ on one input."""
    wanted = told(ours(*copy.deepcopy(given)))
    lent = copy.deepcopy(given)
    said = ", ".join(map(_shown, given))
    try:
        # A print that helped with the examples above would come two dozen times.
        with contextlib.redirect_stdout(io.StringIO()):
            got = told(theirs(*lent))
    except Exception as error:
        return f"for {said} it stops with {type(error).__name__}: {cause(error)}"
    if not alike(list(lent), list(given)):
        return f"it changes what it was given, here {said}: work on a copy"
    if alike(got, wanted):
        return ""
    array = _array(wanted)
    if array is not None and array.ndim and _shape(got) != _shape(wanted):
        return f"for {said} the shape should be {_shape(wanted)}, not {_shape(got)}"
    return f"for {said} it should be {_shown(wanted)}, not {_shown(got)}"


def alike(one: Any, other: Any) -> bool:
    """Tell whether two results are the same, whether in lists or arrays, and give or take a rounding."""
    if one is None or other is None:
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    first, second = _array(one), _array(other)
    if first is None or second is None:
        if not isinstance(one, Sequence) or not isinstance(other, Sequence) or len(one) != len(other):
            return bool(np.all(one == other)) and first is second
        return all(alike(*pair) for pair in zip(one, other, strict=True))
    if first.shape != second.shape:
        return False
    if first.dtype.kind in "biufc" and second.dtype.kind in "biufc":
        return bool(np.allclose(first, second, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True))
    return bool(np.array_equal(first, second))


def _array(value: Any) -> np.ndarray[Any, Any] | None:
    """Return a value as an array of numbers or texts; None where it is none, as rows of unequal length."""
    try:
        with warnings.catch_warnings():
            # NumPy's older versions make an array of objects of rows of unequal length, and only warn.
            warnings.simplefilter("ignore")
            array = np.asarray(value)
    except ValueError:
        return None
    if array.dtype == object and array.size and all(isinstance(each, numbers.Real) for each in array.flat):
        return array.astype(float)  # fractions, or numbers too large for an array's own types
    return None if array.dtype == object else array


def _shape(value: Any) -> tuple[int, ...] | str:
    array = _array(value)
    return f"that of a {type(value).__name__}" if array is None else array.shape


def _shown(value: Any) -> str:
    """Show a value so that it can be followed by hand."""
    array = _array(value)
    if isinstance(value, types.FunctionType):
        text = value.__name__
    elif array is None and isinstance(value, tuple | list):
        text = (
            f"[{', '.join(map(_shown, value))}]" if isinstance(value, list) else ", ".join(map(_shown, value))
        )
    elif array is None or array.dtype.kind not in "biufc":
        text = repr(value if array is None else array.tolist())
    else:
        text = np.array2string(array, precision=3, separator=", ", threshold=40, floatmode="maxprec")
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
