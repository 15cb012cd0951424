"""The list of models, and which of them a machine has and gives away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.site.models import models_site

from .serving import ask, running

CHECKOUT = Path(__file__).resolve().parents[4]
FILE = "googlenet/googlenet-12.onnx"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "web"
    for name, content in models_site(CHECKOUT).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


@pytest.fixture
def port(root: Path, tmp_path: Path) -> Iterator[int]:
    data = tmp_path / "data"
    for name in (FILE, "googlenet/other.onnx", "mnist/secret", ".verified.json"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text("a model", encoding="utf-8")
    with running(root, settings=f'data = "{data}"\n') as (port, _):
        yield port


def test_the_list_tells_what_is_here(port: int) -> None:
    told = json.loads(ask(port, "/api/models").body)
    here = {model["name"]: model["here"] for model in told["models"]}
    assert here["googlenet"] and here["digits-cnn"] and not here["inception-v3"]
    assert told["viewer"] is False


def test_models_are_given_and_nothing_else_of_the_data(port: int) -> None:
    assert ask(port, f"/models/{FILE}").body == b"a model"
    for path in (
        "mnist/secret",
        "googlenet/other.onnx",
        ".verified.json",
        "googlenet/../mnist/secret",
        "googlenet/%2e%2e/mnist/secret",
        "../workshop.toml",
        "inception-v3/none.h5",
        "",
    ):
        assert ask(port, f"/models/{path}").status in {403, 404}, path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[model]]\nname = 'x'\n",
        "[[model]]\nname='x'\ntitle='x'\nlook='x'\nlesson='x'\ndataset='x'\nfile='x'\n",
    ],
)
def test_a_faulty_list_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "js-demos").mkdir()
    (tmp_path / "js-demos" / "models.toml").write_text(text, encoding="utf-8")
    with pytest.raises(WorkshopError, match=r"models\.toml"):
        models_site(tmp_path)
