from pathlib import Path
from typing import Any

import pytest

from workshop.core.settings import Settings
from workshop.site.looks import faults_of_looks, faults_of_slide, missing_to_look, pictured_share

GOOD: dict[str, Any] = {
    "title": "Downhill", "kind": "pictured", "picture": True, "overflow": 0, "type": 24.0, "smallest": "rate",
    "contrast": 6.6, "weakest": "rate", "words": 12, "unset": 0, "empty": 0.4,
}  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"overflow": 12}, "12 pixels overflow the page"),
        ({"type": 17.5}, "“rate” is set in 17.5 pixels, not 24"),
        ({"contrast": 2.1}, "“rate” has a contrast of 2.1, not 3"),
        ({"words": 13}, "13 words next to a picture; at most 12 are allowed"),
        ({"unset": 2}, "2 formulas were not typeset"),
        ({"empty": 0.51}, "51% of the page is empty"),
    ],
)
def test_a_fault_is_told_with_its_measure(wrong: dict[str, Any], told: str) -> None:
    assert faults_of_slide(GOOD | wrong) == [told]


def test_a_deck_with_few_pictures_is_told() -> None:
    slides = (
        [GOOD] * 3
        + [GOOD | {"picture": False, "kind": "words"}]
        + [GOOD | {"kind": "part", "picture": False}]
    )
    assert pictured_share(slides) == 0.75
    assert faults_of_looks({"one": {"light": slides}}) == ["one: 75% of its slides have a picture, not 80%"]


def test_what_is_missing_to_look_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data=tmp_path)
    monkeypatch.setattr("workshop.site.looks.find_browser", lambda: None)
    assert missing_to_look(settings) == "to look at slides takes Chromium; install the package chromium"
    monkeypatch.setattr("workshop.site.looks.find_browser", lambda: "chromium")
    (tmp_path / "reveal").mkdir()
    assert missing_to_look(settings) == "to look at slides takes katex; run 'workshop data fetch katex'"
    (tmp_path / "katex").mkdir()
    assert missing_to_look(settings) is None
