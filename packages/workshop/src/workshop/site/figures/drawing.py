"""A drawing of lines, boxes and words that becomes an SVG inside a slide.

Colours are names of the site's style sheet (``ink``, ``quiet``, ``accent``, ``warm``, ``good``, ``line``,
``card``, ``sunk``, ``accent-soft``), so that a figure follows light and dark and prints well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree

Point = tuple[float, float]
SLIDE: Point = (1152, 450)
"""The pixels that a drawing has at least on a slide of 1280 x 720."""
BESIDE: Point = (556, 500)
"""The same beside a program."""
LEAST_TYPE = 24
"""Pixels of the smallest type there."""


def colour(name: str) -> str:
    """Return what CSS calls a colour of the style sheet; ``none`` stays."""
    return name if name == "none" else f"var(--{name})"


class Drawing:
    """An SVG of ``width`` x ``height`` units; y grows downwards."""

    def __init__(self, width: float, height: float, room: Point = SLIDE) -> None:
        """Begin an empty drawing; ``room`` is what it has on its slide, in pixels."""
        self.width, self.height = width, height
        self._least = LEAST_TYPE * max(width / room[0], height / room[1])
        self._root = ElementTree.Element(
            "svg",
            {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width:g} {height:g}", "role": "img"},
        )

    def line(self, start: Point, end: Point, stroke: str = "line", width: float = 2, dash: str = "") -> None:
        """Draw a straight line."""
        self._add(
            "line",
            {"x1": start[0], "y1": start[1], "x2": end[0], "y2": end[1]}
            | {"stroke": colour(stroke), "stroke-width": width, "stroke-dasharray": dash},
        )

    def arrow(self, start: Point, end: Point, stroke: str = "quiet", width: float = 2.5) -> None:
        """Draw a line that ends in a point of 10 units."""
        length = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
        along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
        foot = (end[0] - 10 * along[0], end[1] - 10 * along[1])
        self.line(start, foot, stroke, width)
        left = (foot[0] - 5 * along[1], foot[1] + 5 * along[0])
        right = (foot[0] + 5 * along[1], foot[1] - 5 * along[0])
        self.polygon([left, end, right], stroke)

    def polygon(self, points: Iterable[Point], fill: str) -> None:
        """Draw a filled polygon."""
        self._add("polygon", {"points": _written(points), "fill": colour(fill)})

    def curve(
        self, points: Iterable[Point], stroke: str = "accent", width: float = 4, drawn: bool = False
    ) -> None:
        """Draw a line through all of the points; one that is ``drawn`` grows when its slide is opened."""
        self._add(
            "polyline",
            {"points": _written(points), "fill": "none"}
            | {"stroke": colour(stroke), "stroke-width": width, "stroke-linejoin": "round"}
            | ({"class": "drawn", "pathLength": 1} if drawn else {}),
        )

    def circle(self, centre: Point, radius: float, fill: str = "card", stroke: str = "ink") -> None:
        """Draw a circle."""
        self._add(
            "circle",
            {"cx": centre[0], "cy": centre[1], "r": radius}
            | {"fill": colour(fill), "stroke": colour(stroke), "stroke-width": 2.5},
        )

    def box(
        self, corner: Point, size: Point, fill: str = "card", stroke: str = "ink", radius: float = 8
    ) -> None:
        """Draw a rectangle from its upper left corner."""
        self._add(
            "rect",
            {"x": corner[0], "y": corner[1], "width": size[0], "height": size[1], "rx": radius}
            | {"fill": colour(fill), "stroke": colour(stroke), "stroke-width": 2},
        )

    def words(
        self,
        at: Point,
        text: str,
        size: float = 22,
        fill: str = "ink",
        anchor: str = "middle",
        weight: int = 400,
        over: bool = False,
    ) -> None:
        """Write one line; ``at`` is the middle of its height. It is never too small to be read on a slide.

        Lines end before words that lie ``over`` them.
        """
        size = max(size, self._least)
        self._add(
            "text",
            {"x": at[0], "y": at[1] + size * 0.35, "font-size": size, "fill": colour(fill)}
            | {"text-anchor": anchor, "font-weight": weight}
            | ({"stroke": colour("paper"), "stroke-width": 10, "paint-order": "stroke"} if over else {}),
            text,
        )

    def labelled(self, corner: Point, size: Point, text: str, fill: str = "card", words: float = 22) -> None:
        """Draw a box with lines of text in its middle; a line ends at a newline."""
        self.box(corner, size, fill)
        lines = text.split("\n")
        top = corner[1] + size[1] / 2 - (len(lines) - 1) * words * 0.6
        for number, each in enumerate(lines):
            self.words((corner[0] + size[0] / 2, top + number * words * 1.2), each, words)

    def svg(self, label: str) -> str:
        """Return the drawing as an SVG element that a screen reader names by ``label``."""
        self._root.set("aria-label", label)
        return ElementTree.tostring(self._root, encoding="unicode")

    def _add(self, name: str, attributes: Mapping[str, object], text: str | None = None) -> None:
        written = {
            key: f"{value:g}" if isinstance(value, int | float) else str(value)
            for key, value in attributes.items()
            if value != ""
        }
        ElementTree.SubElement(self._root, name, written).text = text


def _written(points: Iterable[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
