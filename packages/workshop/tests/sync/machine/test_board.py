"""What the notebook "U for Upgrade" shows."""

from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.sync.apply import Outcome, Report
from workshop.sync.decide import Action
from workshop.sync.participant import Links, tell

WHY = "you changed the same cell; the new one is 1/a b.upstream-12345678.ipynb"
REPORT = Report("12345678", [Outcome("1/a b.ipynb", Action.BESIDE, WHY, "1/a b.upstream-12345678.ipynb")])


def test_a_report_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert tell(lambda: REPORT) is REPORT
    told = capsys.readouterr().out
    assert "1/a b.upstream-12345678.ipynb" in told
    assert "revision 12345678" in told


def test_what_is_nobodys_mistake_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse() -> Report:
        raise WorkshopError("this machine has no address for updates; plug in the organiser's stick")

    assert tell(refuse) is None
    assert capsys.readouterr().out.count("\n") == 1


def test_links_lead_from_this_notebook_to_both(tmp_path: Path) -> None:
    links = Links(REPORT, tmp_path, tmp_path / "9-tools")
    assert 'href="../1/a%20b.ipynb"' in links._repr_html_()
    assert 'href="../1/a%20b.upstream-12345678.ipynb"' in links._repr_html_()
    assert repr(links) == "1/a b.ipynb  ↔  1/a b.upstream-12345678.ipynb"


def test_names_cannot_smuggle_markup(tmp_path: Path) -> None:
    evil = Outcome('"><img src=x>.ipynb', Action.BESIDE, "why", "<b>.ipynb")
    shown = Links(Report("1", [evil]), tmp_path, tmp_path)._repr_html_()
    assert "<img" not in shown and "<b>" not in shown


def test_nothing_beside_is_said(tmp_path: Path) -> None:
    assert "Nothing" in Links(None, tmp_path, tmp_path)._repr_html_()
