from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from teach.imagenet.painted import noise, write_painting
from workshop.core.errors import WorkshopError
from workshop.teach.imagenet.style import paintings


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_painting(tmp_path / "paintings" / "anna-blue-house.svg", "Anna, Blue House - 1900", noise(1))
    write_painting(tmp_path / "paintings" / "anna-red-house.svg", "Anna, Red &amp; House - 1901", noise(2))
    (tmp_path / "painting").mkdir()
    noise(3).save(tmp_path / "painting" / "starry_night.jpg")
    return tmp_path


def test_the_pieces_make_the_painting_again_but_for_its_frayed_edge(data: Path) -> None:
    found = paintings.open_painting("anna-blue-house", data)
    whole = np.asarray(noise(1))
    assert found.caption == "Anna, Blue House - 1900"
    assert np.array_equal(np.asarray(found.picture), whole[3:-3, 3:-3])


def test_a_part_of_the_name_is_enough_when_it_names_one(data: Path) -> None:
    assert paintings.open_painting("red", data).caption == "Anna, Red & House - 1901"
    assert paintings.open_painting("starry", data).picture.size == (56, 38), "its frame is cut off"


@pytest.mark.parametrize(("name", "said"), [("house", "2 paintings"), ("green", "no paintings")])
def test_a_name_that_fits_none_or_several_is_one_line(data: Path, name: str, said: str) -> None:
    with pytest.raises(WorkshopError, match=f"'{name}' names {said}; there are: .*anna-red-house") as caught:
        paintings.open_painting(name, data)
    assert "\n" not in str(caught.value)


def test_without_paintings_it_says_what_to_fetch(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="data fetch painting paintings"):
        paintings.open_painting("any", tmp_path)


@pytest.mark.parametrize("content", [b"", b"<svg", b"<svg><image x='a'/></svg>", b"\xff\xfe"])
def test_a_damaged_painting_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "paintings").mkdir()
    (tmp_path / "paintings" / "torn.svg").write_bytes(content)
    with pytest.raises(WorkshopError, match=r"torn\.svg is not a painting; run 'workshop data fetch"):
        paintings.open_painting("torn", tmp_path)
