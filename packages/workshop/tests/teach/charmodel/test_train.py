"""The command that trains the shipped network can be broken off and gone on with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
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


def test_the_rate_rises_stays_and_falls() -> None:
    rates = [train.rate_at(done, 2000) for done in range(2000)]
    assert rates[:100] == sorted(rates[:100])
    assert set(rates[100:1400]) == {train.RATE}
    assert rates[1400:] == sorted(rates[1400:], reverse=True)
    assert 0 < rates[-1] < train.RATE / 500


def test_before_the_fall_the_end_can_be_moved() -> None:
    assert [train.rate_at(done, 2000) for done in range(1400)] == [
        train.rate_at(done, 9000) for done in range(1400)
    ]


@pytest.mark.slow
def test_two_runs_are_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
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


def test_the_windows_go_on_where_they_were(tmp_path: Path) -> None:
    ids = np.arange(200, dtype=np.int32) % 7
    whole, later = (train.Training(ids, 7, 4, seed=3) for _ in range(2))
    first = [next(whole._window) for _ in range(14)]
    later._window = later._windows(9)
    for (fresh, batch), (fresh_later, batch_later) in zip(
        first[9:], [next(later._window) for _ in range(5)], strict=True
    ):
        assert fresh == fresh_later
        assert np.array_equal(batch.read, batch_later.read)
