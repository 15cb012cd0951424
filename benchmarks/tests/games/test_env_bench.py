"""``bench env`` reports rates and misses nothing silently."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from benchmarks.bubblebreaker import env as envbench

RATES = {name: bar + 1 for name, bar in envbench.BARS.items()} | {"plain Python": 5}


@pytest.mark.parametrize(("slower", "code"), [(0, 0), (2, 1)])
def test_a_missed_bar_is_named_and_ends_in_one(
    slower: int, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = {name: rate - slower for name, rate in RATES.items()}
    monkeypatch.setattr(envbench, "answer_of", lambda *_: rates)
    result = CliRunner().invoke(envbench.app, ["--json"])
    assert result.exit_code == code
    document = json.loads(result.stdout)
    assert document["moves_per_second"] == rates
    assert document["missed"] == (list(envbench.BARS) if code else [])


def test_people_read_a_line_a_contestant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envbench, "answer_of", lambda *_: RATES)
    result = CliRunner().invoke(envbench.app, [])
    assert len(result.stdout.splitlines()) == len(RATES)
    assert "bar 1,000,000" in result.stdout
