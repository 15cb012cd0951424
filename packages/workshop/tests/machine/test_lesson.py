"""What the lesson "Check" shows."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

pytest.importorskip("anywidget", reason="needs the jupyter environment's packages")

from workshop.datasets import catalogue
from workshop.machine import lesson
from workshop.machine.lines import State
from workshop.settings import Settings

CATALOGUE = """
datasets:
  - {{name: mnist, purpose: x, licence: x, credit: x, sources: [], files: [{file}]}}
  - {{name: photos, purpose: x, licence: x, credit: x, sources: [], files: [{file}]}}
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    file = f"{{name: a.txt, sha256: {hashlib.sha256(b'right').hexdigest()}, bytes: 5}}"
    (tmp_path / "catalogue.yml").write_text(CATALOGUE.format(file=file))
    monkeypatch.setattr(
        lesson, "load_catalogue", lambda: catalogue.load_catalogue(tmp_path / "catalogue.yml")
    )
    return Settings(data=tmp_path / "data")


def test_hashed(settings: Settings) -> None:
    assert [line.state for line in lesson.hashed(settings)] == [State.RED, State.YELLOW]
    for name, content in (("mnist", b"right"), ("photos", b"wrong")):
        (settings.data / name).mkdir(parents=True)
        (settings.data / name / "a.txt").write_bytes(content)
    assert [line.state for line in lesson.hashed(settings)] == [State.GREEN, State.RED]
    assert [line.check for line in lesson.hashed(settings, ["photos"])] == ["data: photos"]


def test_multiplication_speed_is_that_of_a_computer() -> None:
    assert 0.01 < lesson.multiplication_speed(side=64, rounds=2) < 100_000


def test_the_round_trip() -> None:
    trip = lesson.RoundTrip()
    assert trip.line().state is State.YELLOW
    trip.milliseconds = [5.0] * 20
    assert trip.line().state is State.GREEN
    trip.milliseconds = [500.0] * 20
    assert trip.line().state is State.YELLOW


def test_the_kernel_sends_messages_back(monkeypatch: pytest.MonkeyPatch) -> None:
    trip = lesson.RoundTrip()
    sent: list[object] = []
    monkeypatch.setattr(trip, "send", sent.append)
    trip._handle_custom_msg({"trip": 3}, [])
    assert sent == [{"trip": 3}]
