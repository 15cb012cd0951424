"""Price and performance as a picture, drawn as SVG: Jupyter's own environment has no library for drawing."""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Mapping, Sequence

from workshop.machine.gpus.need import GB, Need
from workshop.machine.gpus.table import MEASURES, Card

WIDTH, HEIGHT = 760, 430
LEFT, RIGHT, TOP, BOTTOM = 60, 20, 16, 44
COLOURS = {"NVIDIA": "#4c9a2a", "AMD": "#c8102e", "Intel": "#0068b5"}
PARTS = {
    "weights": "#1f77b4",
    "gradients": "#ff7f0e",
    "copy": "#8c564b",
    "optimiser": "#2ca02c",
    "activations": "#9467bd",
}
FONT = 'font-family="sans-serif" font-size="11"'


class Axis:
    """A logarithmic axis from just below the least value to just above the greatest."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        """Place ``values``, all above zero, between two positions in pixels."""
        self.low, self.high = math.log10(min(values)) - 0.08, math.log10(max(values)) + 0.08
        self.start, self.end = start, end

    def place(self, value: float) -> float:
        """Return the position of a value, in pixels."""
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Return round values on the axis: 1, 2 and 5 times each power of ten."""
        decades = range(math.floor(self.low), math.ceil(self.high) + 1)
        every = [step * 10.0**decade for decade in decades for step in (1, 2, 5)]
        return [value for value in every if self.low <= math.log10(value) <= self.high]


def prices(cards: Sequence[Card], best: Sequence[Card], measure: str = "half_tflops") -> str:
    """Return an SVG of ``cards`` by price and ``measure``, those in ``best`` named and joined by a line."""
    if not cards:
        return _svg(60, [f'<text x="20" y="35" {FONT}>No card fits. Ask for less, or pay more.</text>'])
    across = Axis([card.price_usd for card in cards], LEFT, WIDTH - RIGHT)
    up = Axis([card.measure(measure) for card in cards], HEIGHT - BOTTOM, TOP)
    spots = {card: (across.place(card.price_usd), up.place(card.measure(measure))) for card in cards}
    parts = _grid(across, up, MEASURES[measure])
    parts.append(_stairs([spots[card] for card in best]))
    parts += [_dot(card, *spots[card], strong=card in best) for card in cards]
    parts += [_name(card, *spots[card], above=not number % 2) for number, card in enumerate(best)]
    parts += _legend(COLOURS, LEFT + 12, TOP + 4, 74)
    return _svg(HEIGHT, parts)


def _stairs(spots: Sequence[tuple[float, float]]) -> str:
    """Join the frontier: with more money one gets no more until the next card is affordable."""
    corners = [f"{x:.1f},{y:.1f}" for x, y in spots[:1]]
    for (_, before), (x, y) in itertools.pairwise(spots):
        corners += [f"{x:.1f},{before:.1f}", f"{x:.1f},{y:.1f}"]
    return f'<polyline points="{" ".join(corners)}" fill="none" stroke="#888" stroke-width="1.5"/>'


def _grid(across: Axis, up: Axis, unit: str, below: str = "price, US dollars") -> list[str]:
    """Draw the lines, numbers and names of both axes."""
    floor, wall = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = []
    for value in across.ticks():
        x = across.place(value)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{floor}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{floor + 15}" text-anchor="middle" {FONT}>{value:,g}</text>')
    for value in up.ticks():
        y = up.place(value)
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{wall}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" {FONT}>{value:,g}</text>')
    middle = (LEFT + wall) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle" {FONT}>{below}</text>')
    turned = f'transform="rotate(-90 14 {floor / 2})"'
    parts.append(f'<text x="14" y="{floor / 2}" text-anchor="middle" {turned} {FONT}>{unit}</text>')
    return parts


def _dot(card: Card, x: float, y: float, *, strong: bool) -> str:
    """Draw one card, its memory as the area; a browser shows its figures when the mouse rests on it."""
    title = (
        f"{card.name} ({card.year}): ${card.price_usd:,.0f}, {card.memory_gb:g} GB, "
        f"{card.half_tflops:g} TFLOPS in 16 bits, {card.power_w:g} W"
    )
    size, opacity = 1.25 * math.sqrt(card.memory_gb), 1 if strong else 0.45
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="{COLOURS.get(card.vendor, "#666")}" '
        f'opacity="{opacity}"><title>{html.escape(title)}</title></circle>'
    )


def _name(card: Card, x: float, y: float, *, above: bool) -> str:
    """Write a card's name beside its dot, on the side that has room; neighbours' not on one line."""
    short = card.name.removeprefix("GeForce ").removeprefix("Radeon ")
    side, anchor = (-9, "end") if x > WIDTH / 3 else (9, "start")
    return (
        f'<text x="{x + side:.1f}" y="{y - 5:.1f}" text-anchor="{anchor}" {FONT}>{html.escape(short)}</text>'
    )


def _legend(colours: Mapping[str, str], x: float, y: float, step: float) -> list[str]:
    """Say in one row what the colours mean."""
    parts = []
    for number, (name, colour) in enumerate(colours.items()):
        at = x + step * number
        parts.append(f'<rect x="{at}" y="{y}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{at + 17}" y="{y + 10}" {FONT}>{name}</text>')
    return parts


def needs(rows: Sequence[tuple[str, Need]], marks: Sequence[float] = (8, 16, 24, 80)) -> str:
    """Return an SVG with a bar for each network: its length is the memory on a logarithmic axis.

    The colours divide a bar by the shares of its parts. marks: gigabytes at which lines stand, as of cards.
    """
    axis = Axis([0.01, *marks, *(need.total / GB for _, need in rows)], 250, WIDTH - 90)
    floor = 50 + 26 * len(rows)
    parts = _legend(PARTS, axis.start, 8, 90)
    for mark in marks:
        x = axis.place(mark)
        parts.append(f'<line x1="{x:.1f}" y1="42" x2="{x:.1f}" y2="{floor}" stroke="#999"/>')
        parts.append(f'<text x="{x:.1f}" y="38" text-anchor="middle" {FONT}>{mark:g}</text>')
    for number, (name, need) in enumerate(rows):
        y, x = 48 + 26 * number, axis.start
        length = axis.place(need.total / GB) - x
        where = f'x="{axis.start - 8}" y="{y + 13}" text-anchor="end"'
        parts.append(f"<text {where} {FONT}>{html.escape(name)}</text>")
        for part, colour in PARTS.items():
            wide = length * getattr(need, part) / need.total
            parts.append(f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="18" fill="{colour}"/>')
            x += wide
        parts.append(f'<text x="{x + 6:.1f}" y="{y + 13}" {FONT}>{need.total / GB:,.3g} GB</text>')
    return _svg(floor + 6, parts)


def roofs(
    roofs: Mapping[str, tuple[float, float]],
    dots: Sequence[tuple[str, str, float, float]] = (),
    paper: Sequence[str] = (),
) -> str:
    """Return an SVG of rooflines on logarithmic axes, with what was measured as dots.

    roofs: by name the operations and the bytes a second at most. dots: the roof whose colour each has, what
    it is, its operations a byte, its operations a second. paper: roofs that nobody measured, drawn dashed.
    """
    ridges = [peak / bandwidth for peak, bandwidth in roofs.values()]
    left, right = min([0.06, *(each for _, _, each, _ in dots)]), 4 * max(ridges)
    across = Axis([left, right], LEFT, WIDTH - RIGHT)
    heights = [left * bandwidth for _, bandwidth in roofs.values()] + [peak for peak, _ in roofs.values()]
    heights += [speed for *_, speed in dots]
    up = Axis([height / 1e9 for height in heights], HEIGHT - BOTTOM, TOP + 20)
    parts = _grid(across, up, "billion operations per second", "operations per byte moved")
    colours = dict(zip(roofs, itertools.cycle(PARTS.values()), strict=False))
    for name, (peak, bandwidth) in roofs.items():
        corners = [(left, left * bandwidth), (peak / bandwidth, peak), (right, peak)]
        line = " ".join(f"{across.place(x):.1f},{up.place(y / 1e9):.1f}" for x, y in corners)
        dashes = ' stroke-dasharray="7 5"' if name in paper else ""
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{colours[name]}" stroke-width="2"{dashes}/>'
        )
    for name, what, intensity, speed in dots:
        title = f"{what}: {intensity:.2g} operations per byte, {speed / 1e9:,.3g} billion per second"
        parts.append(
            f'<circle cx="{across.place(intensity):.1f}" cy="{up.place(speed / 1e9):.1f}" r="4.5" '
            f'fill="{colours[name]}"><title>{html.escape(title)}</title></circle>'
        )
    shown = {html.escape(f"{name} (in theory)" if name in paper else name): colours[name] for name in roofs}
    return _svg(HEIGHT, parts + _legend(shown, LEFT + 12, TOP, 230))


def _svg(height: int, parts: Sequence[str]) -> str:
    """Put the parts into a picture on white paper."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}">'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>'
    )
