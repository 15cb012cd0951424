"""Let a lesson build all of its functions, and compute with each of them a few times only.

What fills the compile cache are Theano's functions, not what they are called for: a lesson that trains calls
the same one a thousand times. Here only the first calls with arguments of one shape compute; from then on
their results are handed out in turn, and shared variables stay as they are. Large products of matrices, which
are nearly all that a convolutional network computes, take a few of their terms: an emulated processor takes
minutes for one picture otherwise. So what comes of it is nonsense of the right shape, and where a lesson
cannot live with that it has to be run as it stands.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import itertools
import numbers
import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

COMPUTED = 3
"""Results that differ, for lessons that divide by how far two of them are apart."""
BEGIN = f'__import__("{__name__}", fromlist=["begin"]).begin()'
"""What a lesson's kernel is told; it leaves no name behind."""

TERMS, LARGE = 4, 1 << 20
"""So many terms of each sum are added up in a product of at least so many multiplications."""
# As BLAS has it: columns lie one after the other, and C becomes alpha A B + beta C. The terms lie evenly
# apart, because the first ones of a convolution are of a dark edge. What is left out is made up for,
# so that sums of either sign are as large as before: deep networks would else end in zeros, or in infinity.
PRODUCTS = """\
#include <math.h>
#define AT(matrix, turned, row, column, width) \\
    matrix[(turned) ? (column) + (row) * (long) (width) : (row) + (column) * (long) (width)]
#define PRODUCT(name, real) \\
void name(const char* turn_a, const char* turn_b, const int* m, const int* n, const int* k, \\
          const real* alpha, const real* a, const int* width_a, const real* b, const int* width_b, \\
          const real* beta, real* c, const int* width_c) { \\
    int turned_a = *turn_a != 'N' && *turn_a != 'n', turned_b = *turn_b != 'N' && *turn_b != 'n'; \\
    long terms = *k, step = 1; \\
    real factor = *alpha; \\
    if (terms > TERMS && (double) *m * *n * terms >= LARGE) { \\
        factor *= sqrt(terms / (double) TERMS); \\
        step = terms / TERMS; \\
        terms = TERMS; \\
    } \\
    for (long j = 0; j < *n; j++) \\
        for (long i = 0; i < *m; i++) { \\
            real sum = 0, *to = &AT(c, 0, i, j, *width_c); \\
            for (long t = 0, p = step / 2; t < terms; t++, p += step) \\
                sum += AT(a, turned_a, i, p, *width_a) * AT(b, turned_b, p, j, *width_b); \\
            *to = factor * sum + (*beta ? *beta * *to : 0); \\
        } \\
}
PRODUCT(sgemm_, float)
PRODUCT(dgemm_, double)
"""

_begun = False


def begin() -> None:
    """Rehearse from now on in this process; where there is no Theano, there is nothing to leave out."""
    global _begun
    _begun = True
    with contextlib.suppress(ImportError):
        from theano.compile.function_module import Function

        Function.__call__ = rehearsed(Function.__call__)
        shorten_products()


def shorten_products() -> None:
    """Let the modules that are loaded from now on multiply matrices in a few terms.

    What is known to all of a process goes before the libraries that a module brings along. Without a
    compiler products stay as they are.
    """
    import theano

    with contextlib.suppress(OSError, subprocess.SubprocessError), tempfile.TemporaryDirectory() as folder:
        library = Path(folder, "products.so")
        limits = (f"-DTERMS={TERMS}", f"-DLARGE={LARGE}")
        command = [theano.config.cxx, "-w", "-O2", "-shared", "-fPIC", *limits, "-x", "c", "-", "-o", library]
        subprocess.run(command, input=PRODUCTS, text=True, check=True, capture_output=True)
        ctypes.CDLL(str(library), os.RTLD_GLOBAL | os.RTLD_NOW)


def has_begun() -> bool:
    """Tell whether what comes out in this process means nothing."""
    return _begun


def rehearsed(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function's ``__call__`` that computes ``COMPUTED`` times for arguments of one shape."""

    @functools.wraps(call)
    def instead(self: Any, *arguments: Any, **named: Any) -> Any:
        known = self.__dict__.setdefault("_rehearsed", {})
        kind = tuple(map(_kind, arguments)), tuple((name, _kind(value)) for name, value in named.items())
        results: list[Any] = known.setdefault(kind, [[], None])
        computed, turn = results
        if len(computed) < COMPUTED:
            result = call(self, *arguments, **named)
            computed.append(_copied(result))
            return result
        turn = results[1] = turn or itertools.cycle(computed)
        return _copied(next(turn))

    return instead


def _kind(value: Any) -> tuple[Any, ...]:
    """Return what decides the shapes of results; a whole number may be how many there are of them."""
    if isinstance(value, (list, tuple)):
        return (type(value), *map(_kind, value))
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    number = value if isinstance(value, numbers.Integral) else None
    return type(value), number, shape, str(dtype)


def _copied(result: Any) -> Any:
    """Return a copy: a lesson may change in place what it was given."""
    if isinstance(result, (list, tuple)):
        return type(result)(map(_copied, result))
    if isinstance(result, dict):
        return {name: _copied(value) for name, value in result.items()}
    return result.copy() if hasattr(result, "copy") else result
