"""Functions that return something to look at, one that does not, and a widget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lessonkit.widgets import StillWidget

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def mosaic(pictures: Any) -> Figure:
    raise NotImplementedError


def count(pictures: Any) -> int:
    raise NotImplementedError


class Pad(StillWidget):
    pass
