"""Guessing regions, and finding the guesser again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("theano")

from workshop.core.errors import WorkshopError
from workshop.teach import checkpoints
from workshop.teach.names import guesser
from workshop.teach.names.letters import UNKNOWN, padded
from workshop.teach.names.reader import Reader, Shape
from workshop.teach.names.regions import REGIONS
from workshop.teach.names.runs import counted

SMALL = Shape(classes=9, width=6, units=5, european=[8])


@pytest.fixture(scope="module", params=[0, 64], ids=["reads", "counts too"])
def known(request: pytest.FixtureRequest) -> guesser.Guesser:
    reader = Reader(replace(SMALL, columns=request.param))
    for weight in reader.counting:
        weight.set_value(np.random.default_rng(5).normal(size=(64, 8)).astype(np.float32))
    return guesser.Guesser(reader)


def test_probabilities_of_european_nations_are_summed(known: guesser.Guesser) -> None:
    scores = np.log(np.arange(1.0, 10.0))[np.newaxis]
    assert np.exp(known.merged(scores))[0] == pytest.approx([1, 2, 3, 4, 5, 6, 7 + 9])


def test_names_come_back_in_their_order(known: guesser.Guesser) -> None:
    names = ["tan kim her", "li wei", "shoichi tomita"]
    together = known.scores(names, size=2)
    assert together.shape == (3, 7)
    for name, row in zip(names, together, strict=True):
        assert known.scores([name])[0] == pytest.approx(row, abs=1e-5)


def test_covering_changes_only_that_letter(known: guesser.Guesser) -> None:
    found = known.covered("abca")
    assert found.shape == (4, 7)
    batch, mask = padded(["abca"])
    batch[3] = UNKNOWN
    counts = [counted(["ab?a"], 64)] if known.reader.shape.columns else []
    assert found[2] == pytest.approx(known.merged(known.reader.answer(batch, mask, *counts))[0], abs=1e-5)


def test_saved_and_found_again(known: guesser.Guesser, state: Path) -> None:
    known.save("names-test", {"epochs": 3})
    again, facts = guesser.rejoin("names-test")
    assert again.scores(["li wei"]) == pytest.approx(known.scores(["li wei"]))
    assert (again.reader.shape, facts["epochs"]) == (known.reader.shape, 3)


def test_another_checkpoint_is_refused(state: Path) -> None:
    checkpoints.save("names-other", [np.zeros(3)], {"units": 5})
    with pytest.raises(WorkshopError, match="not a network that reads names"):
        guesser.rejoin("names-other")


def test_the_shipped_network_knows_plain_cases(state: Path) -> None:
    shipped, _ = guesser.rejoin("names-random")
    names = [
        "zhang xiaoming",
        "rajesh kumar sharma",
        "somchai wongsawat",
        "hiroshi tanaka",
        "wolfgang schneider",
    ]
    answers = [REGIONS[place] for place in shipped.scores(names).argmax(axis=1)]
    assert answers == ["China", "India", "Thailand", "Japan", "European"]
