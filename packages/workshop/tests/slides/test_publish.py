from pathlib import Path

import pytest

from slides.presentations import CHECKOUT
from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.site.publish import MARK, Event, publish_decks


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(WorkshopError, match="holds something else"):
        publish_decks(CHECKOUT, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_link_is_no_folder_to_publish_into(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(WorkshopError, match="is not a folder"):
        publish_decks(CHECKOUT, tmp_path / "link")


def test_without_the_slides_libraries_nothing_is_published(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="workshop data fetch reveal"):
        publish_decks(CHECKOUT, tmp_path / "out", settings=Settings(data=tmp_path / "empty"))
    assert not (tmp_path / "out").exists()


def test_published_before_may_be_published_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workshop.site.publish.find_browser", lambda: None)
    for library in ("reveal", "katex"):
        (tmp_path / "data" / library).mkdir(parents=True)
        (tmp_path / "data" / library / "it.js").write_text("it", encoding="utf-8")
    out, settings = tmp_path / "out", Settings(data=tmp_path / "data")
    report = publish_decks(CHECKOUT, out, Event(date="1 May", place="<Here>"), settings=settings)
    assert report["handouts"] == [] and "Chromium" in report["notes"][0]
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "1 May · &lt;Here&gt;" in page and "Martin Andrews" in page
    assert (out / "slides/ninety-minutes/index.html").is_file()
    assert not (out / "demos/look-inside").exists()
    (out / "left-over.txt").write_text("old", encoding="utf-8")
    publish_decks(CHECKOUT, out, settings=settings)
    assert (out / MARK).is_file() and not (out / "left-over.txt").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out"]
