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

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Decorate a function that runs as machine code, without Python's lock and without bounds checks."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


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
