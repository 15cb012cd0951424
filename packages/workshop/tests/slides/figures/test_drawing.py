from xml.etree import ElementTree

from workshop.site.figures.drawing import Drawing

SVG = "{http://www.w3.org/2000/svg}"


def test_a_drawing_is_an_svg_with_its_words_escaped() -> None:
    drawing = Drawing(100, 50)
    drawing.words((10, 10), "a < b & c")
    root = ElementTree.fromstring(drawing.svg('say "it"'))
    assert root.tag == f"{SVG}svg"
    assert root.get("aria-label") == 'say "it"'
    assert [text.text for text in root.iter(f"{SVG}text")] == ["a < b & c"]
