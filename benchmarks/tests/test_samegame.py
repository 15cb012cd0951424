"""``bench samegame`` answers as promised and believes no score that the referee does not count."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks import samegame as bench
from benchmarks.samegame import app, check
from bubblebreaker import engine
from bubblebreaker.boards import read_boards, referee, write_boards
from bubblebreaker.rules import SAMEGAME
from bubblebreaker.solve import solve
from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_boards(tmp_path / "boards", engine.new_boards(SAMEGAME, range(2))[0])
    return tmp_path / "boards"


def test_the_document_holds_scores_and_moves_of_each_board(file: Path) -> None:
    result = CliRunner().invoke(app, ["--boards", str(file), "--agent", "value", "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["total"] == sum(game["score"] for game in document["boards"])
    for board, game in zip(read_boards(file, SAMEGAME), document["boards"], strict=True):
        assert referee(SAMEGAME, board, [tuple(move) for move in game["moves"]]) == game["score"]


def test_people_read_a_line_a_board(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    games = [solve(board, "greedy", 1, 1) for board in read_boards(file, SAMEGAME)]
    monkeypatch.setattr(bench, "play", lambda *_: games)
    result = CliRunner().invoke(app, ["--boards", str(file), "--agent", "search"])
    assert [line.split()[0] for line in result.stdout.splitlines()[:3]] == ["board", "board", "total"]


def test_a_score_that_the_moves_do_not_bring_is_refused() -> None:
    board = engine.new_boards(SAMEGAME, range(1))[0][0]
    game = solve(board, "greedy", 1, 1)
    check(1, board, game)
    with pytest.raises(WorkshopError, match=f"bring {game['score']} points, not {game['score'] + 1}"):
        check(1, board, game | {"score": game["score"] + 1})
    with pytest.raises(WorkshopError, match=r"^board 1: the game ends after"):
        check(1, board, game | {"moves": game["moves"][:-1]})


def test_a_bad_file_is_named_before_anybody_plays(tmp_path: Path) -> None:
    (tmp_path / "boards").write_text("1 2\n")
    result = CliRunner().invoke(app, ["--boards", str(tmp_path / "boards")])
    assert isinstance(result.exception, WorkshopError)


def test_the_machines_python_will_do_and_else_one_line_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bench.find_python() == Path(sys.executable)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(bench, "load_settings", lambda: Settings(prefix=tmp_path))
    with pytest.raises(WorkshopError, match="set this machine up"):
        bench.find_python()
    python = tmp_path / "venvs/theano/bin/python"
    python.parent.mkdir(parents=True)
    write_script(python, f'exec {sys.executable} "$@"')
    assert bench.find_python() == python
    write_script(python, "exit 1")
    with pytest.raises(WorkshopError, match=f"{python} has no numba"):
        bench.find_python(python)
    with pytest.raises(WorkshopError, match="no interpreter"):
        bench.find_python(tmp_path / "nowhere")


def write_script(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
