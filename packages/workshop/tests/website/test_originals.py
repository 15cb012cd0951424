"""The pages that the demos were made after, on small ones of our own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.site.originals import FOLDER, links, originals_site, read_originals

LIST = """
[[original]]
dataset = "original-fish"
title = "Fish"
credit = "A. Fisher, 2014"
pages = [{ beside = "pond", title = "swim", file = "demo/swim.html" }]
without = ["pike"]
[original.instead]
"http://cdn.example/lib.js" = "lib.js"
"http://cdn.example/late.js" = "nothing.js"
"reports.js" = "nothing.js"
"""
PAGE = """<html><head>
<link href='http://fonts.example/css?family=Cod' rel='stylesheet'>
<link rel="stylesheet" href="../swim.css">
<script src="http://cdn.example/lib.js"></script>
<script>ga('//www.google-analytics.com/analytics.js');</script>
<script>function later() { load("http://cdn.example/late.js"); }</script>
<script src="reports.js"></script>
</head><body onload="start();">
<img src="https://pictures.example/ribbon.png"><img src="gone.png"><img src="carp.png?1">
<a href="https://fish.example/">more</a>
</body></html>"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "js-demos").mkdir()
    (tmp_path / "js-demos" / "originals.toml").write_text(LIST, encoding="utf-8")
    return tmp_path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "original-fish"
    (folder / "demo").mkdir(parents=True)
    (folder / "demo" / "swim.html").write_text(PAGE, encoding="utf-8")
    for name in ("swim.css", "lib.js", "demo/carp.png"):
        (folder / name).write_text("x", encoding="utf-8")
    return tmp_path / "data"


def page_of(source: Path, data: Path) -> str:
    return originals_site(read_originals(source), data)[f"{FOLDER}original-fish/demo/swim.html"].decode()


def test_nothing_is_loaded_from_elsewhere_and_nothing_that_is_not_there(source: Path, data: Path) -> None:
    page = page_of(source, data)
    loaded = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]*)"', page)
    assert loaded == [
        "../swim.css",
        "../lib.js",
        "../nothing.js",
        "../../../../assets/icon.svg",
        "carp.png?1",
    ]
    assert "google-analytics" not in page
    assert 'load("../nothing.js")' in page


def test_originals_are_shown_beside_their_demo_where_they_were_fetched(
    source: Path, data: Path, tmp_path: Path
) -> None:
    entries = read_originals(source)
    files = originals_site(entries, data)
    assert links(entries, "pond", files) == [
        {
            "title": "Fish: swim",
            "credit": "A. Fisher, 2014",
            "address": f"{FOLDER}original-fish/demo/swim.html",
        }
    ]
    assert links(entries, "lake", files) == []
    assert originals_site(entries, tmp_path / "nothing") == {}


@pytest.mark.parametrize(
    "text", ["[[original", LIST.replace("credit", "credits"), LIST.replace("beside", "by")]
)
def test_a_faulty_list_is_named(source: Path, text: str) -> None:
    (source / "js-demos" / "originals.toml").write_text(text, encoding="utf-8")
    with pytest.raises(WorkshopError, match=r"originals\.toml"):
        read_originals(source)
