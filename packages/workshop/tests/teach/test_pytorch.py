"""A watched loop: what the check of *PyTorch: the same network* is told. Skipped without PyTorch."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from workshop.teach.pytorch import draw, explained, watch  # noqa: E402


def loop(*, zero: bool = True, softmax: bool = False, shuffle: bool = True) -> Any:
    def learn(network: Any, dataset: Any, size: int, optimiser: Any, note: Any) -> None:
        network.train()
        for points, labels in torch.utils.data.DataLoader(dataset, batch_size=size, shuffle=shuffle):
            if zero:
                optimiser.zero_grad()
            scores = network(points)
            scores = scores.softmax(dim=1) if softmax else scores
            loss = torch.nn.functional.cross_entropy(scores, labels)
            loss.backward()
            optimiser.step()
            note(loss.item())

    return learn


def test_a_right_loop() -> None:
    seen = watch(loop())
    assert (seen.sizes, seen.steps, set(seen.gradients)) == ([4, 4, 2], 3, {"right"})
    assert all(seen.modes) and seen.noted == pytest.approx(seen.losses)
    assert seen.orders[0] != seen.orders[1] != sorted(seen.orders[1])


def test_what_is_wrong_with_a_gradient_is_named() -> None:
    assert "added" in watch(loop(zero=False)).gradients
    assert set(watch(loop(softmax=True)).gradients) == {"softmax"}
    assert watch(loop(shuffle=False)).orders[0] == list(range(10))


def test_words_of_pytorch_become_the_misconception() -> None:
    weight = torch.ones(2, requires_grad=True)
    with pytest.raises(AssertionError, match="no graph"):
        explained(lambda w: w.detach().sum().backward())(weight)


def test_a_graph_is_drawn() -> None:
    weight = torch.ones(2, requires_grad=True)
    texts = [text.get_text() for text in draw((weight**2).sum(), {"w": weight}).axes[0].texts]
    assert {"w", "Pow", "Sum"} <= set(texts)
