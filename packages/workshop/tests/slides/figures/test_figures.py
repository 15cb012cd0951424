import re
from xml.etree import ElementTree

import pytest

from slides.presentations import CHECKOUT
from workshop.slides.figures import FIGURES

STYLES = (CHECKOUT / "js-demos/assets/workshop.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_stays_in_its_frame_and_uses_colours_that_exist(name: str) -> None:
    drawing = FIGURES[name]()
    svg = drawing.svg("words")
    for used in set(re.findall(r"var\(--([\w-]+)\)", svg)):
        assert f"--{used}:" in STYLES
    for element in ElementTree.fromstring(svg).iter():
        x = float(element.get("x", 0)) + float(element.get("width", 0)) * (element.tag[-4:] == "rect")
        y = float(element.get("y", 0)) + float(element.get("height", 0)) * (element.tag[-4:] == "rect")
        assert 0 <= x <= drawing.width and 0 <= y <= drawing.height


def test_every_figure_is_used_by_a_section() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (CHECKOUT / "presentation/sections").glob("*.md")]
    assert {name for text in texts for name in re.findall(r"\(figure:([\w-]+)\)", text)} == set(FIGURES)
