"""Functions of numbers, made of functions of Theano's expressions: what a check can try on drawn inputs.

In a lesson::

    right.also_for(lambda random: random.normal(size=3), made=in_numbers(T.vector()))

Everything runs in Python, operation by operation: a check calls them two dozen times with few numbers, and
nobody should wait for a compiler meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def in_numbers(*symbols: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what makes of a function of symbols one of numbers.

    Args:
        symbols: Theano's variables that are handed to it, one for each number or array of an input.
    """

    def made(function: Callable[..., Any]) -> Callable[..., Any]:
        import theano.tensor as T  # noqa: N812

        return _compiled(symbols, T.as_tensor_variable(function(*symbols)))

    return made


def as_function(expression: Any) -> Callable[..., Any]:
    """Return an expression as a function of numbers: of the symbols that it is made of, in their order."""
    import theano.gof.graph as graph
    from theano.compile import SharedVariable

    kind = type(expression).__name__
    assert isinstance(expression, graph.Variable), f"an expression of Theano's is asked for, not a {kind}"
    given = graph.inputs([expression])
    symbols = [each for each in given if not isinstance(each, graph.Constant | SharedVariable)]
    compiled = _compiled(tuple(symbols), expression)

    def run(*values: Any) -> Any:
        made_of = ", ".join(map(str, symbols)) or "no variable"
        assert len(values) == len(symbols), f"made of as many variables as are asked for? It is of {made_of}"
        return compiled(*values)

    return run


def in_steps(count: int, *shared: Any, shown: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what makes of a function of shared variables, which returns updates, one of their first values.

    Args:
        count: How many times the updates are made.
        shared: The shared variables that are handed to it.
        shown: The expression whose values, one for each time, the function then returns.
    """

    def made(function: Callable[..., Any]) -> Callable[..., Any]:
        step: Any = _compiled((), shown, updates=function(*shared))
        # What the function made itself, such as a velocity, begins anew as well.
        first = [(each, each.get_value()) for each in step.get_shared()]

        def run(*values: Any) -> list[Any]:
            for each, value in first:
                each.set_value(value)
            for each, value in zip(shared, values, strict=True):
                each.set_value(each.type.filter(value, allow_downcast=True))
            return [step() for _ in range(count)]

        return run

    return made


def _compiled(symbols: tuple[Any, ...], expression: Any, updates: Any = None) -> Callable[..., Any]:
    """Make a function that Python runs; numbers are rounded as they are handed in."""
    import theano

    # What folds constants compiles, whatever the linker.
    mode = theano.Mode(linker="py", optimizer="fast_compile").excluding("topo_constant_folding")
    return theano.function(  # type: ignore[no-any-return]
        symbols,
        expression,
        updates=updates,
        mode=mode,
        on_unused_input="ignore",
        allow_input_downcast=True,
    )
