from xml.etree import ElementTree

from workshop.slides.figures.drawing import Drawing, colour

SVG = "{http://www.w3.org/2000/svg}"


def test_a_drawing_is_an_svg_with_its_words_escaped() -> None:
    drawing = Drawing(100, 50)
    drawing.words((10, 10), "a < b & c")
    root = ElementTree.fromstring(drawing.svg('say "it"'))
    assert root.tag == f"{SVG}svg"
    assert root.get("aria-label") == 'say "it"'
    assert [text.text for text in root.iter(f"{SVG}text")] == ["a < b & c"]


def test_an_arrow_points_at_its_end() -> None:
    drawing = Drawing(100, 50)
    drawing.arrow((0, 10), (60, 10))
    tip = ElementTree.fromstring(drawing.svg("x")).find(f"{SVG}polygon")
    assert tip is not None
    assert tip.get("points") == "50.0,15.0 60.0,10.0 50.0,5.0"


def test_colours_are_those_of_the_style_sheet() -> None:
    assert colour("accent") == "var(--accent)"
    assert colour("none") == "none"
