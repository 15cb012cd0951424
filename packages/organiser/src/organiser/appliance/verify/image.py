"""A container image: an image layout as one tar (image-spec 1.1)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from organiser.appliance.files import TarFiles
from organiser.image import layout
from organiser.image.layers import uncompressed


@dataclass(frozen=True)
class Image:
    """The image for one processor."""

    platform: str
    """Debian's word for the processor, in the index."""
    config: dict[str, Any]
    files: TarFiles


def read(folder: Path) -> list[Image]:
    """Return the images of a layout that was unpacked."""
    return [
        _image(folder, entry) for entry in _entries(folder, json.loads((folder / "index.json").read_text()))
    ]


def _entries(folder: Path, index: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the manifests of an index; that of several processors is an index in the index."""
    for entry in index["manifests"]:
        if entry["mediaType"] == layout.INDEX:
            yield from _entries(folder, _document(folder, entry))
        else:
            yield entry


def _image(folder: Path, entry: dict[str, Any]) -> Image:
    manifest = _document(folder, entry)
    files = TarFiles()
    for layer in manifest["layers"]:
        with uncompressed(_blob(folder, layer)) as tar:
            files.add(tar)
    return Image(entry["platform"]["architecture"], _document(folder, manifest["config"]), files)


def _blob(folder: Path, descriptor: dict[str, Any]) -> Path:
    digest: str = descriptor["digest"]
    return folder / "blobs" / digest.replace(":", "/")


def _document(folder: Path, descriptor: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_blob(folder, descriptor).read_text(encoding="utf-8"))
    return found


def settings(image: Image) -> Iterator[str]:
    """Yield what the configuration has otherwise than docs and runtime expect."""
    runs = image.config["config"]
    for key, wanted in {
        "User": layout.USER,
        "ExposedPorts": {f"{port}/tcp": {} for port in layout.PORTS},
        "Env": list(layout.VARIABLES),
        "Entrypoint": [f"/{layout.START}"],
        "StopSignal": "SIGTERM",
        "Healthcheck": layout.HEALTHCHECK,
    }.items():
        if runs.get(key) != wanted:
            yield f"{key} of the image for {image.platform} is {runs.get(key)!r}, not {wanted!r}"
    for name in layout.LABELS:
        if not runs["Labels"].get(f"{layout.LABEL}{name}"):
            yield f"the image for {image.platform} has no label {layout.LABEL}{name}"
    for path in (layout.START, layout.HEALTHY, layout.BILL):
        if not image.files.find(path):
            yield f"there is no /{path} in the image for {image.platform}"
