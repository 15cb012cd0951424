"""Training: seeded, broken off and gone on with; skipped where there is no Theano."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bubblebreaker.rules import SAMEGAME

pytest.importorskip("theano", reason="there is no Theano here; the part lessons runs this")

from bubblebreaker.value import train
from bubblebreaker.value.files import load as load_file
from bubblebreaker.value.files import write
from bubblebreaker.value.trained import load

RULES = SAMEGAME.having(rows=6, columns=6, colours=3)


def plan(**changes: object) -> train.Plan:
    settings = {"rounds": 6, "players": 8, "steps": 8, "memory": 200, "batch": 32, "hidden": (8,)}
    return train.Plan(RULES, **(settings | changes))


@pytest.mark.parametrize("prioritised", [False, True])
def test_broken_off_and_gone_on_with_is_the_same(tmp_path: Path, prioritised: bool) -> None:
    whole, first, second = (train.Training(plan(prioritised=prioritised), 3) for _ in range(3))
    for _ in range(6):
        whole.round()
    for _ in range(3):
        first.round()
    first.save(tmp_path / "state.npz")
    second.resume(tmp_path / "state.npz")
    for _ in range(3):
        second.round()
    assert second.done
    assert second.losses == whole.losses[3:]
    assert second.scores == whole.scores
    for one, other in zip(whole.network.arrays, second.network.arrays, strict=True):
        assert np.array_equal(one, other)


def test_it_plays_better_after_learning() -> None:
    training = train.Training(plan(rounds=60, players=64, memory=20_000), 1)
    before = train.judge(RULES, training.network, games=300)
    train.run(training, 5, lambda line: None)
    after = train.judge(RULES, training.network, games=300)
    assert training.done
    assert after["score"] - after["interval"] > before["score"] + before["interval"]


def test_the_rate_falls() -> None:
    rates = [plan(rounds=300).rate_at(number) for number in range(300)]
    assert rates[0] == rates[100] == 1e-3
    assert rates[299] == pytest.approx(1e-5)
    late = plan(rounds=300, falling=1 / 4)
    assert late.rate_at(225) == 1e-3
    assert late.rate_at(262.5) == pytest.approx(5e-4)


def test_told_more_it_begins_as_it_played_before(tmp_path: Path) -> None:
    plain = train.Training(plan(rounds=20), 1)
    train.run(plain, 5, lambda line: None)
    write(tmp_path / "plain.npz", plain.network.arrays, {})
    changes = {"hidden": (12,), "peeled": True, "inertia": 0.9, "begin": tmp_path / "plain.npz"}
    more = train.Training(plan(**changes), 2)
    assert (plain.network.peeled, more.network.peeled) == (False, True)
    assert train.judge(RULES, more.network, games=50) == train.judge(RULES, plain.network, games=50)
    for _ in range(3):
        more.round()
    assert train.judge(RULES, more.network, games=50) != train.judge(RULES, plain.network, games=50)


def test_the_command_writes_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(train.PLANS, "samegame", plan())
    state, out = tmp_path / "state.npz", tmp_path / "out.npz"
    arguments = ["samegame", "--state", str(state), "--out", str(out)]
    assert train.main([*arguments, "--minutes", "0"]) == 0
    assert json.loads(capsys.readouterr().out)["rounds"] == 0
    assert not out.exists()
    assert train.main(arguments) == 0
    told = json.loads(capsys.readouterr().out)
    _, facts = load_file(out)
    assert facts == told
    assert told["rounds"] == 6
    assert load(out).layers[0][0].dtype == np.float32
