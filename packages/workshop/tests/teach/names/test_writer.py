"""The likelihood model of names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("theano")

from workshop.core.errors import WorkshopError
from workshop.teach import checkpoints
from workshop.teach.names import writer as writers
from workshop.teach.names.corpus import People
from workshop.teach.names.writer import LONGEST, Writer

PEOPLE = People(["aba ab", "bab ba", "ab", "babababa ba"], np.array([0, 4, 0, 4], np.int32))


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer(units=12)


def test_the_mean_loss_counts_every_letter_once(writer: Writer) -> None:
    total = count = 0.0
    for place, name in enumerate(PEOPLE.names):
        nats, _ = writer.network.nats(
            writer.batch(PEOPLE, [place]), condition=PEOPLE.labels[place : place + 1]
        )
        total, count = total + float(nats.sum()), count + len(name) + 1
    assert writer.nats(PEOPLE, size=3) == pytest.approx(total / count, rel=1e-5)
    assert writer.nats(PEOPLE) == pytest.approx(np.log(len(writer.alphabet)), abs=0.3)


def test_the_same_seed_writes_the_same(writer: Writer) -> None:
    one, again, other = (writer.invent([0, 4, 2], seed=seed) for seed in (1, 1, 2))
    assert one == again != other
    assert len(one) == 3
    assert all(len(name) <= LONGEST and "\n" not in name for name in one)


def test_it_learns_what_a_region_writes(writer: Writer) -> None:
    batch = writer.batch(PEOPLE, range(4))
    for _ in range(150):
        writer.network.learn(batch, 0.02, condition=PEOPLE.labels)
    assert writer.nats(PEOPLE) < 0.6
    assert {name[0] for name in writer.invent([0] * 20, 0.3)} == {"a"}
    assert {name[0] for name in writer.invent([4] * 20, 0.3)} == {"b"}


def test_saved_and_found_again(writer: Writer, state: Path) -> None:
    writer.save("names-mine", {"nats": 2.5})
    again, facts = writers.rejoin("names-mine")
    assert again.nats(PEOPLE) == pytest.approx(writer.nats(PEOPLE), rel=1e-5)
    assert (facts["nats"], facts["units"]) == (2.5, 12)


def test_another_checkpoint_is_refused(state: Path) -> None:
    checkpoints.save("names-other", [np.zeros(3)], {"units": 5})
    with pytest.raises(WorkshopError, match="not a network that writes names"):
        writers.rejoin("names-other")
