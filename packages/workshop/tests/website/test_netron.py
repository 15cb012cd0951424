"""Netron's page, made to keep to itself; on a small one with the same parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.site.netron import FOLDER, alone, netron_site

PAGE = """<head>
<meta name="version" content="9.3.3">
<meta name="date" content="2026-10-23 19:50:08">
<script type="text/javascript" src="index.js"></script>
<style>
.node { fill: red; }
</style>
</head>
<body><p style="opacity: 1">a</p><p style="top: 0">b</p><p style="opacity: 1">c</p>
<a href="javascript:void(0)">close</a></body>
"""


def test_it_has_no_date_no_published_version_and_nothing_that_a_policy_forbids() -> None:
    page, style = alone(PAGE)
    assert "2026" not in page and "9.3.3" not in page
    assert page.index("cookies.js") < page.index("index.js")
    assert "<style" not in page and " style=" not in page
    assert ".node { fill: red; }" in style
    assert "javascript:" not in page
    assert page.count('data-style="0"') == 2 and '[data-style="0"] { opacity: 1 }' in style


def test_the_other_files_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "netron").mkdir()
    (tmp_path / "netron" / "index.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "netron" / "view.js").write_text("view", encoding="utf-8")
    files = netron_site(tmp_path)
    assert files[f"{FOLDER}view.js"] == b"view"
    assert set(files) == {FOLDER + name for name in ("index.html", "view.js", "page.css", "cookies.js")}


def test_another_page_is_refused() -> None:
    with pytest.raises(WorkshopError, match="not as expected"):
        alone("<html></html>")
