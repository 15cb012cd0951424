from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

from teach.charmodel import toys
from workshop.core.errors import WorkshopError
from workshop.teach import checkpoints
from workshop.teach.charmodel import files, scores

TO_MORROW = """
MACBETH:
She should have died hereafter;
There would have been a time for such a word.
To-morrow, and to-morrow, and to-morrow,
Creeps in this petty pace from day to day
To the last syllable of recorded time,
"""


def test_a_network_comes_back(tmp_path: Path) -> None:
    made = toys.network("lstm", 2)
    files.save(tmp_path / "n.npz", made, toys.ALPHABET, {"batches": 7})
    read, alphabet, facts = files.load(tmp_path / "n.npz")
    assert read.form == made.form
    assert alphabet.characters == toys.ALPHABET.characters
    assert facts["batches"] == 7
    assert all(np.array_equal(one, other) for one, other in zip(read.values(), made.values(), strict=True))


@pytest.mark.parametrize("facts", [{}, {"characters": 4}])
def test_another_kind_of_checkpoint_is_refused(tmp_path: Path, facts: dict[str, object]) -> None:
    file = checkpoints.write(tmp_path / "n.npz", [np.zeros(3)], facts)
    with pytest.raises(WorkshopError, match="not a network that writes"):
        files.load(file)


def test_no_pickle_is_read(tmp_path: Path) -> None:
    file = tmp_path / "n.npz"
    np.savez(file, facts=np.array({"a": 1}, dtype=object))
    with pytest.raises(WorkshopError, match="not a checkpoint"):
        files.load(file)


def test_the_shipped_network_reads_a_play_that_it_never_met() -> None:
    file = checkpoints.SHIPPED / "shakespeare.npz"
    assert file.stat().st_size <= 3_000_000
    read, alphabet, facts = files.load(file)
    assert facts["unseen_nats"] <= 1.50
    assert scores.mean_nats(read, alphabet.encode(TO_MORROW), rows=1) < 2
    assert scores.mean_nats(read, alphabet.encode(TO_MORROW[::-1]), rows=1) > 3
