"""Out of the noise: what guidance gives and what it costs."""

from __future__ import annotations

from workshop.site.figures.drawing import Drawing

GUIDED = [
    ("Fréchet distance", (64.0, 18.5), "{:g}", 70),
    ("as asked for", (93.46, 99.94), "{:.1f} %", 105),
    ("variety kept", (52, 42), "{:g} %", 60),
]
"""Measured without guidance and with 1.5, their form, and the height of the panel; from ``docs/figures.md``,
Diffusion and attention."""


def guidance() -> Drawing:
    """Distance to real digits, digits as asked for, and variety, without guidance and with it."""
    drawing = Drawing(1152, 430)
    for number, (what, values, form, most) in enumerate(GUIDED):
        left = 20 + 390 * number
        for place, (name, value, fill) in enumerate(
            zip(("without", "with"), values, ("sunk", "accent-soft"), strict=True)
        ):
            x, height = left + 172 * place, 280 * value / most
            drawing.box((x, 320 - height), (158, height), fill, "accent", 4)
            drawing.words((x + 79, 298 - height), form.format(value), 30, weight=600)
            drawing.words((x + 79, 350), name, 26, "quiet")
        drawing.words((left + 165, 398), what, 28, weight=600)
    return drawing
