"""``bench samegame`` answers as promised and believes no score that the referee does not count."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.bubblebreaker import samegame as bench
from benchmarks.bubblebreaker.samegame import Name, app, check
from bubblebreaker import engine
from bubblebreaker.agents import AGENTS
from bubblebreaker.boards import read_boards, referee, write_boards
from bubblebreaker.rules import SAMEGAME
from bubblebreaker.solve import solve
from workshop.errors import WorkshopError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_boards(tmp_path / "boards", engine.new_boards(SAMEGAME, range(2))[0])
    return tmp_path / "boards"


def test_the_document_holds_scores_and_moves_of_each_board(file: Path) -> None:
    result = CliRunner().invoke(app, ["--boards", str(file), "--agent", "tabu", "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["total"] == sum(game["score"] for game in document["boards"])
    for board, game in zip(read_boards(file, SAMEGAME), document["boards"], strict=True):
        assert referee(SAMEGAME, board, [tuple(move) for move in game["moves"]]) == game["score"]


def test_people_read_a_line_a_board(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    games = [solve(board, "greedy", 1, 1) for board in read_boards(file, SAMEGAME)]
    monkeypatch.setattr(bench, "answer_of", lambda *_: games)
    result = CliRunner().invoke(app, ["--boards", str(file), "--agent", "greedy"])
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["board", "board", "total"]


def test_a_score_that_the_moves_do_not_bring_is_refused() -> None:
    board = engine.new_boards(SAMEGAME, range(1))[0][0]
    game = solve(board, "greedy", 1, 1)
    check(1, board, game)
    with pytest.raises(WorkshopError, match=f"bring {game['score']} points, not {game['score'] + 1}"):
        check(1, board, game | {"score": game["score"] + 1})
    with pytest.raises(WorkshopError, match=r"^board 1: the game stops after"):
        check(1, board, game | {"moves": game["moves"][:-1]})


def test_a_bad_file_is_named_before_anybody_plays(tmp_path: Path) -> None:
    (tmp_path / "boards").write_text("1 2\n")
    result = CliRunner().invoke(app, ["--boards", str(tmp_path / "boards")])
    assert isinstance(result.exception, WorkshopError)


def test_the_command_knows_every_agent() -> None:
    assert [name.value for name in Name] == list(AGENTS)


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
def test_the_peer_plays_the_same_boards_by_the_same_rules(file: Path) -> None:
    words = ["--boards", str(file), "--agent", "tabu", "--peer", "--seconds", "0.05", "--json"]
    document = json.loads(CliRunner().invoke(app, words).stdout)
    peer = document["peer"]
    for board, game in zip(read_boards(file, SAMEGAME), peer["boards"], strict=True):
        assert referee(SAMEGAME, board, [tuple(move) for move in game["moves"]]) == game["score"]
        assert 0.05 <= game["seconds"] < 0.5
        assert game["playouts"] > 10
    assert document["ratio"] == document["total"] / peer["total"]


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
def test_the_peer_searches_as_the_paper_says_and_not_at_random(file: Path) -> None:
    boards = read_boards(file, SAMEGAME)
    found = [sum(game["score"] for game in bench.games_of_peer(boards, seconds, 1)) for seconds in (0, 1)]
    assert found[1] > 1.5 * found[0]


def test_without_a_compiler_there_is_no_peer(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.shutil, "which", lambda _: None)
    with pytest.raises(WorkshopError, match="leave out --peer"):
        bench.games_of_peer(read_boards(file, SAMEGAME), 1, 1)
