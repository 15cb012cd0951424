"""Write a small log for TensorBoard, without TensorFlow: make_sample_log.py FOLDER OWNER.

The log tells of gradient descent on (x - 3)^2 + (y + 1)^2, so the curves mean something: the loss,
the distance to the minimum as it spreads over a hundred starts, and the path as a picture.
Same bytes each time. Run by root, the folder and the one above it become the owner's, whose lessons
log there too.
"""

import os
import shutil
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.tensorflow_stub.io import gfile  # noqa: F401  (registers the local file system)
from tensorboard.plugins.histogram.metadata import create_summary_metadata as histogram_metadata
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util.tensor_util import make_tensor_proto

STEPS = 60
START_TIME = 1_451_606_400.0  # 2016-01-01, when the workshop was first held
MINIMUM = np.array([3.0, -1.0])


def descend(starts, rate=0.06):
    """Return the points of each step, shape (STEPS, len(starts), 2)."""
    points = [starts]
    for _ in range(STEPS - 1):
        points.append(points[-1] - rate * 2 * (points[-1] - MINIMUM))
    return np.stack(points)


def histogram(values, buckets=20):
    """Return a summary value: one row (left edge, right edge, count) a bucket."""
    counts, edges = np.histogram(values, bins=buckets)
    rows = np.stack([edges[:-1], edges[1:], counts], axis=1)
    return Summary.Value(
        tag="distance to the minimum",
        metadata=histogram_metadata(display_name="", description=""),
        tensor=make_tensor_proto(rows, dtype=np.float64),
    )


def png(pixels):
    """Encode RGB pixels, uint8 (height, width, 3), as PNG."""
    height, width, _ = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def picture(path, size=160):
    """Draw the loss as shades, and one path over them; the plane is -2..8 by -6..4."""
    axis = np.linspace(0, 10, size)
    plane = np.stack(np.meshgrid(axis - 2, 4 - axis), axis=-1)
    shade = 255 - 200 * np.sqrt(((plane - MINIMUM) ** 2).sum(-1)) / 8
    pixels = np.repeat(shade[..., None], 3, axis=2).clip(0, 255).astype(np.uint8)
    columns, rows = ((path - [-2, -6]) / 10 * (size - 1)).astype(int).T
    for row, column in zip(size - 1 - rows, columns, strict=True):
        pixels[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2] = [200, 40, 40]
    image = Summary.Image(height=size, width=size, colorspace=3, encoded_image_string=png(pixels))
    return Summary.Value(tag="path", image=image)


def summaries(points):
    """Yield a Summary a step."""
    distances = np.sqrt(((points - MINIMUM) ** 2).sum(-1))
    for step, distance in enumerate(distances):
        values = [Summary.Value(tag="loss", simple_value=float((distance**2).mean())), histogram(distance)]
        if step % 10 == 9:
            values.append(picture(points[: step + 1, 0]))
        yield Summary(value=values)


def main(folder, owner):
    """Write the log beside the folder and rename it into place."""
    beside = folder.with_name(folder.name + ".new")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    starts = np.random.default_rng(2016).uniform([-2, -6], [8, 4], size=(100, 2))
    with (beside / "events.out.tfevents.1451606400.workshop").open("wb") as file:
        writer = RecordWriter(file)
        writer.write(Event(wall_time=START_TIME, file_version="brain.Event:2").SerializeToString())
        for step, summary in enumerate(summaries(descend(starts))):
            event = Event(wall_time=START_TIME + step, step=step, summary=summary)
            writer.write(event.SerializeToString())
        writer.flush()
    if os.geteuid() == 0:
        for path in (folder.parent, beside, *beside.iterdir()):
            shutil.chown(path, owner)
    beside.rename(folder)


main(Path(sys.argv[1]), sys.argv[2])
