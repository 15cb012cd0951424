"""The curve of score against time: what is searched, kept, gone on with, and drawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks.bubblebreaker.search_curve import PUBLISHED, begin, extend, main, means, summary
from bubblebreaker import engine
from bubblebreaker.boards import read_boards, referee, write_boards
from bubblebreaker.rules import SAMEGAME, Board
from workshop.errors import WorkshopError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_boards(tmp_path / "boards", engine.new_boards(SAMEGAME, range(2))[0])
    return tmp_path / "boards"


def test_a_search_of_each_time_is_written_drawn_and_printed(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "curve.json"
    assert main([str(file), "--out", str(out), "--seconds", "0.1", "0.05"]) == 0
    curve = json.loads(capsys.readouterr().out)
    assert curve == json.loads(out.read_text())
    assert [run["seconds"] for run in curve["runs"]] == [0.05, 0.1]
    for run, total in zip(curve["runs"], curve["totals"], strict=True):
        scores = [game["score"] for game in run["games"]]
        assert total == {"seconds": run["seconds"], "total": sum(scores)}
        for board, game in zip(read_boards(file, SAMEGAME), run["games"], strict=True):
            assert referee(SAMEGAME, board, [tuple(move) for move in game["moves"]]) == game["score"]
    assert ElementTree.parse(tmp_path / "curve.svg").getroot().tag.endswith("svg")


class Searcher:
    """Makes as many points as it was given seconds, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def __call__(self, board: Board, agent: str, seconds: float, seed: int) -> dict[str, Any]:
        assert agent == "search"
        self.asked.append(seconds)
        return {"score": int(seconds), "moves": []}


def test_what_is_there_is_not_searched_again(tmp_path: Path) -> None:
    boards = list(engine.new_boards(SAMEGAME, range(3))[0])
    path, kept = tmp_path / "curve.json", list[Any]()
    curve = begin(path, boards, 1)
    extend(curve, boards, [2], kept.append, Searcher())
    assert len(kept) == 3
    curve["runs"][0]["games"].pop()
    path.write_text(json.dumps(curve))
    searcher = Searcher()
    again = begin(path, boards, 1)
    extend(again, boards, [4, 2], kept.append, searcher)
    assert searcher.asked == [2, 4, 4, 4]
    assert means(again) == [(2, 2), (4, 4)]


def test_a_time_that_not_every_board_had_is_no_point_of_the_curve() -> None:
    games = [{"score": 10}, {"score": 20}]
    runs = [{"seconds": 1, "games": games}, {"seconds": 2, "games": games[:1]}]
    curve = {"seed": 1, "boards": [[], []], "runs": runs}
    assert means(curve) == [(1, 15)]
    assert summary(curve)["totals"] == [{"seconds": 1, "total": 30}]


def test_a_curve_of_other_boards_or_none_is_refused(tmp_path: Path) -> None:
    boards = list(engine.new_boards(SAMEGAME, range(2))[0])
    path = tmp_path / "curve.json"
    path.write_text(json.dumps(begin(path, boards, 1)))
    assert begin(path, boards, 1)["runs"] == []
    for others, seed in ((boards[:1], 1), (boards, 2)):
        with pytest.raises(WorkshopError, match="other boards"):
            begin(path, others, seed)
    path.write_text("[]")
    with pytest.raises(WorkshopError, match="no curve"):
        begin(path, boards, 1)


def test_a_file_of_boards_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "boards").write_text("1\n")
    assert main([str(tmp_path / "boards"), "--out", str(tmp_path / "curve.json")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_what_was_published_is_over_twenty_boards() -> None:
    assert {record.boards for record in PUBLISHED} == {20}
