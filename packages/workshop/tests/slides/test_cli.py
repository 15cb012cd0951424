"""``workshop slides``: for people results on stdout and what is wrong on stderr; with --json one document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from slides.presentations import CHECKOUT
from workshop.site.presentation import read_presentation
from workshop.site.slides_cli import app


def slides(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words), "--source", str(CHECKOUT)], env={"COLUMNS": "200"})


def document(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_each_workshop_is_listed_minute_by_minute() -> None:
    workshops = read_presentation(CHECKOUT).workshops
    listed, tables = slides("list").stdout, document(slides("list", "--json"))["workshops"]
    assert tables.keys() == workshops.keys()
    for name, workshop in workshops.items():
        assert name in listed
        assert [row["start"] for row in tables[name]] == list(workshop.starts())
        for number, row in enumerate(tables[name], 1):
            begins = str(number if workshop.evenings else row["start"])
            assert any(
                {begins, str(row["minutes"])} <= set(line.split()) and row["title"] in line
                for line in listed.splitlines()
            ), row


@pytest.mark.parametrize("faults", [[], ["section a has no slides", "[b] is too long"]])
def test_faults_are_said_and_are_the_status(faults: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workshop.site.check.faults_of", lambda checkout: faults)
    said = slides("check", "--no-look")
    assert said.exit_code == (1 if faults else 0)
    assert said.stderr.splitlines() == faults
    assert ("fit the schedule" in said.stdout) == (not faults)
    given = slides("check", "--no-look", "--json")
    assert (given.exit_code, document(given)) == (said.exit_code, {"faults": faults})


def test_how_slides_look_is_measured_where_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workshop.site.check.faults_of", lambda checkout: [])
    monkeypatch.setattr("workshop.site.looks.measure_decks", lambda checkout: "measured")
    monkeypatch.setattr("workshop.site.looks.faults_of_looks", lambda measured: [f"{measured}: too wide"])
    monkeypatch.setattr("workshop.site.looks.missing_to_look", lambda settings: "")
    assert slides("check").stderr == "measured: too wide\n"
    monkeypatch.setattr("workshop.site.looks.missing_to_look", lambda settings: "no Chromium")
    said = slides("check")
    assert (said.exit_code, said.stderr) == (0, "The slides were not measured: no Chromium\n")
    assert slides("check", "--look").exit_code == 1
    assert slides("check", "--no-look").stderr == ""


@pytest.mark.parametrize(
    "given", [[], ["--title", "Nets & <b>us</b>", "--date", "3 March", "--place", "Here"]]
)
def test_what_was_published_bears_the_title_that_it_was_given(
    given: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workshop.site.publish.find_browser", lambda: None)
    for library in ("reveal", "katex"):
        (tmp_path / "data" / library).mkdir(parents=True)
        (tmp_path / "data" / library / "it.js").write_text("it", encoding="utf-8")
    (tmp_path / "workshop.toml").write_text(f'data = "{tmp_path / "data"}"\n', encoding="utf-8")
    monkeypatch.setenv("WORKSHOP_CONFIG", str(tmp_path / "workshop.toml"))
    said = slides("publish", tmp_path / "out", *given)
    assert said.exit_code == 0, said.output
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    title = "Nets &amp; &lt;b&gt;us&lt;/b&gt;" if given else "Deep Learning Workshop"
    assert f"<title>{title}: slides and demos</title>" in page
    assert f'<h1 class="grow">{title}</h1>' in page
    assert ("3 March · Here" in page) == bool(given)
