"""Let a lesson build all of its functions, and compute with each of them a few times only.

What fills the compile cache are Theano's functions, not what they are called for: a lesson that trains calls
the same one a thousand times. Here only the first calls with arguments of one shape compute; from then on
their results are handed out in turn, and shared variables stay as they are. So what comes of it is nonsense
of the right shape, and where a lesson cannot live with that it has to be run as it stands.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import numbers
from collections.abc import Callable
from typing import Any

COMPUTED = 3
"""Results that differ, for lessons that divide by how far two of them are apart."""
BEGIN = f'__import__("{__name__}", fromlist=["begin"]).begin()'
"""What a lesson's kernel is told; it leaves no name behind."""

_begun = False


def begin() -> None:
    """Rehearse from now on in this process; where there is no Theano, there is nothing to leave out."""
    global _begun
    _begun = True
    with contextlib.suppress(ImportError):
        from theano.compile.function_module import Function

        Function.__call__ = rehearsed(Function.__call__)


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
