import os
import random
import time
from pathlib import Path

import pytest

from benchmarks.sync.crash_trials import AFTER, MINE, Tally, Trial, is_json, is_unfinished, kill_many
from workshop.sync import engine


def test_an_undisturbed_sync_does_every_kind_of_thing(tmp_path: Path) -> None:
    trial = Trial(tmp_path)
    after = trial.after
    assert after["still.ipynb"] == AFTER["still.ipynb"]
    assert after["clash.ipynb"] == MINE["clash.ipynb"] and any("clash.upstream-" in name for name in after)
    assert after["merge.ipynb"] not in (MINE["merge.ipynb"], AFTER["merge.ipynb"])
    assert "old-name.ipynb" not in after and b"r 1 mine" in after["new-name.ipynb"]
    assert "gone.ipynb" not in after


def test_the_trial_sees_what_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sync that wrote in place, without a rename, would be found out."""
    trial = Trial(tmp_path)
    here = os.getpid()

    def in_place(target: Path, data: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            file.write(data[: len(data) // 2])
            file.flush()
            # In the middle of a notebook the sync that is to be killed waits for that, on any machine.
            if os.getpid() != here and target.suffix == ".ipynb" and "backups" not in target.parts:
                time.sleep(60)
            file.write(data[len(data) // 2 :])

    monkeypatch.setattr(engine, "write_atomically", in_place)
    tally = Tally()
    for delay in (0.5, 2, 10):
        trial.kill(delay, True, tally)
        if tally.faults:
            break
    assert tally.at_work and tally.invalid


def test_a_few_kills_are_counted(tmp_path: Path) -> None:
    tally = kill_many(tmp_path, 4, random.Random(2))
    assert (tally.kills, tally.lost, tally.healed, tally.faults) == (4, 0, 4, [])


def test_kills_that_come_too_late_are_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Trial, "kill", lambda self, delay, from_writing, tally: vars(tally).update(kills=tally.kills + 1)
    )
    assert kill_many(tmp_path, 12, random.Random(3)).kills == 120


def test_small_words() -> None:
    assert is_json(b"{}") and not is_json(b"{")
    assert is_unfinished("sub/.workshop-sync-x.tmp") and not is_unfinished("a.ipynb")
