from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from teach.imagenet.painted import noise, write_painting
from workshop.core.errors import WorkshopError
from workshop.datasets.catalogue import load_catalogue
from workshop.teach.imagenet.transfer import things


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for number, kind in enumerate(things.PHOTOGRAPHS):
        (tmp_path / "things" / kind).mkdir(parents=True)
        name = {"fishes": "fish2", "monuments": "burj", "tools": "spray"}[kind]
        noise(number).save(tmp_path / "things" / kind / f"{name}.webp")
    write_painting(tmp_path / "paintings" / "anna-house.svg", "Anna, House - 1900", noise(9))
    return tmp_path


def test_all_classes_come_with_names_and_credits(data: Path) -> None:
    found = {thing.name: (thing.label, thing.credit) for thing in things.open_things(data=data)}
    assert found == {
        "fish2": ("fishes", "Stefano Guerrieri"),
        "burj": ("monuments", "Rafikas"),
        "spray": ("tools", "George Hodan"),
        "anna-house": ("paintings", "Anna, House - 1900"),
    }


def test_a_class_with_too_few_pictures_is_not_here(data: Path) -> None:
    assert things.classes_here(data) == ()
    for kind in ("tools", "fishes"):
        for number in range(things.FEWEST - 1):
            noise(number).save(data / "things" / kind / f"{number}.webp")
    assert things.classes_here(data) == ("fishes", "tools")
    for number in range(things.FEWEST - 1):
        write_painting(data / "paintings" / f"{number}.svg", "Another", noise(number))
    assert things.classes_here(data) == ("fishes", "tools", "paintings")


def test_an_unknown_class_and_missing_pictures_are_one_line(data: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="no pictures of 'cups'; there are: fishes"):
        things.open_things(["cups"], data)
    with pytest.raises(WorkshopError, match="no pictures to learn from; run 'workshop data fetch things'"):
        things.open_things(things.classes_here(tmp_path / "empty"))
    with pytest.raises(WorkshopError, match="data fetch things"):
        things.open_things(["fishes"], tmp_path / "empty")
    with pytest.raises(WorkshopError, match="data fetch painting paintings"):
        things.open_things(["paintings"], tmp_path / "empty")


def test_every_photograph_of_the_catalogue_has_a_credit() -> None:
    path = Path(things.__file__).with_name("credits.toml")
    credits = tomllib.loads(path.read_text(encoding="utf-8"))
    named = {f"{kind}/{name}.webp" for kind, files in credits.items() for name in files}
    assert named == {file.name for file in load_catalogue()["things"].files}
    assert all(text.strip() for files in credits.values() for text in files.values())
