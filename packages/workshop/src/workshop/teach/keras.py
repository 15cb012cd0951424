"""What a lesson in Keras needs beside Keras: the live curve as a callback of ``fit``, and the graph.

Keras has a training loop of its own, so nothing here trains. Keras and TensorFlow are imported when
they are needed; the other environments have none.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workshop.teach.training import Follower


@contextlib.contextmanager
def hushed() -> Iterator[None]:
    """Load TensorFlow quietly: drop what its C++ part writes to the standard error meanwhile.

    Afterwards its logger tells errors only; it warns of every further network that a lesson builds.
    """
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def live_curve(title: str) -> Any:
    """Return a callback for ``model.fit`` that shows the live curve of all other lessons.

    Its attribute ``history`` (a ``workshop.teach.training.History``) then holds the loss of each step,
    the time it took, and, when ``fit`` got ``validation_data`` and the metric "accuracy", the share of
    wrong answers after each epoch.
    """
    import keras

    class LiveCurveCallback(keras.callbacks.Callback):  # type: ignore[misc]
        """Reports to a Follower; Keras' own loop calls it."""

        def on_train_begin(self, logs: Any = None) -> None:
            self.follower = Follower(title, self.params["epochs"] * self.params["steps"])
            self.history = self.follower.history
            self.follower.__enter__()

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self._sum = 0.0

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            # Keras tells the mean over the epoch so far.
            total = float(logs["loss"]) * (batch + 1)
            self.follower.step(total - self._sum)
            self._sum = total

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if "val_accuracy" in logs:
                self.follower.epoch(1 - float(logs["val_accuracy"]))

        def on_train_end(self, logs: Any = None) -> None:
            self.follower.__exit__(None, None, None)

    return LiveCurveCallback()


def write_graph(network: Any, run: Path) -> None:
    """Write the operations of a Keras network into the folder ``run``, for TensorBoard's tab Graphs.

    Keras' own callback writes the layers only (the "conceptual graph"), and TensorBoard then shows an
    error until one asks for those. Call it before ``fit``: TensorBoard reads the files of a run in the
    order in which they were begun.
    """
    import tensorflow as tf

    shape = tf.TensorSpec((None, *network.input_shape[1:]), tf.float32)
    forward = tf.function(lambda pictures: network(pictures, training=False)).get_concrete_function(shape)
    writer = tf.summary.create_file_writer(str(run))
    with writer.as_default():
        tf.summary.graph(forward.graph)
    writer.close()
