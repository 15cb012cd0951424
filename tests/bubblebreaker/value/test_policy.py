"""Training by the score: what is learnt from, and that it helps; skipped where there is no Theano."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from workshop.bubblebreaker.rules import SAMEGAME
from workshop.teach import checkpoints

pytest.importorskip("theano", reason="there is no Theano here; the part lessons runs this")

from workshop.bubblebreaker.value import policy, train
from workshop.bubblebreaker.value.experience import Nothing, sample
from workshop.bubblebreaker.value.features import describe
from workshop.bubblebreaker.value.network import PulledNetwork
from workshop.bubblebreaker.value.trained import load

RULES = SAMEGAME.having(rows=6, columns=6, colours=3)


def plan(**changes: object) -> policy.Plan:
    settings = {"rounds": 6, "players": 8, "steps": 8, "batch": 32}
    return policy.Plan(RULES, **(settings | changes))


def start() -> list[np.ndarray]:
    """Return a network that knows nothing."""
    told = sample(RULES, Nothing(), 1)
    return PulledNetwork(told.mean(0), told.std(0) + 0.01, hidden=(16,)).arrays


def some_moves(count: int = 3) -> list[policy.Moves]:
    players = policy.Players(plan(), 1)
    return [players.move(Nothing(), []) for _ in range(count)]


def test_softmax_board_by_board() -> None:
    chances = policy.softmax(np.log([1.0, 3.0, 5.0, 2.0, 2.0]), np.array([0, 2, 3, 5]))
    assert chances == pytest.approx([0.25, 0.75, 1, 0.5, 0.5])


def test_likely_moves_are_drawn_more_often() -> None:
    settings = plan(players=4000, temperature=20.0)
    players = policy.Players(settings, 1)
    moves = players.move(Nothing(), [])
    first = moves.chosen == moves.starts[:-1]
    totals = policy.softmax(moves.points / 20.0, moves.starts)
    expected = totals[moves.starts[:-1]]
    error = np.sqrt((expected * (1 - expected)).sum()) / len(expected)
    assert first.mean() == pytest.approx(expected.mean(), abs=4 * error)


def test_some_of_all_moves() -> None:
    moves = policy.joined(some_moves())
    some = moves.of(np.array([20, 3]))
    for new, old in enumerate([20, 3]):
        assert np.array_equal(
            some.told[some.starts[new] : some.starts[new + 1]],
            moves.told[moves.starts[old] : moves.starts[old + 1]],
        )
        assert np.array_equal(some.told[some.chosen[new]], moves.told[moves.chosen[old]])
        assert np.array_equal(some.before[new], moves.before[old])


def test_a_move_leads_to_what_the_next_one_starts_from() -> None:
    first, second, _ = some_moves()
    after = first.told[first.chosen]
    goes_on = ~first.over
    assert np.array_equal(after[goes_on], second.before[goes_on])


def test_advantages_by_hand() -> None:
    one = some_moves(1)[0]
    first = one._replace(gained=np.array([10.0, 10.0]), over=np.array([False, True]))
    second = one._replace(gained=np.array([4.0, 4.0]), over=np.array([False, False]))
    expected = np.array([[3.0, 3.0], [5.0, 5.0], [2.0, 2.0]])
    # The last move: 4 + 2 - 5 = 1. The first: 10 + 5 - 3 = 12, and half of 1; or 10 - 3 where the game ended.
    assert policy.advantages([first, second], expected, 0.5).tolist() == [[12.5, 7], [1, 1]]


def test_a_push_makes_a_better_move_likelier() -> None:
    training = policy.Training(plan(), start(), 1)
    moves = policy.joined(some_moves())
    moves = moves._replace(last=np.zeros_like(moves.last))

    def chance() -> float:
        totals = moves.points + training.actor.worth(moves.told)
        return float(policy.softmax(totals / training.plan.temperature, moves.starts)[moves.chosen].mean())

    before = chance()
    for _ in range(20):
        training._push(moves, np.ones(len(moves.chosen)), 1e-3)
    assert chance() > before + 0.01
    high = chance()
    for _ in range(20):
        training._push(moves, -np.ones(len(moves.chosen)), 1e-3)
    assert chance() < high


def test_broken_off_and_gone_on_with_is_the_same(tmp_path: Path) -> None:
    whole, first, second = (policy.Training(plan(), start(), 3) for _ in range(3))
    for _ in range(6):
        whole.round()
    for _ in range(3):
        first.round()
    first.save(tmp_path / "state.npz")
    second.resume(tmp_path / "state.npz")
    for _ in range(3):
        second.round()
    assert second.done
    assert second.scores == whole.scores
    for one, other in zip(
        whole.actor.state + whole.critic.state, second.actor.state + second.critic.state, strict=True
    ):
        assert np.array_equal(one, other)


def test_it_plays_better_after_learning() -> None:
    training = policy.Training(plan(rounds=60, players=64, steps=16, rate=1e-3), start(), 1)
    before = train.judge(RULES, training.actor, games=300)
    policy.run(training, 5, lambda line: None)
    after = train.judge(RULES, training.actor, games=300)
    assert after["score"] - after["interval"] > before["score"] + before["interval"]


def test_the_command_writes_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(policy.PLANS, "samegame", plan())
    begin, state, out = (tmp_path / f"{name}.npz" for name in ("start", "state", "out"))
    checkpoints.write(begin, start(), {})
    arguments = ["samegame", "--start", str(begin), "--state", str(state), "--out", str(out)]
    assert policy.main([*arguments, "--minutes", "0"]) == 0
    assert json.loads(capsys.readouterr().out)["rounds"] == 0
    assert not out.exists()
    assert policy.main(arguments) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rounds"] == 6
    assert checkpoints.load(out)[1] == told
    boards = policy.random_boards(RULES, 3, 1)[0]
    assert np.isfinite(load(out).worth(describe(boards, RULES.colours))).all()
