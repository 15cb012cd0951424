"""Compile functions with Numba once and keep the result; random numbers inside them.

Numba keeps what it compiled in NUMBA_CACHE_DIR when that is set, else in ``__pycache__`` beside the
source, else in the user's own cache folder, whichever can be written. The next process loads it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
from numba import types

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Decorate a function that runs as machine code, without Python's lock and without bounds checks."""
    return _made(function, inline="never")


def inlined(function: Function) -> Function:
    """Decorate one that is compiled as a part of each function that calls it.

    What is ``compiled`` is optimised again with all that it calls in each of its callers: in a deep tree that
    takes most of the time. A function that is called in one place only is best a part of its caller.
    """
    return _made(function, inline="always")


def _made(function: Function, **options: Any) -> Function:
    made = numba.njit(cache=True, nogil=True, error_model="numpy", **options)(function)
    asked, plain = made.get_call_template, cast(Any, types.unliteral)

    def get_call_template(arguments: Any, named: Any) -> Any:
        # Else a 0 that stands in a call is a type of its own, and the function is compiled once more for it.
        return asked(tuple(map(plain, arguments)), {name: plain(kind) for name, kind in named.items()})

    made.get_call_template = get_call_template
    return cast(Function, made)


@compiled
def mixed(seed: Any) -> Any:
    """Return an uint64 that is never 0 and looks random, whatever ``seed`` is (SplitMix64's finaliser)."""
    x = np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x | np.uint64(1)


@compiled
def draw(rng: npt.NDArray[np.uint64]) -> Any:
    """Return 32 random bits as an int64: xorshift64* (Vigna, 2016). ``rng``: uint64 (1,), not 0, moves on."""
    x = rng[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    rng[0] = x
    return np.int64((x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(32))


@compiled
def below(rng: npt.NDArray[np.uint64], count: int) -> Any:
    """Return a random whole number from 0 to ``count`` - 1; the bias is below ``count`` / 2³²."""
    return (draw(rng) * count) >> 32


@compiled
def fraction(rng: npt.NDArray[np.uint64]) -> Any:
    """Return a random float64 from 0 up to, but not, 1."""
    return draw(rng) * 2.0**-32
