"""The thousand names come in the networks' order, and each tells its class from the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.core.settings import load_settings
from workshop.teach.imagenet.classes import CLEARER, class_names

FILE = "imagenet1k_clean_names.json"


def test_unclear_names_are_replaced_and_others_kept(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(json.dumps([f"class {n}" for n in range(1000)]))
    names = class_names(tmp_path)
    assert len(names) == 1000
    assert names[0] == "class 0"
    assert names[282] == "tiger cat"
    assert {number: names[number] for number in CLEARER} == CLEARER


@pytest.mark.parametrize("content", ["", "{}", '["tench"]', "[1, 2"])
def test_a_damaged_file_is_named_in_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(WorkshopError, match="workshop data fetch imagenet-classes"):
        class_names(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="workshop data fetch imagenet-classes"):
        class_names(tmp_path)


def test_no_two_of_the_real_names_are_alike() -> None:
    folder = load_settings().data / "imagenet-classes"
    if not (folder / FILE).is_file():
        pytest.skip("the names are not here: workshop data fetch imagenet-classes")
    names = class_names(folder)
    assert len(set(names)) == 1000
    assert (names[0], names[281], names[954], names[967]) == ("tench", "tabby cat", "banana", "espresso")
