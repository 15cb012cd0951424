"""Plots that answer to the mouse: Bokeh, whole in the notebook, so that they work without a network.

Bokeh's own ``show`` puts its library into the page of the notebook once, and plots that are opened later
without it stay empty. Here each plot is a page of its own, in a frame, that brings along all it needs.
"""

from __future__ import annotations

import html
from typing import Any

from IPython.display import HTML


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
