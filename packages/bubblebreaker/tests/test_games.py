"""Many games are those of their seeds, by the plain rules, whoever plays and however many there are."""

from __future__ import annotations

import json

import pytest
from building import SMALL

from bubblebreaker import reference
from bubblebreaker.agents import AGENTS, play_game
from bubblebreaker.agents.simple import interval
from bubblebreaker.games import PLAYERS, main, play_many, player
from bubblebreaker.rules import BUBBLE_BREAKER

RULES = BUBBLE_BREAKER.having(rows=4, columns=4, colours=4)


@pytest.mark.parametrize("name", ["greedy", "tabu", "search"])
def test_each_game_is_that_of_its_seed(name: str) -> None:
    three = play_many(name, range(5, 8), rules=RULES)
    last = play_game(player(name, RULES, 7), reference.Game.seeded(RULES, 7))
    assert three["scores"][2] == last.score
    assert play_many(name, range(6, 8), rules=RULES)["scores"] == three["scores"][1:]
    mean, reach = interval(three["scores"])
    assert (three["mean"], three["interval"]) == (round(mean, 1), round(reach, 1))
    assert three["cut_short"] == 0


def test_more_playouts_and_limits_change_what_is_played() -> None:
    few, many = (play_many("search", range(10), playouts, rules=RULES)["scores"] for playouts in (1, 30))
    assert sum(many) > sum(few)
    short = play_many("greedy", range(2), limit=3, rules=BUBBLE_BREAKER)
    assert (short["moves"], short["cut_short"]) == (3, 2)


def test_the_document_has_an_answer_of_each_agent(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--agent", "uniform", "search", "--games", "2", "--limit", "4", "--horizon", "2"]) == 0
    said = capsys.readouterr()
    answers = json.loads(said.out)
    assert list(answers) == ["uniform", "search"]
    assert all(len(answer["scores"]) == 2 for answer in answers.values())
    assert said.err.count("\n") == 2


def test_whoever_needs_a_plan_does_not_play() -> None:
    assert [name for name in AGENTS if name not in PLAYERS] == ["nested", "beam"]
    for name in ("nested", "beam"):
        with pytest.raises(ValueError, match="nothing enters"):
            player(name, BUBBLE_BREAKER, 1)
        player(name, SMALL, 1)
