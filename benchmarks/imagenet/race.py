"""One engine's forward pass, timed, in that engine's own environment; it imports nothing else of ours.

    race.py ENGINE NETWORK RUNS FILE      FILE has the weights that ours and EfficientNet-Lite0's peer read
    race.py weights NETWORK FILE          writes random ones, for GoogLeNet (Theano) or Inception v3 (Keras)

One thread. Prints a JSON object: ``seconds`` (wall) and ``cpu_seconds`` of each run with one picture,
``peak_rss_mb`` of the process (1 MB = 10⁶ bytes), ``version``.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Forward = Callable[[], Any]
MODULES = {
    "googlenet": "googlenet",
    "inception-v3": "inception_v3",
    "efficientnet-lite0": "efficientnet_lite",
}


def by_lasagne(network: str, file: Path) -> tuple[Forward, str]:
    """Return our forward pass."""
    import numpy as np
    import theano

    from workshop.teach.imagenet import preprocessing
    from workshop.teach.imagenet.network import Network

    module = importlib.import_module(f"workshop.teach.imagenet.{MODULES[network]}")
    built = Network(network, network, module.build(module.read_file(file)), preprocessing.GOOGLENET)
    batch = np.random.default_rng(0).normal(size=(1, 3, module.SIDE, module.SIDE)).astype(np.float32)
    return lambda: built.probabilities(batch), f"Theano {theano.__version__}"


def by_torch(network: str, file: Path) -> tuple[Forward, str]:
    """Return PyTorch's: torchvision's GoogLeNet, or EfficientNet-Lite0 of its authors' package."""
    import torch

    if network == "googlenet":
        import torchvision

        model = torchvision.models.googlenet(weights=None, aux_logits=False, init_weights=False)
    else:
        from efficientnet_lite_pytorch import EfficientNet

        model = EfficientNet.from_name(network)
        model.load_state_dict(torch.load(file, weights_only=True))
    model.eval()
    batch = torch.randn(1, 3, 224, 224)

    def forward() -> Any:
        with torch.inference_mode():
            return model(batch)

    return forward, f"torch {torch.__version__}"


def by_keras(network: str, file: Path) -> tuple[Forward, str]:
    """Return Keras' Inception v3 on TensorFlow, called as its handbook says, by ``predict``."""
    import keras
    import numpy as np
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    model = keras.applications.InceptionV3(weights=None)
    batch = np.random.default_rng(0).normal(size=(1, 299, 299, 3)).astype(np.float32)
    return lambda: model.predict(batch, verbose=0), f"keras {keras.__version__}"


ENGINES = {"lasagne": by_lasagne, "torch": by_torch, "keras": by_keras}


def peak_rss_mb() -> float:
    """Return the most memory that this process has held, in MB; its ``ru_maxrss`` may be its parent's."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    return round(int(line.split()[1]) * 1024 / 1e6, 1)


def race(engine: str, network: str, runs: int, file: Path) -> dict[str, Any]:
    """Warm up, then time each of ``runs`` forward passes."""
    forward, version = ENGINES[engine](network, file)
    for _ in range(3):
        forward()
    seconds, cpu = [], []
    for _ in range(runs):
        started, busy = time.perf_counter(), time.process_time()
        forward()
        seconds.append(time.perf_counter() - started)
        cpu.append(time.process_time() - busy)
    return {"seconds": seconds, "cpu_seconds": cpu, "peak_rss_mb": peak_rss_mb(), "version": version}


def write_weights(network: str, file: Path) -> dict[str, Any]:
    """Write random weights as a file of the kind that has the trained ones."""
    if network == "googlenet":
        from workshop.teach.imagenet.untrained import write_random_googlenet

        write_random_googlenet(file)
    else:
        import keras

        keras.applications.InceptionV3(weights=None).save(file)
    return {"file": str(file)}


def main() -> None:
    """Do what the command line says."""
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    engine, network, *rest = sys.argv[1:]
    if engine == "weights":
        answer = write_weights(network, Path(rest[0]))
    else:
        answer = race(engine, network, int(rest[0]), Path(rest[1]))
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
