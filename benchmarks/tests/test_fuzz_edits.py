"""The property: whatever both sides do, no source and no output of the participant's is lost."""

import random
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sync.bed import book, cell, memory_folder

from benchmarks.sync.fuzz_edits import NAME, Pair, faults_of, random_pair, sync
from workshop.sync import decision

A, B = cell("# B1", "a"), cell("# B2", "b")


def faults(pair: Pair) -> list[str]:
    folder = Path(tempfile.mkdtemp(dir=memory_folder()))
    try:
        return list(faults_of(pair, folder))
    finally:
        shutil.rmtree(folder)


@given(draw=st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_pair_of_edits_loses_anything(draw: random.Random) -> None:
    assert faults(random_pair(draw)) == []


def test_nor_do_hundreds_of_others_of_every_kind() -> None:
    actions: Counter[str] = Counter()
    for seed in range(300):
        folder = Path(tempfile.mkdtemp(dir=memory_folder()))
        try:
            pair = random_pair(random.Random(seed))
            assert list(faults_of(pair, folder)) == [], f"seed {seed}"
            beside = len(list((folder / "mine").iterdir())) > 1
            untouched = (folder / "mine" / NAME).read_bytes() == pair.mine
            actions["beside" if beside else "left" if untouched else "merged"] += 1
        finally:
            shutil.rmtree(folder)
    assert min(actions.values()) > 15, actions


def test_the_check_sees_what_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The property would fail if the merge took the organiser's side."""
    pair = Pair(
        book(A, B),
        book(cell("# U1", "a"), cell("# B2", "b", ran="U-out-1")),
        book(A, B, cell("# O1", "o")),
    )
    assert faults(pair) == []
    monkeypatch.setattr(decision, "merge", lambda _base, _mine, theirs, *_: theirs)
    found = faults(pair)
    assert any("lost '# U1'" in each for each in found) and any("lost outputs" in each for each in found)


def test_one_sync_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "upstream" / "notebooks").mkdir(parents=True)
    (tmp_path / "upstream" / "notebooks" / NAME).write_bytes(book(A))
    assert sync(tmp_path).changed
    assert (tmp_path / "mine" / NAME).read_bytes() == book(A)
