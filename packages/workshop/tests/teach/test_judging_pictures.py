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
    ("labels", "classes"),
    [([3, 3, 3], 1), ([0, 9, 0, 9], 2), (range(10), 10), ([1, 1, 1, 2], 4 / 27**0.25)],
)
def test_effective_classes_count_by_frequency(labels: list[int], classes: float) -> None:
    assert judging_pictures.effective_classes(np.array(labels)) == pytest.approx(classes)


def test_a_collapse_is_found_by_numbers() -> None:
    images, labels = real()
    judge = judging_pictures.Judge(images[::2])
    others, same = images[1::2], images[labels == 1]
    good, collapsed = judge(others), judge(np.resize(same, (500, 784)))
    assert good.classes > 9.9
    assert collapsed.classes < 1.1
    assert collapsed.confident > 0.9, (
        "the classifier is confident of each: confidence alone detects no collapse"
    )
    assert collapsed.frechet > 10 * good.frechet
