"""What Theano does to make a function of a graph, in less time, with the same function for a result.

``theano_patches`` lays a copy of this file into Theano's package and lets Theano ask it; so it imports
nothing of ours.
"""

from __future__ import annotations

import functools
import gc
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

SELDOM = (10_000, 20, 20)
"""When Python is to look for garbage while a function is made. A graph is many small objects, which stay; by
Python's own thresholds (700, 10, 10) a seventh of the time goes into finding that they do."""

Given = ParamSpec("Given")
Result = TypeVar("Result")


def collecting_seldom(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Have garbage looked for less often while a function is at work, and as often as before after it."""

    @functools.wraps(function)
    def wrapped(*arguments: Given.args, **named: Given.kwargs) -> Result:
        before = gc.get_threshold()
        if 0 < before[0] < SELDOM[0]:  # 0: somebody wants none
            gc.set_threshold(*SELDOM)
        try:
            return function(*arguments, **named)
        finally:
            gc.set_threshold(*before)

    return wrapped


def values_of(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what reads these properties of an operation: two are compared for each node of each graph."""
    if len(names) > 1:
        return operator.attrgetter(*names)
    return lambda operation: tuple([getattr(operation, name) for name in names])


def in_order(inputs: list[Any], outputs: list[Any]) -> list[Any]:
    """Return the nodes that lead from inputs to outputs, each after those that it needs.

    They come in the order of Theano's ``io_toposort`` where nothing else is asked of that.
    """
    computed = set(inputs)
    waiting = [output.owner for output in reversed(outputs) if output.owner]
    order = []
    while waiting:
        node = waiting[-1]
        if node.outputs[0] in computed:
            waiting.pop()
            continue
        for variable in node.inputs:
            if variable not in computed and variable.owner is not None:
                # Those that are there already would be passed over when their turn comes.
                waiting.extend(
                    [
                        each.owner
                        for each in node.inputs
                        if each.owner and each.owner.outputs[0] not in computed
                    ]
                )
                break
        else:
            waiting.pop()
            computed.update(node.outputs)
            order.append(node)
    return order


kept = functools.lru_cache(maxsize=None)
"""Remember a function's answers: where an operation's C code lies is asked whenever one is made."""


@kept
def text_of(path: str) -> str:
    """Return a file's text, which is read once: an operation's C code."""
    return Path(path).read_text(encoding="utf-8")
