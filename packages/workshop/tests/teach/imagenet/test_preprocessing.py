"""Pictures of every kind become exactly the numbers that the networks were trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workshop.core.errors import WorkshopError
from workshop.teach.imagenet.preprocessing import (
    EFFICIENTNET_LITE,
    GOOGLENET,
    INCEPTION_V3,
    Preprocessing,
    batch_of,
    open_picture,
)

ALL = (GOOGLENET, INCEPTION_V3, EFFICIENTNET_LITE)


def plain(red: int, green: int, blue: int, size: tuple[int, int] = (300, 200)) -> Image.Image:
    return Image.new("RGB", size, (red, green, blue))


def test_googlenet_wants_blue_first_and_means_taken_off() -> None:
    numbers = GOOGLENET.numbers(GOOGLENET.crop(plain(200, 150, 100)))
    assert numbers.shape == (1, 3, 224, 224)
    assert numbers.dtype == np.float32
    assert numbers[0, :, 5, 5].tolist() == [100 - 104, 150 - 117, 200 - 123]


def test_inception_wants_minus_one_to_one() -> None:
    numbers = INCEPTION_V3.numbers(INCEPTION_V3.crop(plain(0, 255, 51)))
    assert numbers.shape == (1, 3, 299, 299)
    assert np.allclose(numbers[0, :, 0, 0], [-1, 1, 51 / 127.5 - 1])


def test_efficientnet_wants_127_taken_off_and_128_divided() -> None:
    numbers = EFFICIENTNET_LITE.numbers(EFFICIENTNET_LITE.crop(plain(127, 255, 0)))
    assert np.allclose(numbers[0, :, 9, 9], [0, 1, -127 / 128])


def test_googlenet_squeezes_and_efficientnet_cuts() -> None:
    wide = np.zeros((100, 300, 3), np.uint8)
    wide[:, 120:180] = 255  # a fifth of the width
    squeezed, cut = GOOGLENET.crop(wide)[112, :, 0] > 127, EFFICIENTNET_LITE.crop(wide)[112, :, 0] > 127
    assert abs(squeezed.mean() - 60 / 300 * 256 / 224) < 0.02
    assert abs(cut.mean() - 60 / 87) < 0.02


@pytest.mark.parametrize("size", [(1, 1), (3, 2000), (2000, 3), (17, 17)])
@pytest.mark.parametrize("preprocessing", ALL, ids=lambda one: str(one.mean))
def test_odd_sizes_are_taken(preprocessing: Preprocessing, size: tuple[int, int]) -> None:
    assert preprocessing.crop(plain(9, 9, 9, size)).shape == (preprocessing.side, preprocessing.side, 3)


def test_telephones_pictures_are_turned_upright(tmp_path: Path) -> None:
    lying = np.zeros((20, 40, 3), np.uint8)
    lying[:, :20] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise by 90 degrees
    Image.fromarray(lying).save(tmp_path / "p.jpg", exif=exif)
    upright = np.asarray(open_picture(tmp_path / "p.jpg"))
    assert upright.shape == (40, 20, 3)
    assert upright[5].mean() > 250 > 5 > upright[35].mean()


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA", "CMYK", "I;16"])
def test_every_kind_of_picture_becomes_three_colours(mode: str, tmp_path: Path) -> None:
    picture = open_picture(Image.new(mode, (8, 6)))
    assert (picture.mode, picture.size) == ("RGB", (8, 6))


def test_what_is_transparent_becomes_white() -> None:
    assert open_picture(Image.new("RGBA", (4, 4), (0, 0, 0, 0))).getpixel((1, 1)) == (255, 255, 255)


def test_what_is_no_picture_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "letter.jpg").write_text("Dear Sir")
    whole = tmp_path / "whole.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 90, 3), np.uint8)).save(whole)
    (tmp_path / "cut.png").write_bytes(whole.read_bytes()[:5000])
    for name in ("letter.jpg", "cut.png", "gone.png"):
        with pytest.raises(WorkshopError, match=f"{name} is not a picture") as fault:
            open_picture(tmp_path / name)
        assert "\n" not in str(fault.value)
    with pytest.raises(WorkshopError, match="not a picture"):
        open_picture(tmp_path)
    with pytest.raises(WorkshopError, match="this is not a picture"):
        open_picture(np.zeros((4, 4, 3)))


def test_a_picture_that_would_fill_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain(1, 1, 1, (400, 400)).save(tmp_path / "huge.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(WorkshopError, match=r"huge\.png is not a picture"):
        open_picture(tmp_path / "huge.png")


def test_one_picture_several_and_a_batch_are_all_taken() -> None:
    one, other = plain(1, 2, 3), np.zeros((50, 60, 3), np.uint8)
    batch = batch_of([one, other], EFFICIENTNET_LITE)
    assert batch.shape == (2, 3, 224, 224)
    assert np.array_equal(batch_of(one, EFFICIENTNET_LITE)[0], batch[0])
    assert batch_of(batch, EFFICIENTNET_LITE) is batch
