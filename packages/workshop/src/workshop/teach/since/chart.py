"""The run-down as charts: SVG on a white background, drawn without any library."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from workshop.teach.since.works import TOPICS, Framework, Run, Winner, Work

WIDTH = 760
LEFT, RIGHT = 64, 24
FONT = 'font-family="sans-serif"'
ROW, LANE, LANES = 62, 16, 4
"""Pixels from topic to topic, and from one line of names to the next; how many lines a topic has."""
LETTER = 7.2
"""Pixels of a letter, about."""
INK, QUIET, ACCENT, WARM = "#1a1a1a", "#595959", "#0068b5", "#b3541e"


def across(year: float, first: int, last: int) -> float:
    """Return where a year lies, in pixels."""
    return LEFT + 14 + (WIDTH - LEFT - RIGHT - 28) * (year - first) / (last - first)


def timeline(works: Sequence[Work], chosen: Work | None = None) -> str:
    """Return a row of years with a named line for each work, coloured by topic; the chosen one is bold."""
    first, last = min(work.year for work in works), max(work.year for work in works)
    last = max(last, first + 1)
    rows = list(TOPICS)
    parts: list[str] = []
    ends: dict[tuple[str, int], float] = {}
    for year in range(first, last + 1):
        x = across(year, first, last)
        parts += [_line(x, 8, x, 318, "#e6e6e6"), _words(x, 334, str(year), QUIET, "middle")]
    for number, topic in enumerate(rows):
        parts.append(_words(8, 40 + ROW * number, topic, TOPICS[topic], weight=600))
    for work in works:
        x, bold = across(work.year, first, last), work == chosen
        wide = len(work.name) * LETTER + 16
        before = x + wide > WIDTH
        lane = _free(ends, work.topic, x - wide if before else x - 6)
        ends[work.topic, lane] = x + 6 if before else x + wide
        y = 20 + ROW * rows.index(work.topic) + LANE * lane
        title = f"{work.year}, {work.name}: {work.claim}"
        side, anchor = (-9, "end") if before else (9, "start")
        name = _words(x + side, y + 4, work.name, INK, anchor, 700 if bold else 400)
        dot = _dot(x, y, 6 if bold else 4, TOPICS[work.topic])
        parts.append(f"<g><title>{html.escape(title)}</title>{dot}{name}</g>")
    return _svg(344, parts, f"{len(works)} works from {first} to {last}")


def _free(ends: dict[tuple[str, int], float], topic: str, start: float) -> int:
    """Return the first line of a topic on which nothing stands at ``start`` any more."""
    free = (lane for lane in range(LANES) if ends.get((topic, lane), 0) <= start)
    return next(free, LANES - 1)


def errors(winners: Sequence[Winner], removed: Sequence[float] = ()) -> str:
    """Return the winners' errors as bars, below the shares of errors that each but the first took away."""
    parts = []
    step = (WIDTH - LEFT) / len(winners)
    for number, winner in enumerate(winners):
        x, height = LEFT / 2 + step * number, 6.5 * winner.error
        fill = "#c8c8c8" if winner.network == "shallow" else "#9cc3e6"
        parts.append(_box(x, 230 - height, step * 0.62, height, fill))
        middle = x + step * 0.31
        parts.append(_words(middle, 222 - height, f"{winner.error:g} %", INK, "middle", 600))
        if number and len(removed):
            parts.append(_words(middle, 206 - height, f"−{removed[number - 1]:.0%}", WARM, "middle"))
        parts.append(_words(middle, 248, str(winner.year), INK, "middle"))
        parts.append(_words(middle, 265, winner.network, QUIET, "middle"))
    return _svg(276, parts, "Top-5 errors of ImageNet's winners by year")


def growth(runs: Sequence[Run], months: float | None = None, ours: Sequence[tuple[str, float]] = ()) -> str:
    """Return training runs by year on a logarithmic scale.

    Args:
        runs: Published ones.
        months: Draw the line that doubles in so many, through the middle of all.
        ours: Names and operations of runs in this workshop, drawn as dotted lines.
    """
    first, last = min(run.year for run in runs) - 1, max(run.year for run in runs) + 1
    powers = [math.log10(run.operations) for run in runs] + [math.log10(each) for _, each in ours]
    low, high = math.floor(min(powers)) - len(ours[:1]), math.ceil(max(powers))

    def up(power: float) -> float:
        return 300 - 280 * (power - low) / (high - low)

    parts = []
    for power in range(low, high + 1, 2):
        parts.append(_line(LEFT, up(power), WIDTH - RIGHT, up(power), "#e6e6e6"))
        parts.append(_words(LEFT - 8, up(power) + 4, f"1e{power}", QUIET, "end"))
    for year in range(first + 1, last):
        parts.append(_words(across(year, first, last), 322, str(year), QUIET, "middle"))
    if months is not None:
        middle = sum(run.year for run in runs) / len(runs)
        centre = sum(math.log10(run.operations) for run in runs) / len(runs)
        ends = [
            (across(year, first, last), up(centre + (year - middle) * 12 / months * math.log10(2)))
            for year in (first + 1, last - 1)
        ]
        parts.append(_line(*ends[0], *ends[1], WARM, 2))
    most = 0.0
    for run in runs:
        x, y = across(run.year, first, last), up(math.log10(run.operations))
        title = f"{run.year}, {run.name}: {run.operations:.2g} operations ({run.source})"
        parts.append(f"<g><title>{html.escape(title)}</title>{_dot(x, y, 5, ACCENT)}</g>")
        below = run.operations < most  # an earlier one: its name would lie on the line
        at, anchor = ((x + 8, y + 14), "start") if below else ((x - 8, y - 7), "end")
        parts.append(_words(*at, run.name, INK, anchor))
        most = max(most, run.operations)
    for number, (name, operations) in enumerate(sorted(ours, key=lambda each: -each[1])):
        y = up(math.log10(operations))
        parts.append(_line(LEFT, y, WIDTH - RIGHT, y, WARM, 1.5, "4 4"))
        parts.append(_words(WIDTH - RIGHT, y + (15 if number else -6), f"here: {name}", WARM, "end"))
    return _svg(332, parts, "Operations of training runs by year, on a logarithmic scale")


def lives(frameworks: Sequence[Framework], now: int) -> str:
    """Return a bar from first to last year for each framework; what lives reaches the year ``now``."""
    first = min(each.first for each in frameworks)
    parts = []
    for year in range(first, now + 1, 2):
        x = across(year, first, now + 1)
        parts += [_line(x, 8, x, 34 * len(frameworks) + 8, "#e6e6e6")]
        parts.append(_words(x, 34 * len(frameworks) + 24, str(year), QUIET, "middle"))
    for number, each in enumerate(frameworks):
        start = across(each.first, first, now + 1)
        end = across((now if each.last is None else each.last) + 1, first, now + 1)
        y, fill = 12 + 34 * number, "#9cc3e6" if each.last is None else "#c8c8c8"
        told = html.escape(f"{each.name}: {each.note}")
        bar = _box(start, y, end - start, 24, fill)
        name = _words(start + 6, y + 17, each.name, INK, weight=600)
        parts.append(f"<g><title>{told}</title>{bar}{name}</g>")
    return _svg(34 * len(frameworks) + 34, parts, "Frameworks and the years in which they were developed")


def _words(x: float, y: float, text: str, fill: str, anchor: str = "start", weight: int = 400) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{fill}" font-size="12" '
        f'font-weight="{weight}" {FONT}>{html.escape(text)}</text>'
    )


def _dot(x: float, y: float, radius: float, fill: str) -> str:
    return f'<circle cx="{x:.0f}" cy="{y:.1f}" r="{radius:g}" fill="{fill}"/>'


def _box(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x:.0f}" y="{y:.1f}" width="{width:.0f}" height="{height:.1f}" fill="{fill}"/>'


def _line(
    x: float, y: float, to_x: float, to_y: float, stroke: str, width: float = 1, dash: str = "none"
) -> str:
    return (
        f'<line x1="{x:.0f}" y1="{y:.1f}" x2="{to_x:.0f}" y2="{to_y:.1f}" stroke="{stroke}" '
        f'stroke-width="{width:g}" stroke-dasharray="{dash}"/>'
    )


def _svg(height: int, parts: Sequence[str], label: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'style="max-width: 100%" role="img" aria-label="{html.escape(label)}">'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>'
    )
