"""Each contestant makes real moves, and is timed without its compilation."""

from __future__ import annotations

import json
import time

import pytest

from benchmarks.bubblebreaker.env import BARS
from benchmarks.bubblebreaker.env_race import contestants, main, rate
from bubblebreaker import envs

envs.register()
NAMES = list(contestants(4))


@pytest.mark.parametrize("name", NAMES)
def test_a_contestant_makes_moves(name: str) -> None:
    run = contestants(4)[name]
    assert run() > 0
    assert run() > 0


def test_the_first_call_does_not_count() -> None:
    calls = []

    def run() -> int:
        calls.append(1)
        # It is the processor's time that counts.
        until = time.process_time() + (1 if len(calls) == 1 else 0.002)
        while time.process_time() < until:
            pass
        return 10

    fast = rate(run, 0.1)
    assert fast == pytest.approx(10 * (len(calls) - 1) / 0.1, rel=0.5)


def test_all_race_and_the_bars_are_among_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seconds", "0.01", "--games", "4"]) == 0
    rates = json.loads(capsys.readouterr().out)
    assert list(rates) == NAMES
    assert min(rates.values()) > 0
    assert set(BARS) <= set(rates)
