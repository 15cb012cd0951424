"""What Theano says becomes a line that a learner can use."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from lessonkit import faults
from workshop.lessons.theano_faults import PHRASES

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


class DisconnectedInputError(ValueError):
    """Of Theano's."""


@pytest.fixture(autouse=True)
def house(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "_houses", lambda: (PHRASES,))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            TypeError("The updates parameter must be an OrderedDict/dict or a list"),
            "updates are pairs in a list",
        ),
        (
            TypeError("update target must be a SharedVariable"),
            "in each pair the shared variable comes first, and its new value second",
        ),
        (
            TypeError("Bad input argument to theano function\nWrong number of dimensions: expected 2, got 1"),
            "the expression wants 2 axes, and what it is tried with has 1",
        ),
        (
            TypeError("_tensor_py_operators.mean() got an unexpected keyword argument 'out'"),
            "it stops in line 3 of its cell: numpy's functions know no expressions",
        ),
        (
            TypeError("Variables do not support boolean operations."),
            "it stops in line 3 of its cell: an expression has no value yet",
        ),
        (
            DisconnectedInputError("grad method"),
            "it stops in line 3 of its cell: what the slope is asked of does not depend",
        ),
        (
            TypeError(
                "An update must have the same type as the original shared variable "
                "(shared_var=w, shared_var.type=TensorType(float32, vector), update_val=e, "
                "update_val.type=TensorType(float64, vector)). If"
            ),
            "an update has to be of the type of what it updates, TensorType(float32, vector)",
        ),
    ],
)
def test_each_phrase_is_told_in_words_of_the_answer(error: Exception, said: str) -> None:
    if said.startswith("it stops"):
        error.line_in_answer = 3  # type: ignore[attr-defined]
    assert faults.words_of_answer(error, None, set()).startswith(said)


def test_what_only_its_authors_can_read_is_left_out() -> None:
    error = ValueError("shapes differ\nApply node that caused the error: Dot22(a, b)")
    assert faults.cause(error) == "shapes differ"


def test_the_package_names_them_to_the_kit() -> None:
    groups = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["entry-points"]
    assert groups[faults.HOUSES] == {"theano": "workshop.lessons.theano_faults:PHRASES"}
