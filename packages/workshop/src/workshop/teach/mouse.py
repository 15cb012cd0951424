"""Interactive plots: Bokeh with its library inside the notebook, so that they work without a network.

Bokeh's own ``show`` puts its library into the page of the notebook once, and plots that are opened later
without it stay empty. Here each plot is a page of its own, in a frame, that brings along all it needs.
"""

from __future__ import annotations

import ast
import html
import math
import operator
from typing import Any

from IPython.display import HTML

_SIGNS: dict[type[ast.operator], Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def page_of(plot: Any, title: str) -> str:
    """Return a whole page that holds a plot of Bokeh and its library."""
    from bokeh.embed import file_html
    from bokeh.resources import INLINE

    return str(file_html(plot, INLINE, title))


def shown(plot: Any, title: str, height: int = 340) -> HTML:
    """Return a plot as a cell's last line shows it; ``title`` is also for those who cannot see it."""
    page = html.escape(page_of(plot, title), quote=True)
    frame = f'<iframe title="{html.escape(title, quote=True)}" srcdoc="{page}"'
    style = f'style="width: 100%; height: {height}px; border: 0; background: white"'
    return HTML(f"<div>{frame} {style}></iframe></div>")  # type: ignore[no-untyped-call]


def worked_out(expression: str, **values: float) -> float:
    """Return the value of a short JavaScript expression, as the browser would compute it.

    It may have numbers, ``+ - * / **``, ``Math.exp``, ``Math.pow``, ``Math.E`` and the names of ``values``,
    ``slider.value`` as ``slider_value``; Python reads all of this in the same way. Raises NameError for a
    name that the browser does not know, and ValueError for whatever else it cannot read.
    """
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"this is not an expression: {expression}") from error
    return _worth(tree, values)


def _worth(node: ast.expr, values: dict[str, float]) -> float:
    """Return the value of a part of an expression."""
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_worth(inner, values)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _SIGNS:
            return float(_SIGNS[type(sign)](_worth(left, values), _worth(right, values)))
        case ast.Attribute(value=ast.Name(id="Math"), attr="E"):
            return math.e
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="Math"), attr="exp" | "pow" as name), args=given, keywords=[]
        ):
            return float(getattr(math, name)(*(_worth(each, values) for each in given)))
        case ast.Name() | ast.Attribute(value=ast.Name()):
            written = ast.unparse(node)
            if (known := written.replace(".", "_")) in values:
                return float(values[known])
            raise NameError(f"the browser does not know {written}")
        case ast.Call(func=function):
            raise NameError(f"the browser does not know {ast.unparse(function)}")
    raise ValueError(f"the browser cannot compute this: {ast.unparse(node)}")
