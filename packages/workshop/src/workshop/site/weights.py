"""The shipped language model as a plain script, for the demo that runs it in the browser.

``tools/train-language-model.py`` makes ``model.npz`` and ``merges.json``; the script holds the same weights
in the same half precision, in the order in which ``js-demos/language-model/model.js`` takes them.
"""

from __future__ import annotations

import base64
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.core.errors import WorkshopError

SHIPPED = Path(__file__).parents[1] / "teach" / "shipped" / "language-model"
HEAD = 32
"""The width of a head, which the weights do not show."""
BLOCK = (
    "norm_1.weight",
    "norm_1.bias",
    "attended.weight",
    "projection.weight",
    "norm_2.weight",
    "norm_2.bias",
    "mlp.0.weight",
    "mlp.0.bias",
    "mlp.2.weight",
    "mlp.2.bias",
)

Arrays = dict[str, npt.NDArray[Any]]


def language_model_script(folder: Path = SHIPPED, head: int = HEAD) -> bytes:
    """Return a script that puts the model of a folder into ``window.workshopLanguageModel``.

    Weights are little-endian halves, packed by zlib, whose checksum tells the page of a damaged file.
    Raises WorkshopError when the folder holds no model.
    """
    try:
        with np.load(folder / "model.npz", allow_pickle=False) as content:
            arrays: Arrays = {name: content[name] for name in content.files}
        merges = json.loads((folder / "merges.json").read_text(encoding="utf-8"))
        shape = _shape(arrays, head)
        weights = b"".join(arrays[name].astype("<f2").tobytes() for name in _order(shape["layers"]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise WorkshopError(f"{folder} holds no language model ({error}); restore the checkout") from error
    document = {"shape": shape, "merges": merges, "packed": base64.b64encode(zlib.compress(weights)).decode()}
    text = json.dumps(document, separators=(",", ":"))
    return (
        f"// Made by 'workshop web build' from {folder.name}; do not edit.\n"
        f"window.workshopLanguageModel = {text};\n"
    ).encode()


def _shape(arrays: Arrays, head: int) -> dict[str, int]:
    """Return how large a model is, as ``workshop.teach.languagemodel.Shape`` says it."""
    vocabulary, width = arrays["tokens.weight"].shape
    return {
        "vocabulary": vocabulary,
        "width": width,
        "layers": len({name.split(".")[1] for name in arrays if name.startswith("blocks.")}),
        "heads": width // head,
        "context": len(arrays["positions.weight"]),
    }


def _order(layers: int) -> list[str]:
    blocks = [f"blocks.{layer}.{name}" for layer in range(layers) for name in BLOCK]
    return ["tokens.weight", "positions.weight", *blocks, "norm.weight", "norm.bias"]
