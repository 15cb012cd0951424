"""From a picture to the numbers that a network was trained on; each network wants its own.

=================  ====  ================================  ========  =======================
network            side  what the network gets to see      channels  numbers
=================  ====  ================================  ========  =======================
GoogLeNet          224   all made 256 by 256, middle 224   BGR       value - (104, 117, 123)
Inception v3       299   the middle 87.5 % of each side    RGB       value / 127.5 - 1
EfficientNet-Lite  224   the middle square, 87.5 % of the  RGB       (value - 127) / 128
                         shorter side
=================  ====  ================================  ========  =======================

Sources, in the same order: Caffe's ``classify.py`` and the model's own ``readme.md`` and
``train_val.prototxt``; ``preprocess_for_eval`` of TensorFlow models' ``inception_preprocessing.py``
(Keras' ``preprocess_input`` has the same numbers); ``preprocessing.py`` and
``efficientnet_lite_builder.py`` of TensorFlow's EfficientNet. Pictures are made smaller by Pillow's
filters, which look at every pixel; TensorFlow's look at the nearest ones only.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from workshop.core.errors import WorkshopError

Picture = str | Path | Image.Image | npt.NDArray[np.uint8]
"""A file, a picture of Pillow, or uint8 (rows, columns, 3) or (rows, columns)."""
Batch = npt.NDArray[np.float32]

# The trouble that a file may give to Pillow; a decompression bomb is one that would fill the memory.
BROKEN = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)


def open_picture(picture: Picture, name: str = "") -> Image.Image:
    """Return a picture in RGB, upright as the camera was held, on white where it is transparent.

    ``name`` is what an error calls it; without one, the file's name. Raises WorkshopError in one line
    when the file is missing or is not a picture that Pillow reads.
    """
    try:
        opened = _opened(picture)
        upright = ImageOps.exif_transpose(opened)
        if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
            layer = upright.convert("RGBA")
            upright = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
        return upright.convert("RGB")
    except BROKEN as error:
        name = name or (Path(picture).name if isinstance(picture, str | Path) else "this")
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else "it cannot be read"
        raise WorkshopError(f"{name} is not a picture ({reason}); try a JPEG or PNG file") from error


def _opened(picture: Picture) -> Image.Image:
    if isinstance(picture, Image.Image):
        return picture
    if isinstance(picture, str | Path):
        return Image.open(picture)
    values = np.asarray(picture)
    if values.dtype != np.uint8:
        raise ValueError(f"a picture is uint8, not {values.dtype}")
    return Image.fromarray(values)


Size = tuple[int, int]
Box = tuple[int, int, int, int]
"""Left, upper, right, lower."""


def middle_of_each_side(size: Size, share: float = 0.875) -> Box:
    """Return the middle ``share`` of width and height, as ``tf.image.central_crop`` finds it."""
    width, height = size
    left, upper = int((width - width * share) / 2), int((height - height * share) / 2)
    return left, upper, width - left, height - upper


def middle_square(size: Size, share: float = 0.875) -> Box:
    """Return the square in the middle whose side is ``share`` of the shorter one."""
    return _middle(size, int(share * min(size)))


def middle_224(size: Size) -> Box:
    """Return the 224 by 224 pixels in the middle."""
    return _middle(size, 224)


def _middle(size: Size, side: int) -> Box:
    left, upper = ((length - side + 1) // 2 for length in size)
    return left, upper, left + side, upper + side


@dataclass(frozen=True)
class Preprocessing:
    """What one network does to a picture before it looks at it."""

    side: int
    """Rows and columns of the network's input."""
    cut: Callable[[Size], Box]
    """Which part of a picture of this size is looked at."""
    resampling: Image.Resampling
    mean: tuple[float, float, float]
    """Subtracted from red, green and blue, 0 to 255."""
    scale: float
    """Divides what is left."""
    squeezed: Size | None = None
    """The size that every picture is brought to first, whatever its shape."""
    bgr: bool = False
    """Blue comes first, as OpenCV and so Caffe had it."""

    def crop(self, picture: Picture) -> npt.NDArray[np.uint8]:
        """Return what the network gets to see: uint8 (side, side, 3), red first."""
        opened = open_picture(picture)
        if self.squeezed:
            opened = opened.resize(self.squeezed, self.resampling)
        small = opened.resize((self.side, self.side), self.resampling, box=self.cut(opened.size))
        return np.array(small, dtype=np.uint8)

    def numbers(self, crop: npt.NDArray[np.uint8]) -> Batch:
        """Return a crop as the network's numbers: float32 (1, 3, side, side)."""
        values = (crop.astype(np.float32) - np.array(self.mean, np.float32)) / np.float32(self.scale)
        if self.bgr:
            values = values[..., ::-1]
        return np.ascontiguousarray(values.transpose(2, 0, 1)[np.newaxis])

    def picture(self, numbers: Batch) -> npt.NDArray[np.uint8]:
        """Turn numbers (3, rows, columns) or (1, 3, rows, columns) back into uint8 (rows, columns, 3)."""
        values = numbers.reshape(numbers.shape[-3:]).transpose(1, 2, 0)
        if self.bgr:
            values = values[..., ::-1]
        restored = values * np.float32(self.scale) + np.array(self.mean, np.float32)
        rounded: npt.NDArray[np.uint8] = np.rint(restored).clip(0, 255).astype(np.uint8)
        return rounded


BILINEAR, BICUBIC = Image.Resampling.BILINEAR, Image.Resampling.BICUBIC
GOOGLENET = Preprocessing(224, middle_224, BILINEAR, (123, 117, 104), 1, squeezed=(256, 256), bgr=True)
INCEPTION_V3 = Preprocessing(299, middle_of_each_side, BILINEAR, (127.5, 127.5, 127.5), 127.5)
EFFICIENTNET_LITE = Preprocessing(224, middle_square, BICUBIC, (127, 127, 127), 128)


def batch_of(pictures: Picture | Batch | Sequence[Picture], preprocessing: Preprocessing) -> Batch:
    """Return one picture or several as one batch: float32 (n, 3, side, side).

    A float32 array of four axes is a batch already and stays as it is.
    """
    several: Any = pictures
    if isinstance(pictures, np.ndarray) and pictures.ndim == 4 and pictures.dtype == np.float32:
        return several  # type: ignore[no-any-return]
    if not isinstance(pictures, list | tuple):
        several = [pictures]
    return np.concatenate([preprocessing.numbers(preprocessing.crop(each)) for each in several])


ENLARGED = 384
"""Small pictures are shown so wide, in pixels."""


def png(pixels: npt.NDArray[np.float32]) -> bytes:
    """Return float32 (3, rows, columns), 0 to 255, as a PNG, enlarged when it is small."""
    values = np.rint(pixels.transpose(1, 2, 0)).clip(0, 255).astype(np.uint8)
    picture = Image.fromarray(values)
    if picture.width < ENLARGED:
        size = (ENLARGED, round(picture.height * ENLARGED / picture.width))
        picture = picture.resize(size, Image.Resampling.BICUBIC)
    content = io.BytesIO()
    picture.save(content, "png")
    return content.getvalue()
