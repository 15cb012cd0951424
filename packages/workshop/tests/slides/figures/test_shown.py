import re
from pathlib import Path

from pytest import approx

from slides.presentations import CHECKOUT
from workshop.site.figures.ideas import POINTS, fitted


def test_the_line_has_the_least_squares() -> None:
    slope, start = fitted(POINTS)

    def squares(slope: float, start: float) -> float:
        return sum((y - slope * x - start) ** 2 for x, y in POINTS)

    best = squares(slope, start)
    assert all(squares(slope + a, start + b) > best for a, b in ((0.1, 0), (-0.1, 0), (0, 0.1), (0, -0.1)))
    assert fitted([(0, 1), (1, 3), (2, 5)]) == approx((2, 1))


def test_every_picture_of_the_slides_is_used() -> None:
    sections = "".join(
        path.read_text(encoding="utf-8") for path in (CHECKOUT / "presentation/sections").glob("*.md")
    )
    shown = set(re.findall(r"\(picture:([\w-]+)\)", sections))
    living = {f"{demo}-{state}" for demo, state in re.findall(r"\(demo:([\w-]+)#([\w-]+)\)", sections)}
    wanted = shown | living | {f"{name}-dark" for name in living}
    assert {path.stem for path in Path(CHECKOUT / "presentation/pictures").glob("*.webp")} == wanted
