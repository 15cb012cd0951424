"""Logs for TensorBoard, written without TensorFlow.

A run is a folder with an event file in it: records of protocol buffers, each with its length and
checksums, made by TensorBoard's own writer. What the projector shows lies beside it, as text and one
large picture; the format is described at https://www.tensorflow.org/tensorboard/tensorboard_projector_plugin.
"""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Node(NamedTuple):
    """One operation of a graph."""

    name: str
    """Slashes make boxes within boxes: ``hidden/weights``."""
    op: str
    inputs: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    """The shape of the output; -1 for an axis of any length."""


class Log:
    """The event file of one run. A context manager: the file is whole when it is closed."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        """Begin a file in ``folder``, which is made if need be; ``clock`` tells the seconds since 1970."""
        from tensorboard.summary.writer.record_writer import RecordWriter

        folder.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        begun = clock()
        self._file = (folder / f"events.out.tfevents.{int(begun):010}.workshop").open("wb")
        self._writer = RecordWriter(self._file)
        self._write(file_version="brain.Event:2")

    def scalar(self, tag: str, value: float, step: int) -> None:
        """Add a point to a curve."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        self._write(step=step, summary=Summary(value=[Summary.Value(tag=tag, simple_value=value)]))

    def histogram(self, tag: str, values: Array, step: int, buckets: int = 30) -> None:
        """Add the distribution of ``values`` of any shape."""
        from tensorboard.plugins.histogram.summary_v2 import histogram_pb

        self._write(step=step, summary=histogram_pb(tag, np.asarray(values, np.float64), buckets))

    def image(self, tag: str, pixels: Array, step: int) -> None:
        """Add a picture: uint8 (rows, columns), grey, or (rows, columns, 3)."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        rows, columns = pixels.shape[:2]
        png = _png(pixels)
        image = Summary.Image(
            height=rows, width=columns, colorspace=1 if pixels.ndim == 2 else 3, encoded_image_string=png
        )
        self._write(step=step, summary=Summary(value=[Summary.Value(tag=tag, image=image)]))

    def graph(self, nodes: Iterable[Node]) -> None:
        """Add the run's graph; a run has one."""
        from tensorboard.compat.proto.graph_pb2 import GraphDef
        from tensorboard.compat.proto.node_def_pb2 import NodeDef

        graph = GraphDef()
        for node in nodes:
            made = NodeDef(name=node.name, op=node.op, input=node.inputs)
            if node.shape:
                shape = made.attr["_output_shapes"].list.shape.add()
                for length in node.shape:
                    shape.dim.add(size=length)
            graph.node.append(made)
        self._write(graph_def=graph.SerializeToString())

    def _write(self, **fields: Any) -> None:
        from tensorboard.compat.proto.event_pb2 import Event

        self._writer.write(Event(wall_time=self._clock(), **fields).SerializeToString())

    def close(self) -> None:
        """Write out what is left and close the file."""
        self._file.close()

    def __enter__(self) -> Log:
        """Return the log itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()


def _png(pixels: Array) -> bytes:
    """Encode uint8 pixels as PNG."""
    from PIL import Image

    png = io.BytesIO()
    Image.fromarray(pixels).save(png, format="PNG", optimize=True)
    return png.getvalue()


def sprite(images: Array) -> npt.NDArray[np.uint8]:
    """Lay grey pictures of 0 to 1 (n, side, side) out in a square, row by row; return ink on paper.

    The answer has (k * side, k * side) pixels, k being the least whole number with k² ≥ n.
    """
    count, side, _ = images.shape
    across = math.ceil(math.sqrt(count))
    tiles = np.zeros((across * across, side, side))
    tiles[:count] = images
    laid = tiles.reshape(across, across, side, side).swapaxes(1, 2).reshape(across * side, across * side)
    return (255 - 255 * laid).round().clip(0, 255).astype(np.uint8)


def write_embeddings(
    folder: Path,
    spaces: Mapping[str, Array],
    images: Array,
    columns: Mapping[str, Sequence[object]],
    clock: Callable[[], float] = time.time,
) -> None:
    """Write what TensorBoard's projector shows: the same n things in one or several spaces.

    ``spaces`` names arrays (n, dimensions); ``images`` are grey pictures of 0 to 1, (n, side, side) or
    (n, 1, side, side); ``columns`` say more about each thing, and colour it. TensorBoard looks for
    embeddings only when it finds a new run, so ``folder`` has to be a new one, and its event file comes
    last. Raises ValueError when the lengths differ.
    """
    tiles = np.asarray(images).reshape(len(images), *np.shape(images)[-2:])
    lengths = {len(tiles), *map(len, spaces.values()), *map(len, columns.values())}
    if len(lengths) != 1:
        raise ValueError(f"the vectors, pictures and columns differ in length: {sorted(lengths)}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sprite.png").write_bytes(_png(sprite(tiles)))
    (folder / "labels.tsv").write_text(_table(columns), encoding="utf-8")
    config = ""
    for number, (name, vectors) in enumerate(spaces.items()):
        np.savetxt(folder / f"space{number}.tsv", vectors, fmt="%.4g", delimiter="\t")
        config += _entry(name, f"space{number}.tsv", tiles.shape[1])
    (folder / "projector_config.pbtxt").write_text(config, encoding="utf-8")
    Log(folder, clock).close()


def captions(truth: Array, answers: Array) -> list[str]:
    """Return "4" for a four that was taken for one, and "4→9" for one that was taken for a nine.

    The projector writes the first column that is not all numbers beside a point.
    """
    return [
        f"{what}" if what == answer else f"{what}→{answer}"
        for what, answer in zip(truth, answers, strict=True)
    ]


def _table(columns: Mapping[str, Sequence[object]]) -> str:
    """Return columns as lines of tab-separated values; the projector wants a head only above several."""
    lines = ["\t".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    head = ["\t".join(columns)] if len(columns) > 1 else []
    return "\n".join([*head, *lines]) + "\n"


def _entry(name: str, file: str, side: int) -> str:
    """Return the part of the projector's configuration about one space."""
    sprite_of = f'sprite {{ image_path: "sprite.png" single_image_dim: {side} single_image_dim: {side} }}'
    return (
        f'embeddings {{ tensor_name: "{name}" tensor_path: "{file}" '
        f'metadata_path: "labels.tsv" {sprite_of} }}\n'
    )
