"""Notice when an answer changes what it was given, whatever a check then says of the result.

What an answer does to an array or a list that the check handed over, the check's own next lines see as well,
and blame the result. So its functions are called through ``watched`` while a check runs.
"""

from __future__ import annotations

import copy
import functools
import inspect
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

LARGEST = 1_000_000
"""Of larger arrays nobody notices what changes."""


class Theirs:
    """Stands for a function of a hand-in, which runs elsewhere."""

    def __init__(self, call: Callable[[tuple[Any, ...], dict[str, Any]], Any], like: Any) -> None:
        """Take what runs it, and a function whose arguments have the same names."""
        self._call = call
        if callable(like):
            self.__signature__ = inspect.signature(like)

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Run it there."""
        return self._call(given, named)


def watched(function: Callable[..., Any], changed: list[str]) -> Callable[..., Any]:
    """Return a function that does the same, and notes the names of the arguments that it changes."""

    @functools.wraps(function)
    def called(*given: Any, **named: Any) -> Any:
        from lessonkit.agreeing import alike

        kept = [(name, value, copy.copy(value)) for name, value in _lent(function, given, named)]
        try:
            return function(*given, **named)
        finally:
            changed.extend(name for name, value, before in kept if not alike(value, before))

    return called


def watch(names: list[str], namespace: dict[str, Any], changed: list[str]) -> dict[str, tuple[Any, Any]]:
    """Let the functions of these names be watched; return for each what ``unwatch`` needs."""
    found = {name: namespace.get(name) for name in names}
    put = {
        name: (value, watched(value, changed))
        for name, value in found.items()
        if isinstance(value, types.FunctionType | Theirs)
    }
    namespace.update({name: stand_in for name, (_, stand_in) in put.items()})
    return put


def unwatch(put: dict[str, tuple[Any, Any]], namespace: dict[str, Any]) -> None:
    """Put the functions themselves back."""
    for name, (value, stand_in) in put.items():
        if namespace.get(name) is stand_in:
            namespace[name] = value


def _lent(
    function: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Yield name and value of the arguments that can be changed in place and are looked at."""
    numpy: Any = sys.modules.get("numpy")
    with suppress(TypeError, ValueError):  # a call that does not fit: the function itself says so
        for name, value in inspect.signature(function).bind(*given, **named).arguments.items():
            small = numpy is not None and isinstance(value, numpy.ndarray) and value.size <= LARGEST
            if small or isinstance(value, list):
                yield name, value
