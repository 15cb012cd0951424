"""The plan that a machine's set-up was told, as cards and the speaker's view have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from workshop.core.schedule import chosen_plan, length
from workshop.core.settings import Settings
from workshop.courses.home import taught
from workshop.site.build import _config

PLAN = {"name": "short", "title": "Ninety minutes", "minutes": 90, "items": [{"lessons": ["b/two", "gone"]}]}
LESSONS = [{"path": "a/one.ipynb", "title": "One"}, {"path": "b/two.ipynb", "title": "Two"}]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A machine whose set-up chose a plan."""
    known = {"lessons": LESSONS, "workshops": [PLAN], "today": {"workshop": "short", "start": ""}}
    (tmp_path / "web").mkdir()
    (tmp_path / "web/config.js").write_bytes(_config(Settings(), known))
    return Settings(prefix=tmp_path, plan="short")


def test_a_chosen_plan_is_what_is_taught(settings: Settings) -> None:
    plan = chosen_plan(settings)
    assert plan is not None
    assert (plan.title, [lesson["path"] for lesson in plan.lessons]) == ("Ninety minutes", ["b/two.ipynb"])
    assert taught(settings) == "Ninety minutes · 1 h 30 min"


def test_without_a_choice_or_its_page_the_workshop_is_taught(settings: Settings, tmp_path: Path) -> None:
    assert chosen_plan(Settings(prefix=tmp_path)) is None
    (tmp_path / "web/config.js").write_text("window.workshopConfig = {")
    assert chosen_plan(settings) is None
    assert taught(settings) == "Deep Learning Workshop"


@pytest.mark.parametrize(("minutes", "said"), [(45, "45 min"), (60, "1 h"), (460, "7 h 40 min")])
def test_a_length_is_said_in_hours_and_minutes(minutes: int, said: str) -> None:
    assert length(minutes) == said
