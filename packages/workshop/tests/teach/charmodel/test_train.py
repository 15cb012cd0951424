"""The command that trains the shipped network can be broken off and gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

from workshop.teach import plays
from workshop.teach.charmodel import files, train

SPOKEN = "FIRST:\nTo be, or not to be.\n\nSECOND:\nThat is the question, is it not?\n\n"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "ROWS", 4)
    monkeypatch.setattr(train, "STEPS", 10)
    monkeypatch.setattr(train, "REPORT", 4)
    monkeypatch.setattr(plays, "corpus", lambda: plays.Corpus(SPOKEN * 5, SPOKEN * 4, SPOKEN[:40] * 3))


def run(folder: Path, *words: str) -> None:
    train.main(["--state", str(folder / "state.npz"), "--units", "8", *words])


@pytest.mark.slow
def test_an_interrupted_training_ends_like_an_uninterrupted_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    once, twice = tmp_path / "once", tmp_path / "twice"
    run(once, "--batches", "12", "--out", str(once / "n.npz"))
    run(twice, "--batches", "5")
    run(twice, "--batches", "12", "--out", str(twice / "n.npz"))
    (one, alphabet, facts), (other, _, _) = (files.load(folder / "n.npz") for folder in (once, twice))
    for mine, yours in zip(one.values(), other.values(), strict=True):
        assert mine == pytest.approx(yours, abs=1e-3)
    assert alphabet.characters == "".join(sorted(set(SPOKEN)))
    assert (facts["batches"], facts["units"]) == (12, 8)
    assert facts["ends_nats"] == pytest.approx(3, abs=0.7)
    assert facts["unseen_nats"] == pytest.approx(3, abs=0.7)
    assert '"batches": 12' in capsys.readouterr().err


def test_a_run_out_of_time_leaves_its_state(tmp_path: Path) -> None:
    run(tmp_path, "--minutes", "0", "--batches", "4", "--out", str(tmp_path / "n.npz"))
    assert (tmp_path / "state.npz").is_file()
    assert not (tmp_path / "n.npz").exists()
