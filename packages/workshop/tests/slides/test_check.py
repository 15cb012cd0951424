from pathlib import Path

import pytest

from slides.presentations import CHECKOUT, SCHEDULE, make_presentation
from workshop.site.check import faults_of

MANIFEST = """
[[demo]]
name = "painting"
title = "Painting"
summary = "It paints."
minutes = 3
libraries = []
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    make_presentation(tmp_path)
    for name in ("js-demos/painting/index.html", "notebooks/1-mnist/10-mlp.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("{}", encoding="utf-8")
    (tmp_path / "js-demos/manifest.toml").write_text(MANIFEST, encoding="utf-8")
    return tmp_path


def schedule(source: Path, old: str, new: str) -> None:
    (source / "presentation/schedule.toml").write_text(SCHEDULE.replace(old, new), encoding="utf-8")


def measure(source: Path, lesson: str, seconds: float) -> None:
    text = f'[lessons]\n"{lesson}" = {seconds}\n'
    (source / "presentation/measured.toml").write_text(text, encoding="utf-8")


def test_the_slides_of_this_repository_fit() -> None:
    assert faults_of(CHECKOUT) == []


def test_a_demo_or_lesson_that_is_not_there_is_named(source: Path) -> None:
    schedule(source, '["painting"]', '["dancing"], lessons = ["1-mnist/99-none"]')
    measure(source, "1-mnist/99-none", 1)
    assert faults_of(source) == [
        "1-mnist/99-none was measured, but there is no such lesson",
        "short, welcome: there is no demo dancing",
        "short, welcome: there is no lesson 1-mnist/99-none",
    ]


def test_a_talk_a_demo_and_a_lesson_that_do_not_fit_are_told(source: Path) -> None:
    schedule(source, '["painting"]', '["painting"], lessons = ["1-mnist/10-mlp"]')
    measure(source, "1-mnist/10-mlp", 59)
    assert faults_of(source) == []
    measure(source, "1-mnist/10-mlp", 300)
    assert faults_of(source) == [
        "short, welcome: 4 min of talk, 3 min of demos and 5.0 min of lessons do not fit into 8 min"
    ]


def test_a_slide_that_links_to_nothing_is_told(source: Path) -> None:
    section = source / "presentation/sections/welcome.md"
    section.write_text(section.read_text().replace("$x$", "[a](demo:painting) [b](demo:dancing)"))
    assert faults_of(source) == ["short, welcome: a slide links to demo:dancing, which is not there"]


def show(source: Path, text: str) -> None:
    section = source / "presentation/sections/welcome.md"
    section.write_text(section.read_text(encoding="utf-8").replace("$x$", text), encoding="utf-8")


def test_a_demo_that_a_slide_holds_needs_its_state_and_its_stills(source: Path) -> None:
    show(source, "![a fish](demo:painting#fish)")
    assert faults_of(source) == [
        "short, welcome: the demo painting has no state fish",
        "short, welcome: there is no picture painting-fish.webp in presentation/pictures",
        "short, welcome: there is no picture painting-fish-dark.webp in presentation/pictures",
    ]
    (source / "js-demos/painting/tries.js").write_text('const tries = [{ name: "fish" }];', encoding="utf-8")
    for name in ("painting-fish", "painting-fish-dark"):
        (source / "presentation/pictures").mkdir(exist_ok=True)
        (source / f"presentation/pictures/{name}.webp").write_bytes(b"RIFF")
    assert faults_of(source) == []
