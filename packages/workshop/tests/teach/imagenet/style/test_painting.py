from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

from teach.imagenet.painted import noise
from teach.imagenet.style.networks import CHOICE, tiny
from workshop.teach.imagenet.style import painting
from workshop.teach.imagenet.style.losses import Losses


@pytest.fixture(scope="module")
def losses() -> Losses:
    return Losses(tiny(), CHOICE)


def parabola(x: Any) -> tuple[float, Any]:
    """A loss whose minimum, 300, is out of reach."""
    return float(((x - 300) ** 2).mean() / 1e4), 2 * (x - 300) / x.size / 1e4


def test_pixels_stay_within_their_range() -> None:
    found, history = painting.minimise(parabola, np.full((3, 4, 5), 100.0, np.float32), 20)  # type: ignore[arg-type]
    assert found == pytest.approx(np.full((3, 4, 5), 255))
    assert history.losses[-1] == pytest.approx(45**2 / 1e4)


def test_the_loss_falls_and_every_step_is_watched(losses: Losses) -> None:
    losses.weigh(style=10)
    losses.aim(painting.pixels_of(noise(1), 64), painting.pixels_of(noise(2), 64))
    seen: list[tuple[tuple[int, ...], float, float]] = []
    start = painting.pixels_of(noise(1), 64)
    found, history = painting.minimise(losses, start, 15, lambda *now: seen.append((now[0].shape, *now[1:])))
    assert found.dtype == np.float32
    assert history.share_left < 0.5
    assert losses(found)[0] == pytest.approx(history.losses[-1], rel=0.05)
    assert {shape for shape, _, _ in seen} == {start.shape}
    shares = [share for _, _, share in seen]
    assert shares == sorted(shares)
    assert len(seen) == len(history.losses) - 1 == 15


def test_it_paints_at_growing_sizes(losses: Losses) -> None:
    losses.weigh(style=10)
    shares: list[float] = []
    picture, histories = painting.paint(
        losses,
        noise(1),
        noise(2),
        sides=(32, 64),
        steps=(3, 4),
        watch=lambda _, __, share: shares.append(share),
    )
    assert [history.size for history in histories] == [(16, 32), (48, 64)]
    assert picture.size == (64, 48)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("how", ["asked to stop", "interrupted"])
def test_ended_early_no_larger_size_begins(losses: Losses, how: str) -> None:
    losses.weigh(style=10)
    ended: dict[str, Any] = {"watch": interrupted} if how == "interrupted" else {"stop": lambda: True}
    picture, histories = painting.paint(losses, noise(1), noise(2), sides=(32, 64), steps=(3, 4), **ended)
    assert [history.stopped for history in histories] == [True]
    assert len(histories[0].losses) == 2
    assert picture.size == (32, 16)


def test_a_start_from_noise_forgets_the_photograph_but_not_its_seed(losses: Losses) -> None:
    losses.weigh(style=0, content_weight=0, rough=1)
    run = [
        painting.paint(losses, noise(1), noise(2), sides=(32,), steps=(1,), start="noise", seed=s)[0]
        for s in (1, 1, 2)
    ]
    first, again, other = (np.asarray(each) for each in run)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
