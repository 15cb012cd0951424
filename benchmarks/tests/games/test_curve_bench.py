"""``bench curve`` writes a curve and its picture and believes no score that the referee does not count."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.bubblebreaker import curve as curvebench
from benchmarks.bubblebreaker.curve import app
from bubblebreaker import engine
from bubblebreaker.boards import write_boards
from bubblebreaker.rules import SAMEGAME
from workshop.errors import WorkshopError


def test_a_curve_is_written_and_a_false_score_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_boards(tmp_path / "boards", engine.new_boards(SAMEGAME, [1])[0])
    out = tmp_path / "curve.json"
    arguments = ["--boards", str(tmp_path / "boards"), "--out", str(out), "--seconds", "0.05"]
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document == json.loads(out.read_text())
    assert out.with_suffix(".svg").exists()
    # Once it was searched in an interpreter with Numba, as it is done; from now on it is there.
    monkeypatch.setattr(curvebench, "answer_of", lambda *_: document)
    lines = CliRunner().invoke(app, arguments).stdout.splitlines()
    assert [line.split()[-2:] for line in lines] == [["a", "board"]] * 4
    document["runs"][0]["games"][0]["score"] += 1
    refused = CliRunner().invoke(app, arguments)
    assert isinstance(refused.exception, WorkshopError)
    with pytest.raises(WorkshopError, match="the moves bring"):
        raise refused.exception
