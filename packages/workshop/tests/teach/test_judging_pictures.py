"""The yardstick for invented digits: 0 for real ones, and a number tells when a forger collapses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from workshop.teach import judging_pictures
from workshop.teach.sample_log import load_digits

Floats = npt.NDArray[np.float64]


def real() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Return a thousand real digits (n, 784) and what they are."""
    known, new = load_digits()
    return np.concatenate([known.pictures, new.pictures]), np.concatenate([known.labels, new.labels])


def cloud(count: int, offset: float = 0.0, size: float = 1.0, seed: int = 1) -> Floats:
    return offset + size * np.random.default_rng(seed).standard_normal((count, 3))


def test_the_judge_reads_real_digits() -> None:
    images, labels = real()
    assert (judging_pictures.read(images) == labels).mean() > 0.98


@pytest.mark.parametrize("shape", [(-1, 1, 28, 28), (-1, 28, 28), (-1, 784)])
def test_pictures_of_every_shape_are_judged_alike(shape: tuple[int, ...]) -> None:
    images = real()[0][:20]
    features, probabilities = judging_pictures.look(images.reshape(shape))
    assert features.shape == (20, 128)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(features, judging_pictures.look(images)[0])


def test_many_pictures_are_judged_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    images = real()[0][:25]
    whole = judging_pictures.look(images)[0]
    monkeypatch.setattr(judging_pictures, "AT_ONCE", 10)
    np.testing.assert_allclose(judging_pictures.look(images)[0], whole, rtol=1e-4, atol=1e-4)


def test_a_cloud_has_no_distance_to_itself() -> None:
    points = cloud(50)
    assert judging_pictures.frechet(points, points) == pytest.approx(0, abs=1e-8)


def test_the_distance_is_that_of_two_gaussians() -> None:
    # For C₂ = s²C₁ and means that are d apart: d² + (s - 1)² tr C₁.
    points = cloud(400)
    spread = np.trace(np.cov(points.T))
    moved = 3 * (points - points.mean(axis=0)) + points.mean(axis=0) + [2, 0, 0]
    assert judging_pictures.frechet(points, moved) == pytest.approx(4 + 4 * spread)
    assert judging_pictures.frechet(moved, points) == pytest.approx(4 + 4 * spread)


def test_the_distance_sees_what_varies_together() -> None:
    points = cloud(4000, size=2.0)
    turned = points.copy()
    turned[:, 1] = points[:, 0]
    assert judging_pictures.frechet(points, turned) > 0.5


@pytest.mark.parametrize(
    ("labels", "kinds"),
    [([3, 3, 3], 1), ([0, 9, 0, 9], 2), (range(10), 10), ([1, 1, 1, 2], 4 / 27**0.25)],
)
def test_kinds_count_by_how_often_each_comes(labels: list[int], kinds: float) -> None:
    assert judging_pictures.kinds(np.array(labels)) == pytest.approx(kinds)


def test_a_collapse_is_found_by_numbers() -> None:
    images, labels = real()
    judge = judging_pictures.Judge(images[::2])
    others, same = images[1::2], images[labels == 1]
    good, collapsed = judge(others), judge(np.resize(same, (500, 784)))
    assert good.kinds > 9.9
    assert collapsed.kinds < 1.1
    assert collapsed.sure > 0.9, "the judge is sure of each, which is why sureness alone says nothing"
    assert collapsed.frechet > 10 * good.frechet
