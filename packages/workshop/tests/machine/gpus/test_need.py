"""What training takes of a card's memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop.machine.gpus.need import NETWORKS, OPTIMISERS, Network, need, residual_50


@given(st.sampled_from(NETWORKS), st.integers(1, 256), st.sampled_from([*OPTIMISERS]))
def test_only_activations_grow_with_the_batch(network: Network, batch: int, optimiser: str) -> None:
    one, many = need(network, 1, optimiser), need(network, batch, optimiser)
    assert many.activations == batch * one.activations
    assert many.total - many.activations == one.total - one.activations


def test_published_sizes() -> None:
    # torchvision's ResNet-50 has 25,557,032, of which 53,120 belong to normalisations.
    assert residual_50().parameters == 25_557_032 - 53_120
    sizes = {network.name: network.parameters for network in NETWORKS}
    assert sizes["language model, 0.1 billion (GPT-2)"] == pytest.approx(124e6, rel=0.01)
    assert sizes["language model, 1.5 billion (GPT-2 XL)"] == pytest.approx(1.56e9, rel=0.01)
    assert sizes["language model, 7 billion"] == pytest.approx(6.6e9, rel=0.02)
