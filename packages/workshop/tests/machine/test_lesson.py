"""What the lesson "Check" shows."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import tomllib
from pathlib import Path

import pytest

pytest.importorskip("anywidget", reason="needs the jupyter environment's packages")

from lessonkit.catalogue import find_lessons
from workshop.core.settings import CHECKOUT, Settings
from workshop.datasets import catalogue
from workshop.machine import environments, lesson
from workshop.machine.lines import Line, State

CATALOGUE = """
datasets:
  - {{name: mnist, purpose: x, licence: x, credit: x, sources: [], files: [{file}], needed_by: [1-mnist]}}
  - {{name: photos, purpose: x, licence: x, credit: x, sources: [], files: [{file}, {other}],
      needed_by: [2-imagenet, playground]}}
  - {{name: library, purpose: x, licence: x, credit: x, sources: [], files: [{file}],
      without: our own page does without it}}
"""
SCHEDULE = """
[[workshop]]
name = "short"
title = "Short"
minutes = 9
item = [{section = "a", minutes = 9, lessons = ["1-mnist/10-mlp"]}]
[[workshop]]
name = "long"
title = "Long"
minutes = 9
item = [{section = "a", minutes = 9, demos = ["playground"], lessons = ["2-imagenet/10-googlenet"]}]
"""
RIGHT, WRONG = b"right", b"wrong"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A machine with no data yet, on which the short workshop is held."""
    file, other = (
        f"{{name: {name}, sha256: {hashlib.sha256(RIGHT).hexdigest()}, bytes: 5}}" for name in ("a", "b")
    )
    (tmp_path / "catalogue.yml").write_text(CATALOGUE.format(file=file, other=other))
    (tmp_path / "presentation").mkdir()
    (tmp_path / "presentation/schedule.toml").write_text(SCHEDULE)
    monkeypatch.setattr(catalogue, "catalogue_file", lambda: tmp_path / "catalogue.yml")
    return Settings(data=tmp_path / "data", source=tmp_path, prefix=tmp_path / "prefix")


def put(settings: Settings, **files: bytes) -> None:
    """Write files of data sets; ``photos_a`` stands for ``photos/a``."""
    for name, content in files.items():
        path = settings.data / name.replace("_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def found(settings: Settings) -> dict[str, Line]:
    return {line.check.removeprefix("data: "): line for line in lesson.hashed(settings)}


def test_red_is_only_what_today_needs_and_lacks(settings: Settings) -> None:
    states = {name: str(line.state) for name, line in found(settings).items()}
    assert states == {"mnist": "red", "photos": "yellow", "library": "yellow"}
    # What has some of its files, or damaged ones, is judged by the same measure.
    put(settings, mnist_a=RIGHT, photos_a=RIGHT, library_a=WRONG)
    lines = found(settings)
    assert {name: str(line.state) for name, line in lines.items()} == {
        "mnist": "green",
        "photos": "yellow",
        "library": "yellow",
    }
    assert "1 of its 2 files are not here" in lines["photos"].text
    assert "damaged: a" in lines["library"].text
    assert lines["library"].advice == "our own page does without it"
    assert environments.data(settings).state is State.YELLOW


def test_another_workshop_needs_something_else(settings: Settings) -> None:
    long = dataclasses.replace(settings, plan="long")
    without_digits = found(long)["mnist"]
    assert without_digits.state is State.YELLOW
    assert without_digits.advice == "nothing of today needs it; only 1-mnist would"
    put(settings, mnist_a=RIGHT, photos_a=RIGHT)
    line = found(long)["photos"]
    assert line.state is State.RED
    assert "2-imagenet/10-googlenet, playground" in line.text
    assert "workshop data fetch photos" in line.advice
    told = environments.data(long)
    assert (told.state, told.advice) == (State.RED, "run: workshop data fetch photos")
    put(settings, photos_b=RIGHT)
    assert found(long)["photos"].state is State.GREEN
    assert environments.data(long).state is State.YELLOW
    put(settings, photos_b=WRONG)
    assert found(long)["photos"].state is State.RED


def test_what_the_catalogue_says_of_lessons_and_demos_is_so() -> None:
    """Each data set is needed by something that there is, or says what does without it."""
    lessons = {each.name for each in find_lessons(CHECKOUT / "notebooks")}
    manifest = tomllib.loads((CHECKOUT / "js-demos/manifest.toml").read_text(encoding="utf-8"))
    parts = (
        lessons | {name.partition("/")[0] for name in lessons} | {demo["name"] for demo in manifest["demo"]}
    )
    for dataset in catalogue.load_catalogue().values():
        assert bool(dataset.needed_by) != bool(dataset.without), dataset.name
        assert set(dataset.needed_by) <= parts | {"slides"}, dataset.name
        named = set(re.findall(r"\b\d-[a-z]+(?:/[a-z0-9-]+)?", dataset.without))
        assert named <= parts, dataset.name


def test_the_round_trip() -> None:
    trip = lesson.RoundTrip()
    assert trip.line().state is State.YELLOW
    trip.milliseconds = [5.0] * 20
    assert trip.line().state is State.GREEN
    trip.milliseconds = [500.0] * 20
    assert trip.line().state is State.YELLOW
