"""The models that the page "Look inside a model" shows: which there are, and which this machine has."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from workshop.core.errors import WorkshopError
from workshop.datasets.catalogue import Dataset, load_catalogue
from workshop.site import netron

DEMO = "look-inside"
LIST = f"demos/{DEMO}/models.json"
"""In the site: every model that there may be; the server adds which are here."""

_FIELDS = {"name", "title", "look", "lesson"}


def models_site(source: Path) -> dict[str, bytes]:
    """Return the list of models and the files of our own, by their path in the site.

    ``source``: the checkout. Raises WorkshopError when ``js-demos/models.toml`` or a checkpoint is faulty.
    """
    # NumPy, which reads checkpoints, is wanted by this page alone.
    from workshop.site.own_models import onnx_of

    files = {}
    listed = []
    catalogue = load_catalogue()
    for model in _read(source / "js-demos" / "models.toml"):
        shown = {key: model[key] for key in sorted(_FIELDS)}
        if "checkpoint" in model:
            checkpoint = _checkpoint(source, model["checkpoint"])
            name = f"demos/{DEMO}/models/{model['name']}.onnx"
            files[name] = onnx_of(checkpoint)
            shown |= {
                "address": f"/{name}",
                "bytes": len(files[name]),
                "licence": "MIT",
                "credit": "this workshop",
            }
        else:
            shown |= _of_dataset(catalogue.get(model["dataset"]), model["dataset"], model["file"])
        listed.append(shown)
    files[LIST] = json.dumps(listed, indent=1, ensure_ascii=False).encode()
    return files


def _checkpoint(source: Path, name: str) -> Path:
    """Return a checkpoint that comes with one of the checkout's packages."""
    found = sorted(source.glob(f"packages/*/src/**/shipped/{name}.npz"))
    if not found:
        raise WorkshopError(f"js-demos/models.toml: no package of {source} has a checkpoint {name}")
    return found[0]


def _read(path: Path) -> list[dict[str, Any]]:
    """Return the entries of the list of models; WorkshopError when it is faulty."""
    try:
        models: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["model"]
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise WorkshopError(f"cannot read {path} ({error}); restore it") from error
    for model in models:
        kind = {"checkpoint"} if "checkpoint" in model else {"dataset", "file"}
        if set(model) != _FIELDS | kind:
            raise WorkshopError(f"{path}: a model needs {', '.join(sorted(_FIELDS | kind))} and no more")
    return models


def _of_dataset(dataset: Dataset | None, name: str, file: str) -> dict[str, Any]:
    """Return what the catalogue knows of a file of a data set, and where the server gives it."""
    sizes = [each.about for each in dataset.files if each.name == file] if dataset else []
    if dataset is None or not sizes:
        raise WorkshopError(f"js-demos/models.toml: no data set {name} with a file {file} in the catalogue")
    return {
        "address": f"/models/{name}/{file}",
        "dataset": name,
        "bytes": sizes[0],
        "licence": dataset.licence,
        "credit": dataset.credit,
    }


def listed(root: Path, data: Path) -> dict[str, Any]:
    """Return ``{"viewer": bool, "models": [entry of the list with "here": bool, ...]}``.

    ``root``: the site, ``data``: the folder of data sets. Empty where the site has no such page.
    """
    try:
        models = json.loads((root / LIST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        models = []
    for model in models:
        model["here"] = _file(model, root, data).is_file()
    return {"viewer": (root / netron.FOLDER / "index.html").is_file(), "models": models}


def allowed(root: Path, data: Path, name: str) -> bool:
    """Tell whether ``DATASET/FILE`` is a model of the list; nothing else of the data is given away."""
    return any(model["address"] == f"/models/{name}" for model in listed(root, data)["models"])


def _file(model: dict[str, Any], root: Path, data: Path) -> Path:
    """Return where a model of the list lies, or would lie."""
    address: str = model["address"].removeprefix("/")
    return data / address.removeprefix("models/") if "dataset" in model else root / address
