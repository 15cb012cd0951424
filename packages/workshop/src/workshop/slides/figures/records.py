"""Published results as bars."""

from __future__ import annotations

from workshop.slides.figures.drawing import Drawing

ERRORS = [
    ("2010", 28.2, "shallow"),
    ("2011", 25.8, "shallow"),
    ("2012", 16.4, "AlexNet, 8 layers"),
    ("2013", 11.7, "8 layers"),
    ("2014", 6.7, "GoogLeNet, 22"),
    ("2015", 3.57, "ResNet, 152"),
]
"""ImageNet's winners: year, top-5 error in per cent, network.

Up to 2014: Russakovsky et al. 2015, "ImageNet Large Scale Visual Recognition Challenge", table 5 (without
outside data); 2015: He et al. 2016, "Deep residual learning for image recognition", table 5.
"""


def imagenet_errors() -> Drawing:
    """The winners' top-5 error by year."""
    drawing = Drawing(920, 360)
    for number, (year, error, network) in enumerate(ERRORS):
        x = 30 + number * 150
        height = error * 9
        fill, stroke = ("sunk", "quiet") if network == "shallow" else ("accent-soft", "accent")
        drawing.box((x, 290 - height), (100, height), fill, stroke, 4)
        drawing.words((x + 50, 272 - height), f"{error:g} %", 24, "ink", weight=600)
        drawing.words((x + 50, 312), year, 22)
        drawing.words((x + 50, 340), network, 17, "quiet")
    return drawing
