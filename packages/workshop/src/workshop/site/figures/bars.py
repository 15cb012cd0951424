"""What was measured or published, as bars."""

from __future__ import annotations

from workshop.site.figures.drawing import Drawing
from workshop.teach import recordings

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


GUIDED = [
    ("Fréchet distance", "frechet", "{:.2f}", 70),
    ("as asked for", "asked_for", "{:.1%}", 1.05),
    ("variety kept", "variety", "{:.0%}", 0.6),
]
"""What is compared, its name in the lesson's record, its form, and the height of the panel."""


def guidance() -> Drawing:
    """Distance to real digits, digits as asked for, and variety, without guidance and with it.

    They are those of the first recorded seed, whose digits stand on a slide, too.
    """
    rows = recordings.read("diffusion")["seeds/1"]["guidance"]
    drawing = Drawing(1152, 430)
    for number, (what, measure, form, most) in enumerate(GUIDED):
        values = [rows[strength][measure] for strength in ("0", "1.5")]
        left = 20 + 390 * number
        for place, (name, value, fill) in enumerate(
            zip(("without", "with"), values, ("sunk", "accent-soft"), strict=True)
        ):
            x, height = left + 172 * place, 280 * value / most
            drawing.box((x, 320 - height), (158, height), fill, "accent", 4)
            drawing.words((x + 79, 298 - height), form.format(value).replace("%", " %"), 30, weight=600)
            drawing.words((x + 79, 350), name, 26, "quiet")
        drawing.words((left + 165, 398), what, 28, weight=600)
    return drawing


JUDGED = [("principal components", (0.9535, 0.9726)), ("an autoencoder", (0.9659, 0.9780))]
"""Area under the ROC curve by the error and by error ÷ √ink, of the lesson on anomaly detection."""


def judged() -> Drawing:
    """How often a normal picture looks odder than an odd one, by method and by score."""
    drawing = Drawing(1100, 380)
    for number, (method, areas) in enumerate(JUDGED):
        left = 60 + 540 * number
        for place, (score, area, fill) in enumerate(
            zip(("error", "error ÷ √ink"), areas, ("sunk", "accent-soft"), strict=True)
        ):
            height = 5500 * (1 - area)
            drawing.box((left + 230 * place, 300 - height), (200, height), fill, "accent", 4)
            middle = left + 230 * place + 100
            drawing.words((middle, 280 - height), f"{100 * (1 - area):.1f} %", 30, weight=600)
            drawing.words((middle, 322), score, 26)
        drawing.words((left + 215, 358), method, 28, weight=600)
    return drawing


def fooled() -> Drawing:
    """How often the odd digit gets the higher score, by which one it is: nine digits normal, one odd."""
    areas = recordings.read("anomaly")["seeds/1"]["left_out"]
    drawing = Drawing(1152, 430)
    drawing.line((0, 195), (990, 195), "ink", 3, "8 6")
    drawing.words((1000, 195), "a coin", 28, anchor="start")
    for digit, area in enumerate(areas):
        left, height = 10 + 98 * digit, 330 * area
        fill, stroke = ("accent-soft", "accent") if area > 0.5 else ("warm", "warm")
        drawing.box((left, 360 - height), (84, height), fill, stroke, 4)
        drawing.words((left + 42, 340 - height), f"{area:.2f}", 28, weight=600, over=True)
        drawing.words((left + 42, 394), str(digit), 30)
    return drawing
