from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from teach.imagenet.painted import noise
from workshop.core.errors import WorkshopError
from workshop.teach.imagenet.transfer import folder
from workshop.teach.imagenet.transfer.folder import Collection, read_folder


def fill(root: Path, **counts: int) -> Path:
    for number, (kind, count) in enumerate(counts.items()):
        (root / kind).mkdir(parents=True)
        for each in range(count):
            noise(100 * number + each, (90, 80)).save(root / kind / f"{each:02}.png")
    return root


def names(collection: Collection) -> list[str]:
    return [f"{item.label}/{item.path.name}" for item in collection.items]


def test_pictures_in_folders_below_and_of_every_ending_count(tmp_path: Path) -> None:
    fill(tmp_path, cups=10, spoons=10)
    (tmp_path / "cups" / "more").mkdir()
    for number, ending in enumerate(("JPG", "webp", "gif", "bmp", "tiff")):
        noise(900 + number, (90, 80)).save(tmp_path / "cups" / "more" / f"a.{ending}")
    assert len(read_folder(tmp_path).items) == 25


def test_a_broken_picture_is_left_out_and_named(tmp_path: Path) -> None:
    fill(tmp_path, cups=10, spoons=10)
    whole = (tmp_path / "cups" / "03.png").read_bytes()
    (tmp_path / "cups" / "03.png").write_bytes(whole[:200])
    (tmp_path / "cups" / "04.png").write_bytes(b"")
    found = read_folder(tmp_path)
    assert found.remarks[:2] == [f"cups/0{n}.png is broken or empty: left out" for n in (3, 4)]
    assert "cups/03.png" not in names(found)


def test_a_copy_is_left_out_and_the_original_stays(tmp_path: Path) -> None:
    fill(tmp_path, cups=10, spoons=10)
    shutil.copy(tmp_path / "cups" / "05.png", tmp_path / "cups" / "05 (copy).png")
    found = read_folder(tmp_path)
    assert found.remarks == ["cups/05 (copy).png is the same file as cups/05.png: left out"]
    assert "cups/05.png" in names(found)


@pytest.mark.parametrize("change", ["smaller", "lighter", "saved anew"])
def test_a_twin_is_left_out(tmp_path: Path, change: str) -> None:
    fill(tmp_path, cups=10, spoons=10)
    picture = Image.open(tmp_path / "cups" / "05.png")
    changed = {
        "smaller": picture.resize((45, 40)),
        "lighter": ImageEnhance.Brightness(picture).enhance(1.1),
        "saved anew": picture,
    }[change]
    changed.save(tmp_path / "cups" / "a-twin.jpg", quality=85)
    assert read_folder(tmp_path).remarks == ["cups/a-twin.jpg looks just like cups/05.png: left out"]


def test_the_same_picture_in_two_classes_is_asked_about(tmp_path: Path) -> None:
    fill(tmp_path, cups=10, spoons=10)
    shutil.copy(tmp_path / "cups" / "05.png", tmp_path / "spoons" / "zz.png")
    (remark,) = read_folder(tmp_path).remarks
    assert remark.startswith("spoons/zz.png is the same file as cups/05.png, which is in another class")


def test_other_files_and_loose_pictures_are_named(tmp_path: Path) -> None:
    fill(tmp_path, cups=10, spoons=10)
    (tmp_path / "cups" / "notes.txt").write_text("x")
    (tmp_path / "cups" / ".DS_Store").write_text("x")
    (tmp_path / ".cache").mkdir()
    noise(7).save(tmp_path / "loose.jpg")
    loose, other = read_folder(tmp_path).remarks
    assert loose.startswith("1 picture such as loose.jpg outside the class folders")
    assert other.startswith("cups: notes.txt is not a picture")


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({}, "no picture to learn from"),
        ({"cups": 10}, "all pictures show cups; add a folder"),
        (
            {"cups": 10, "spoons": 3},
            "spoons has 3 pictures that can be used, but training and testing take 4",
        ),
        ({"cups": 10, "spoons": 1}, "spoons has 1 picture that"),
        ({"cups": 10, "spoons": 0}, "all pictures show cups"),
    ],
)
def test_what_cannot_be_learnt_from_is_one_friendly_line(
    tmp_path: Path, counts: dict[str, int], said: str
) -> None:
    with pytest.raises(WorkshopError, match=said) as caught:
        read_folder(fill(tmp_path, **counts))
    assert "\n" not in str(caught.value)


def test_no_folder_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match=r"there is no folder .*; make it"):
        read_folder(tmp_path / "nowhere")


def test_twins_are_found_among_pictures_of_every_sort(tmp_path: Path) -> None:
    several = [noise(seed, (90, 80)) for seed in range(5)]
    several[4].save(tmp_path / "saved.jpg", quality=85)
    assert folder.twins(several) == []
    assert folder.twins([*several, several[2].resize((45, 40)), tmp_path / "saved.jpg"]) == [(2, 5), (4, 6)]


def test_a_copy_is_found_also_behind_another_picture_of_the_same_name(tmp_path: Path) -> None:
    """Cameras give each day's pictures the same names, in a folder for each day."""
    fill(tmp_path, cups=10, spoons=10)
    for seed, day in ((900, "monday"), (901, "tuesday")):
        (tmp_path / "cups" / day).mkdir()
        noise(seed).save(tmp_path / "cups" / day / "IMG_0001.png")
    shutil.copy(tmp_path / "cups/monday/IMG_0001.png", tmp_path / "cups/IMG_0001 (1).png")
    collection = read_folder(tmp_path)
    (remark,) = collection.remarks
    assert remark == "cups/IMG_0001 (1).png is the same file as cups/monday/IMG_0001.png: left out"
    assert len(collection.items) == 22
