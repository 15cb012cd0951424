"""EfficientNet-Lite0 with its trained weights says what PyTorch says, and mostly what a person would say."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

from teach.imagenet.required import all_photos, trained_efficientnet
from workshop.core.errors import WorkshopError
from workshop.teach.imagenet import efficientnet_lite
from workshop.teach.imagenet.network import Network

REFERENCE = Path(__file__).parent / "reference" / "efficientnet_lite0.npz"
TOLERANCE = 1e-4
SENSIBLE = {
    "cat": {"tabby cat", "tiger cat", "Egyptian cat"},
    "coffee": {"espresso"},
    "photographer": {"tripod", "reflex camera"},
    "rocket": {"missile", "projectile"},
    "flower": {"daisy"},
    "palace": {"palace", "monastery", "bell tower"},
    "orange": {"orange"},
    "apple": {"Granny Smith apple"},
    "baboon": {"baboon"},
    "squirrel": {"fox squirrel"},
}
"""Ten photographs, and the names among the thousand that a person would let pass."""


@pytest.fixture(scope="module")
def network() -> Network:
    return trained_efficientnet()


@pytest.fixture(scope="module")
def samples() -> dict[str, Path]:
    return all_photos()


def test_it_says_what_pytorch_says(network: Network, samples: dict[str, Path]) -> None:
    with np.load(REFERENCE) as reference:
        names, crops, logits = (reference[key] for key in ("names", "crops", "logits"))
    here = [number for number, name in enumerate(names) if name in samples]
    assert len(here) >= 5
    for number in here:
        crop = network.crop(samples[str(names[number])])
        assert hashlib.sha256(crop.tobytes()).hexdigest() == crops[number], (
            f"{names[number]} is cut or made smaller in another way now; make the reference anew"
        )
    found = network.logits([samples[str(names[number])] for number in here])
    assert np.abs(found - logits[here]).max() <= TOLERANCE * np.abs(logits[here]).max()
    assert np.array_equal(found.argmax(axis=1), logits[here].argmax(axis=1))


def test_the_eight_bit_original_mostly_agrees_with_the_reference() -> None:
    with np.load(REFERENCE) as reference:
        names, logits, eight_bit = (reference[key] for key in ("names", "logits", "eight_bit"))
    other = [
        str(name) for name, row, its in zip(names, logits, eight_bit, strict=True) if row.argmax() != its
    ]
    print(f"the 8-bit original says something else about: {', '.join(other)}")
    assert len(other) <= 3


def test_most_photographs_are_recognised(network: Network) -> None:
    samples = all_photos(*SENSIBLE)
    said = {name: network.classify(samples[name], top=1)[0].name for name in SENSIBLE}
    wrong = {name: answer for name, answer in said.items() if answer not in SENSIBLE[name]}
    assert len(wrong) <= 2, wrong


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(WorkshopError, match="not the weights of EfficientNet-Lite0"):
        efficientnet_lite.build({"weight": np.zeros(1)})
