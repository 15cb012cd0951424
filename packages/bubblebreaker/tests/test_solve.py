"""Files of boards are played as JSON; faults are one line on stderr."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bubblebreaker import engine
from bubblebreaker.boards import referee, write_boards
from bubblebreaker.rules import SAMEGAME
from bubblebreaker.search import deadline
from bubblebreaker.solve import main, solve


@pytest.mark.parametrize("agent", ["tabu", "search", "nested", "beam"])
def test_each_board_is_played_in_its_turn(
    agent: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boards, _ = engine.new_boards(SAMEGAME, range(2))
    write_boards(tmp_path / "boards", boards)
    assert main([str(tmp_path / "boards"), "--agent", agent, "--seconds", "0.1"]) == 0
    said = capsys.readouterr()
    games = json.loads(said.out)
    for board, game in zip(boards, games, strict=True):
        assert referee(SAMEGAME, board, [(row, column) for row, column in game["moves"]]) == game["score"]
    assert said.err.count("\n") == 2


def test_a_machine_that_does_something_else_takes_nothing_from_a_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    board = engine.new_boards(SAMEGAME, [1])[0][0]
    # By this clock each look at it takes an hour.
    hours = iter(range(10**9))
    monkeypatch.setattr(deadline.time, "monotonic", lambda: 3600.0 * next(hours))
    assert solve(board, "search", 0.3, 1)["cpu_seconds"] >= 0.3


@pytest.mark.parametrize("text", [None, "1 2 3\n"])
def test_a_file_that_is_none_is_refused(
    text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (tmp_path / "boards").write_text(text)
    assert main([str(tmp_path / "boards")]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
