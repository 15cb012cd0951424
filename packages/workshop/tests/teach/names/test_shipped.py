"""The networks that come with the workshop, on people of the catalogue whom they have not met."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("theano")

from workshop import datasets
from workshop.core.errors import WorkshopError
from workshop.teach.names import corpus, guesser, ship


@pytest.fixture(autouse=True)
def people() -> None:
    try:
        datasets.path("names-by-country")
    except WorkshopError as error:
        pytest.skip(str(error))


@pytest.fixture
def nobodys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has trained a network of their own."""
    monkeypatch.setattr("workshop.teach.checkpoints.folder", lambda: tmp_path)


@pytest.mark.usefixtures("nobodys")
@pytest.mark.parametrize(("split", "least"), [("random", 0.86), ("families", 0.80)])
def test_readers_of_names(split: str, least: float) -> None:
    network, facts = guesser.rejoin(f"names-{split}")
    right = ship.accuracy(network, corpus.load(split).test)
    assert right > least
    assert right == pytest.approx(facts["accuracy"], abs=0.004)
