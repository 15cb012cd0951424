import base64
import json
import zlib
from pathlib import Path

import pytest

from workshop.site.scripts import SIDE, TEST, TRAIN, digits_script


def make_mnist(folder: Path) -> None:
    """Write four IDX files whose every byte says which digit and which part it is of."""
    folder.mkdir(parents=True)
    dots = SIDE * SIDE
    (folder / "train-images-idx3-ubyte").write_bytes(
        b"h" * 16 + b"".join(bytes([i % 200]) * dots for i in range(TRAIN + 5))
    )
    (folder / "t10k-images-idx3-ubyte").write_bytes(b"h" * 16 + bytes([201]) * dots * (TEST + 5))
    (folder / "train-labels-idx1-ubyte").write_bytes(b"h" * 8 + bytes(i % 10 for i in range(TRAIN + 5)))
    (folder / "t10k-labels-idx1-ubyte").write_bytes(b"h" * 8 + bytes([7]) * (TEST + 5))


def test_the_script_holds_the_first_pictures_and_labels_of_both_parts(tmp_path: Path) -> None:
    make_mnist(tmp_path / "mnist")
    script = digits_script(tmp_path / "mnist")
    assert script is not None
    text = script.decode()
    packed = json.loads(text[text.index("packed: ") + 8 : text.rindex(" }")])
    content = zlib.decompress(base64.b64decode(packed))
    dots = SIDE * SIDE
    assert len(content) == (TRAIN + TEST) * (dots + 1)
    assert content[3 * dots] == 3 and content[TRAIN * dots] == 201
    labels = content[(TRAIN + TEST) * dots :]
    assert labels[:11] == bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0])
    assert labels[TRAIN:] == bytes([7]) * TEST


@pytest.mark.parametrize("fault", ["other digits", "cut off"])
def test_an_earlier_script_that_holds_something_else_does_not_count(tmp_path: Path, fault: str) -> None:
    make_mnist(tmp_path / "mnist")
    script = digits_script(tmp_path / "mnist")
    assert script is not None
    packed = script[script.index(b"packed: ") + 9 : script.rindex(b'" }')]
    content = zlib.decompress(base64.b64decode(packed))
    others = {
        "other digits": base64.b64encode(zlib.compress(bytes([9]) + content[1:])),
        "cut off": packed[: len(packed) // 8 * 4],
    }
    assert digits_script(tmp_path / "mnist", script.replace(packed, others[fault])) == script


def test_without_the_data_set_there_is_no_script(tmp_path: Path) -> None:
    assert digits_script(tmp_path / "mnist") is None
