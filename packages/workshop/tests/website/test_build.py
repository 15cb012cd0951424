import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from slides.presentations import make_presentation

from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.site import build
from workshop.site.build import RECORD, Today, build_site

MANIFEST = """
[[demo]]
name = "painting"
title = "Painting"
summary = "It paints."
minutes = 10
libraries = ["convnetjs"]
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The parts of a checkout that the site is made of."""
    source = tmp_path / "checkout"
    texts = {
        "presentation/start/index.html": "<html>start</html>",
        "presentation/start/start.js": "start",
        "js-demos/assets/workshop.css": "css",
        "js-demos/manifest.toml": MANIFEST,
        "js-demos/painting/index.html": "<html>painting</html>",
        "js-demos/painting/.draft": "hidden",
        "js-demos/unlisted/index.html": "<html>unlisted</html>",
    }
    for name, text in texts.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text, encoding="utf-8")
    (source / "notebooks" / "1-mnist").mkdir(parents=True)
    make_presentation(source)
    return source


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name in ("convnetjs/convnet-min.js", "reveal/reveal.js", "katex/fonts/one.woff2"):
        library = tmp_path / "data" / name
        library.parent.mkdir(parents=True)
        library.write_text("library", encoding="utf-8")
    return Settings(data=tmp_path / "data", jupyter_port=18080)


def config(site: Path) -> dict[str, Any]:
    text = (site / "config.js").read_text(encoding="utf-8")
    start, end = text.index("{"), text.rindex("}") + 1
    return dict(json.loads(text[start:end]))


def add_lesson(checkout: Path, name: str, metadata: dict[str, Any]) -> None:
    notebook = {"cells": [], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    (checkout / "notebooks" / name).write_text(json.dumps(notebook), encoding="utf-8")


def test_the_manual_is_shown_where_it_was_built(checkout: Path, settings: Settings, tmp_path: Path) -> None:
    site, manual = tmp_path / "web", tmp_path / "manual"
    build_site(checkout, site, settings)
    assert config(site)["manual"] is None
    (manual / "howto").mkdir(parents=True)
    for name in ("index.html", "howto/choose.html", ".made-from"):
        (manual / name).write_text(name)
    build_site(checkout, site, settings, manual=manual)
    assert config(site)["manual"] == "docs/index.html"
    assert (site / "docs/howto/choose.html").read_text() == "howto/choose.html"
    assert not (site / "docs/.made-from").exists()


def test_the_site_holds_what_is_listed_and_no_drafts(
    checkout: Path, settings: Settings, tmp_path: Path
) -> None:
    site = tmp_path / "web"
    build_site(checkout, site, settings)
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert files >= {
        "index.html",
        "assets/workshop.css",
        "demos/painting/index.html",
        "demos/vendor/convnet-min.js",
        "slides/short/index.html",
        "slides/vendor/reveal/reveal.js",
    }
    assert not {"demos/painting/.draft", "demos/unlisted/index.html"} & files


def test_a_machine_for_other_courses_shows_nothing_of_the_lessons(
    checkout: Path, settings: Settings, tmp_path: Path
) -> None:
    site = tmp_path / "web"
    report = build_site(checkout, site, replace(settings, lessons=False))
    made = config(site)
    assert (made["lessons"], made["demos"], made["workshops"], report.notes) == ([], [], [], [])
    assert (site / "index.html").is_file() and not (site / "slides").exists()


def test_links_follow_the_settings_and_lessons_the_notebooks(
    checkout: Path, settings: Settings, tmp_path: Path
) -> None:
    about: dict[str, Any] = {
        "lessonkit": {"title": "Dense", "minutes": 60, "budget": {"full": {"rss_mb": 900}}}
    }
    about["kernelspec"] = {"name": "theano"}
    add_lesson(checkout, "1-mnist/10-mlp.ipynb", about)
    build_site(checkout, tmp_path / "web", settings)
    made = config(tmp_path / "web")
    assert made["ports"] == {"jupyter": 18080, "tensorboard": 8081, "web": 8082}
    assert made["lessons"] == [
        {
            "path": "1-mnist/10-mlp.ipynb",
            "title": "Dense",
            "kernel": "theano",
            "kind": "lesson",
            "minutes": 60,
            "short": False,
            "memory": 900,
        }
    ]
    assert [demo["name"] for demo in made["demos"]] == ["painting"]


def test_todays_workshop_is_one_of_the_schedule(checkout: Path, settings: Settings, tmp_path: Path) -> None:
    build_site(checkout, tmp_path / "web", settings, Today("short", "14:00"))
    made = config(tmp_path / "web")
    assert made["today"] == {"workshop": "short", "start": "14:00"}
    assert [(item["start"], item["title"]) for item in made["workshops"][0]["items"]] == [
        (0, "Hello & welcome"),
        (8, "Coffee"),
    ]
    with pytest.raises(WorkshopError, match="the schedule has no plan 'long'; it has short"):
        build_site(checkout, tmp_path / "web", settings, Today("long", "14:00"))


def test_second_build_changes_nothing(checkout: Path, settings: Settings, tmp_path: Path) -> None:
    assert build_site(checkout, tmp_path / "web", settings).as_document()["changed"] is True
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "web").rglob("*")}
    assert build_site(checkout, tmp_path / "web", settings).as_document()["changed"] is False
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "web").rglob("*")} == times


def test_only_what_differs_is_written_and_what_went_is_removed(
    checkout: Path, settings: Settings, tmp_path: Path
) -> None:
    site = tmp_path / "web"
    build_site(checkout, site, settings)
    (site / "slides" / "own.html").write_text("of somebody else", encoding="utf-8")
    (checkout / "presentation" / "start" / "start.js").unlink()
    (checkout / "js-demos" / "painting" / "index.html").write_text("<html>new</html>", encoding="utf-8")
    report = build_site(checkout, site, settings)
    assert (report.written, report.removed) == (["demos/painting/index.html"], ["start.js"])
    assert (site / "slides" / "own.html").is_file()


def test_modules_of_the_package_lie_beside_the_page_as_scripts(
    checkout: Path, settings: Settings, tmp_path: Path
) -> None:
    manifest = checkout / "js-demos" / "manifest.toml"
    manifest.write_text(MANIFEST + 'modules = ["packages/game/rules.js"]\n', encoding="utf-8")
    with pytest.raises(WorkshopError, match=r"painting needs packages/game/rules\.js"):
        build_site(checkout, tmp_path / "web", settings)
    (checkout / "packages" / "game").mkdir(parents=True)
    (checkout / "packages" / "game" / "rules.js").write_text("export const SIDE = 3;\n", encoding="utf-8")
    build_site(checkout, tmp_path / "web", settings)
    script = (tmp_path / "web" / "demos" / "painting" / "rules.js").read_text(encoding="utf-8")
    assert "export" not in script
    assert "{ SIDE }" in script


def test_missing_library_is_a_note_and_no_fault(checkout: Path, tmp_path: Path) -> None:
    report = build_site(checkout, tmp_path / "web", Settings(data=tmp_path / "nothing"))
    assert [note.split("'")[1] for note in report.notes] == [
        f"workshop data fetch {name}" for name in ("convnetjs", "reveal", "katex")
    ]
    assert (tmp_path / "web" / "demos" / "painting" / "index.html").is_file()


def test_faulty_notebook_is_a_note_and_no_fault(checkout: Path, settings: Settings, tmp_path: Path) -> None:
    (checkout / "notebooks" / "1-mnist" / "10-mlp.ipynb").write_text("{", encoding="utf-8")
    report = build_site(checkout, tmp_path / "web", settings)
    assert len(report.notes) == 1 and "10-mlp" in report.notes[0]
    assert config(tmp_path / "web")["lessons"] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cannot read"),
        ("[[demo", "cannot read"),
        (MANIFEST.replace('title = "Painting"', ""), "lacks title"),
        (MANIFEST.replace('"painting"', '"nowhere"'), "no page nowhere"),
        (MANIFEST.replace('"convnetjs"', '"other"'), "unknown library other"),
    ],
)
def test_faulty_manifest_is_named(
    checkout: Path, settings: Settings, tmp_path: Path, text: str, says: str
) -> None:
    (checkout / "js-demos" / "manifest.toml").write_text(text, encoding="utf-8")
    with pytest.raises(WorkshopError, match=says):
        build_site(checkout, tmp_path / "web", settings)
    assert not (tmp_path / "web").exists()


def test_record_that_points_outside_removes_nothing(
    checkout: Path, settings: Settings, tmp_path: Path
) -> None:
    site = tmp_path / "web"
    build_site(checkout, site, settings)
    outside = tmp_path / "precious"
    outside.write_text("mine", encoding="utf-8")
    (site / RECORD).write_text(json.dumps(["../precious", str(outside), 7]), encoding="utf-8")
    build_site(checkout, site, settings)
    assert outside.read_text(encoding="utf-8") == "mine"


def test_everyone_may_read_whatever_the_umask(checkout: Path, settings: Settings, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        build_site(checkout, tmp_path / "web", settings)
    finally:
        os.umask(before)
    for path in (tmp_path / "web").rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


def test_a_file_that_no_build_wrote_is_not_replaced(
    checkout: Path, settings: Settings, tmp_path: Path
) -> None:
    site = tmp_path / "public_html"
    site.mkdir()
    (site / "index.html").write_text("my own page")
    with pytest.raises(WorkshopError, match=r"index.html exists and was not made by 'workshop web build'"):
        build_site(checkout, site, settings)
    assert [path.name for path in site.iterdir()] == ["index.html"]
    assert (site / "index.html").read_text() == "my own page"


def test_a_killed_first_build_is_gone_on_with(
    checkout: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "web"
    write = build._write

    def die(path: Path, content: bytes) -> bool:
        if path.name == "index.html":
            raise KeyboardInterrupt
        return write(path, content)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(build, "_write", die)
        build_site(checkout, site, settings)
    (checkout / "js-demos/assets/workshop.css").write_text("changed meanwhile")
    build_site(checkout, site, settings)
    assert (site / "assets/workshop.css").read_text() == "changed meanwhile"
