"""Training for the workshop's own network, from the command."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("theano")

from workshop.teach import checkpoints
from workshop.teach.names import corpus, ship


# For whoever makes a new one for the workshop; what it calls has tests of its own in each run.
@pytest.mark.slow
def test_a_network_is_trained_and_written(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    load, neighbours = corpus.load, corpus.neighbours
    monkeypatch.setattr(corpus, "load", lambda split, most: load(split, most=most, test=20, path=table))
    monkeypatch.setattr(
        corpus, "neighbours", lambda split, most: neighbours(split, most=most, fewest=100, path=table)
    )
    out = tmp_path / "small.npz"
    size = ["--most", "100", "--neighbours", "20", "--units", "16", "--dropout", "0", "--columns", "512"]
    ship.main(["random", "--out", str(out), "--epochs", "40", "--rate", "0.01", *size])
    _, facts = checkpoints.load(out)
    assert facts["accuracy"] > 0.5
    assert (facts["units"], facts["classes"], facts["columns"], facts["european"]) == (16, 9, 512, [7])
    assert "small.npz" in capsys.readouterr().out


def test_the_split_has_to_be_one_of_two() -> None:
    with pytest.raises(SystemExit):
        ship.main(["surnames", "--out", "x.npz"])
