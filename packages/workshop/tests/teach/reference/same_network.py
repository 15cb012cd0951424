"""What Theano says, for the lesson *PyTorch: the same network*: its outputs, and what a step costs.

Run it in the environment ``theano``, then in ``pytorch``, on one machine, with one thread::

    OPENBLAS_NUM_THREADS=1 python packages/workshop/tests/teach/reference/same_network.py theano
    OMP_NUM_THREADS=1 python packages/workshop/tests/teach/reference/same_network.py pytorch

The first one also writes ``shipped/same-network.npz``: the probabilities that the shipped networks, dense
and with convolutions, give to the first 200 test digits. Both write into ``recorded/same-network.json``.
Theano compiles in an empty folder, as it does the first time on a machine, and again in a new process.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
import tempfile
import time
from typing import Any

import numpy as np

from workshop.teach import checkpoints, data, recordings

COUNT, SIZE, STEPS = 200, 128, 200


def spent() -> float:
    """Return the processor seconds of this process and of the compilers that it waited for."""
    return sum(os.times()[:4])


def timed(step: Any) -> dict[str, float]:
    """Return the processor milliseconds of one step, as the median over ten groups of steps."""
    times = []
    for _ in range(10):
        started = time.process_time()
        for _ in range(STEPS // 10):
            step()
        times.append(1000 * (time.process_time() - started) / (STEPS // 10))
    return {"step_ms": round(float(np.median(times)), 2)}


def theano_piece(*, outputs: bool) -> dict[str, Any]:
    """Build, compile and time the dense network in Theano and Lasagne."""
    import lasagne
    import lasagne.layers as L  # noqa: N812
    import theano
    import theano.tensor as T  # noqa: N812

    digits = data.load_mnist(train=SIZE, test=COUNT)
    x, y = T.tensor4("X"), T.ivector("y")
    started = spent()
    layer = L.InputLayer((None, 1, 28, 28))
    for _ in range(2):
        layer = L.DropoutLayer(L.DenseLayer(layer, 400), p=0.3)
    network = L.DenseLayer(layer, 10, nonlinearity=lasagne.nonlinearities.softmax)
    loss = T.nnet.categorical_crossentropy(L.get_output(network, x), y).mean()
    weights = L.get_all_params(network, trainable=True)
    step = theano.function([x, y], loss, updates=lasagne.updates.adam(loss, weights))
    step(*digits[:2])
    piece: dict[str, Any] = {"first_step_seconds": round(spent() - started, 2)}
    piece |= timed(lambda: step(*digits[:2]))
    wrong = theano.function([x], T.dot(x.flatten(2), theano.shared(np.zeros((700, 10), "float32"))))
    try:
        wrong(digits.test_images[:2])
    except ValueError as error:
        piece["wrong_shape"] = str(error).splitlines()[0]
    if outputs:
        predict = theano.function([x], L.get_output(network, x, deterministic=True))
        L.set_all_param_values(network, checkpoints.load(checkpoints.SHIPPED / "mlp-full.npz")[0])
        convolutions = L.MaxPool2DLayer(L.Conv2DLayer(L.InputLayer((None, 1, 28, 28)), 16, 5), 2)
        convolutions = L.MaxPool2DLayer(L.Conv2DLayer(convolutions, 32, 5), 2)
        convolutions = L.DropoutLayer(L.DenseLayer(convolutions, 128), 0.5)
        convolutions = L.DenseLayer(convolutions, 10, nonlinearity=lasagne.nonlinearities.softmax)
        L.set_all_param_values(convolutions, checkpoints.load(checkpoints.SHIPPED / "cnn-full.npz")[0])
        look = theano.function([x], L.get_output(convolutions, x, deterministic=True))
        found = [predict(digits.test_images), look(digits.test_images)]
        facts = {"digits": COUNT, "made by": "Theano 1.0.5"}
        checkpoints.write(checkpoints.SHIPPED / "same-network.npz", found, facts)
    return piece


def pytorch_piece() -> dict[str, Any]:
    """Build and time the same network in PyTorch."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    digits = data.load_mnist(train=SIZE, test=COUNT)
    images = torch.from_numpy(digits.train_images)
    labels = torch.from_numpy(digits.train_labels).long()
    started = spent()
    hidden = [
        nn.Linear(784, 400),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(400, 400),
        nn.ReLU(),
        nn.Dropout(0.3),
    ]
    network = nn.Sequential(nn.Flatten(), *hidden, nn.Linear(400, 10))
    optimiser = torch.optim.Adam(network.parameters())

    def step() -> None:
        optimiser.zero_grad()
        nn.functional.cross_entropy(network(images), labels).backward()
        optimiser.step()

    step()
    return {"first_step_seconds": round(spent() - started, 2)} | timed(step)


def main() -> None:
    """Measure in this environment, and write the pieces down."""
    if sys.argv[1] == "piece":
        print(json.dumps(theano_piece(outputs=False)))
        return
    pieces = {}
    if sys.argv[1] == "theano":
        with tempfile.TemporaryDirectory() as folder:
            again = {**os.environ, "THEANO_FLAGS": f"base_compiledir={folder}"}
            for name in ("theano, first time", "theano, again"):
                told = subprocess.check_output([sys.executable, __file__, "piece"], env=again, text=True)
                pieces[name] = json.loads(told.splitlines()[-1])
        theano_piece(outputs=True)
    else:
        pieces["pytorch"] = pytorch_piece()
    file = recordings.FOLDER / "same-network.json"
    before = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    day = datetime.date.today().isoformat()
    found = before | {name: {**piece, "day": day} for name, piece in pieces.items()}
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
