import asyncio
from dataclasses import replace

from benchmarks.votes.bench import Trial, hold, summarise
from benchmarks.votes.voters import Voter


def test_a_small_room_loses_no_vote_in_a_kill_and_counts_none_twice() -> None:
    trial = asyncio.run(hold(phones=12, seconds=1.0, kill=True, seed=2))
    report = summarise(trial)
    assert report["confirmed_and_once"] == report["phones"] == 12
    assert report["cast"] == report["counted"] == report["kept_after_a_kill"]
    assert sum(report["cast"]) == 12
    assert report["down_ms"] > 0


def test_a_bar_that_is_missed_is_told() -> None:
    fast = [
        Voter("a", 0, 0.0, [0.01] * 3, confirmed=0, after=0),
        Voter("b", 2, 0.0, [0.02] * 3, confirmed=2, after=2),
    ]
    good = Trial(fast, [1, 0, 1], [1, 0, 1], 0.5, 0.006)
    assert summarise(good)["passed"] and summarise(good)["processor_ms_each"] == 1.0
    slow = replace(fast[0], seconds=[0.5] * 3)
    assert not summarise(replace(good, voters=[slow, fast[1]]))["passed"]
    assert not summarise(replace(good, counts=[2, 0, 1]))["passed"]
    assert not summarise(replace(good, kept=[0, 0, 1]))["passed"]
    assert not summarise(replace(good, voters=[replace(fast[0], after=1), fast[1]]))["passed"]
