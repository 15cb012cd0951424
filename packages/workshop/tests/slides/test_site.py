from pathlib import Path

from slides.presentations import CHECKOUT, make_presentation
from workshop.site.decks import slides_site


def test_the_site_has_decks_drivers_and_what_was_fetched(tmp_path: Path) -> None:
    make_presentation(tmp_path)
    library = tmp_path / "data" / "reveal" / "reveal.js"
    library.parent.mkdir(parents=True)
    library.write_text("reveal", encoding="utf-8")
    notes: list[str] = []
    files, shown = slides_site(tmp_path, tmp_path / "data", notes)
    assert files["slides/vendor/reveal/reveal.js"] == b"reveal"
    assert b"A short one" in files["slides/short/index.html"]
    assert "slides/speaker.html" in files
    assert [note.split(" is not")[0] for note in notes] == ["katex"]
    coffee = {"start": 8, "minutes": 12, "title": "Coffee", "demos": [], "lessons": [], "whole": False}
    assert shown[0]["items"][1] == coffee


def test_no_page_of_the_slides_asks_the_network() -> None:
    files, _ = slides_site(CHECKOUT, Path("/nonexistent"), [])
    for name, content in files.items():
        if name.endswith(".webp"):
            continue
        text = content.decode().replace("http://www.w3.org/2000/svg", "").replace("http://${host}", "")
        assert "http://" not in text and "https://" not in text, name
