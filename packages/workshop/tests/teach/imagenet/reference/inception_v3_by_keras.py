"""What Keras says: run by test_inception_v3.py in TensorFlow's environment, with an output folder.

Writes ``inception.h5`` (the model with random weights), ``batch.npy`` (n, 3, rows, columns) and
``NAME.npy`` for the layers that are named after the folder.
"""

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np


def randomise(model: keras.Model, rng: np.random.Generator, pictures: np.ndarray) -> None:
    """Give weights with which a picture still counts behind 94 layers.

    Each normalisation takes the mean and the variance that it finds in ``pictures`` (n, rows, columns, 3).
    """
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            offset, mean, variance = layer.get_weights()
            layer.set_weights([rng.normal(0, 0.3, offset.shape), mean, variance])
            layer.momentum = 0.0  # forget what was before
        elif isinstance(layer, keras.layers.Conv2D):
            (kernel,) = layer.get_weights()
            layer.set_weights([rng.normal(0, np.sqrt(2 / np.prod(kernel.shape[:3])), kernel.shape)])
    model(pictures, training=True)


def main() -> None:
    """Build, save and run the model."""
    folder, names = Path(sys.argv[1]), sys.argv[2:]
    rng = np.random.default_rng(0)
    keras.backend.clear_session()
    model = keras.applications.InceptionV3(weights=None, classifier_activation=None)
    # Coarse patches: in fine noise all pictures are alike to a network that averages.
    batch = np.kron(rng.uniform(-1, 1, (2, 3, 5, 5)), np.ones((60, 60)))[:, :, :299, :299].astype(np.float32)
    pictures = batch.transpose(0, 2, 3, 1)
    randomise(model, rng, pictures)
    model.save(folder / "inception.h5")
    np.save(folder / "batch.npy", batch)
    probe = keras.Model(model.inputs, [model.get_layer(name).output for name in names])
    for name, answer in zip(names, probe.predict(pictures, verbose=0), strict=True):
        np.save(folder / f"{name}.npy", answer.transpose(0, 3, 1, 2) if answer.ndim == 4 else answer)


if __name__ == "__main__":
    main()
