from __future__ import annotations

import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from workshop.core.errors import WorkshopError
from workshop.teach.imagenet.transfer import classifier
from workshop.teach.imagenet.transfer.classifier import Answer, Head


def head(classes: tuple[str, ...] = ("cup", "spoon", "fork")) -> Head:
    weights = np.random.default_rng(1).normal(size=(5, len(classes))).astype(np.float32)
    return Head("lite", classes, weights, np.zeros(len(classes), np.float32))


def blobs(*classes: str) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    directions = np.eye(6)[: len(classes)]
    features = np.concatenate([way * 9 + rng.normal(size=(12, 6)) for way in directions])
    return features.astype(np.float32), np.repeat(classes, 12)


def test_features_are_normalised_to_length_one_and_zeros_stay() -> None:
    lengths = np.linalg.norm(classifier.unit(np.array([[3.0, 4.0], [0.0, 0.0], [1e6, 0.0]])), axis=1)
    assert lengths == pytest.approx([1, 0, 1])


def test_probabilities_add_up_whatever_the_scale() -> None:
    features = np.random.default_rng(2).normal(size=(7, 5))
    shares = head().probabilities(features)
    assert shares.sum(axis=1) == pytest.approx(np.ones(7))
    assert shares == pytest.approx(head().probabilities(1000 * features), abs=1e-6)


@pytest.mark.parametrize("classes", [("cup", "spoon"), ("fork", "cup", "spoon", "knife")])
def test_it_learns_two_and_more_classes(classes: tuple[str, ...]) -> None:
    sklearn = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not in this environment")
    features, truth = blobs(*classes)
    trained = classifier.train(features, truth, "lite")
    assert set(trained.classes) == set(classes)
    assert list(trained.predict(features)) == list(truth)
    own = sklearn.LogisticRegression(C=10, max_iter=1000).fit(classifier.unit(features), truth)
    expected = own.predict_proba(classifier.unit(features))
    assert trained.probabilities(features) == pytest.approx(expected, abs=1e-4)


def test_it_survives_being_saved(tmp_path: Path) -> None:
    path = classifier.save(head(), tmp_path / "deep" / "mine.npz")
    found = classifier.load(path)
    assert (found.network, found.classes) == ("lite", ("cup", "spoon", "fork"))
    assert np.array_equal(found.weights, head().weights)
    assert [each.name for each in path.parent.iterdir()] == ["mine.npz"]


def test_asked_about_a_picture_it_answers_likeliest_first() -> None:
    network: Any = SimpleNamespace(name="lite", features=lambda picture: np.ones((1, 5)))
    answers = head().ask(network, "cup.jpg")
    assert [type(each) for each in answers] == [Answer] * 3
    shares = [each.probability for each in answers]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)


def test_another_networks_features_are_refused() -> None:
    network: Any = SimpleNamespace(name="googlenet", features=lambda picture: np.ones((1, 5)))
    with pytest.raises(WorkshopError, match="trained on lite, not on googlenet"):
        head().ask(network, "cup.jpg")


def write_pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps([1]))


def write_objects(path: Path) -> None:
    parts: dict[str, Any] = {**head()._asdict(), "classes": np.array([{"a": 1}], dtype=object)}
    np.savez(path, **parts)


def write_misfit(path: Path) -> None:
    parts: dict[str, Any] = {**head()._asdict(), "classes": np.array(["only"])}
    np.savez(path, **parts)


@pytest.mark.parametrize(
    "write", [write_pickle, write_objects, write_misfit, lambda path: path.write_bytes(b"")]
)
def test_another_file_is_refused_in_one_line(tmp_path: Path, write: Any) -> None:
    path = tmp_path / "mine.npz"
    write(path)
    with pytest.raises(WorkshopError, match=r"mine\.npz is not a classifier") as caught:
        classifier.load(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="train one and save it"):
        classifier.load(tmp_path / "mine.npz")
