"""``bench bubblebreaker`` prints means with intervals and says which bar was missed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks.bubblebreaker import games as gamesbench
from bubblebreaker.games import PLAYERS


def answers(mean: float) -> dict[str, Any]:
    """Return what agents made, as the engine's side says it."""
    one = {
        "mean": mean,
        "interval": 40.2,
        "moves": 90.1,
        "cut_short": 1,
        "cpu_seconds": 0.1,
        "scores": [1, 2],
    }
    return {name: dict(one) for name in PLAYERS}


@pytest.mark.parametrize(("mean", "missed"), [(2000.0, []), (1999.9, ["search"]), (5.0, ["value", "search"])])
def test_a_missed_bar_is_named_and_ends_in_one(
    mean: float, missed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gamesbench, "answer_of", lambda *_: answers(mean))
    result = CliRunner().invoke(gamesbench.app, ["--json"])
    assert result.exit_code == bool(missed)
    assert json.loads(result.stdout)["missed"] == missed


def test_people_read_a_line_an_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(gamesbench, "answer_of", lambda *told: asked.append(told[2]) or answers(2500.0))
    arguments = [
        "--agent",
        "tabu",
        "--agent",
        "search",
        "--horizon",
        "20",
        "--limit",
        "300",
        "--playouts",
        "5",
    ]
    result = CliRunner().invoke(gamesbench.app, arguments)
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["tabu", "search"]
    assert "2500.0 ±  40.2 points" in result.stdout
    assert "bar 2,000" in result.stdout
    assert "1 cut short" in result.stdout
    assert " ".join(asked[0]) == (
        "--games 200 --seed 0 --playouts 5 --horizon 20 --limit 300 --agent tabu search"
    )


def test_it_is_played_in_an_interpreter_that_has_numba() -> None:
    result = CliRunner().invoke(
        gamesbench.app, ["--agent", "greedy", "--games", "2", "--seed", "3", "--json"]
    )
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert (document["games"], document["seed"]) == (2, 3)
    assert len(document["agents"]["greedy"]["scores"]) == 2


def test_the_command_knows_every_player() -> None:
    assert tuple(name.value for name in gamesbench.Name) == PLAYERS
