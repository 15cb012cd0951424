"""What is recorded for the lesson *Fine-tuning*: Theano's outputs, and a training from nothing.

Run it in the environment ``theano``, then in ``pytorch``, on one machine, with one thread::

    OPENBLAS_NUM_THREADS=1 python packages/workshop/tests/teach/reference/fine_tuning.py theano
    OMP_NUM_THREADS=1 python packages/workshop/tests/teach/reference/fine_tuning.py pytorch EPOCHS SEED

The first one writes ``shipped/efficientnet-outputs.npz``: the scores of Lasagne's network for the first few
photographs of the data set ``things``. The second one trains the lesson's own network, from its notebook,
from random weights on one half of the photographers, and tests on the other; it writes a piece into
``recorded/fine-tuning.json``.
"""

from __future__ import annotations

import datetime
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from workshop.teach import checkpoints, recordings
from workshop.teach.imagenet.transfer import things

COUNT, SIZE, RATE = 3, 8, 1e-3
NOTEBOOK = Path(__file__).parents[5] / "notebooks/3-commerce/20-fine-tuning.ipynb"
CELLS = ("imports", "photographs", "halves", "blocks", "network", "weights")
"""The cells of the lesson that make its data and its network."""


def theano_outputs() -> None:
    """Write the scores of Lasagne's network for a few photographs."""
    from workshop.teach import imagenet

    network = imagenet.open_network("efficientnet-lite0")
    batch = np.concatenate(
        [network.preprocess(each.picture) for each in things.open_things(["fishes"])[:COUNT]]
    )
    scores = network.activations(batch, ["logits"])["logits"]
    checkpoints.write(
        checkpoints.SHIPPED / "efficientnet-outputs.npz",
        [np.asarray(scores, np.float32)],
        {"photographs": COUNT, "made by": "Theano 1.0.5"},
    )


def from_nothing(epochs: int, seed: int) -> dict[str, Any]:
    """Train the lesson's network from random weights on the photographs of one half."""
    cells = {each["id"]: "".join(each["source"]) for each in json.loads(NOTEBOOK.read_bytes())["cells"]}
    lesson: dict[str, Any] = {"PROFILE": "full", "SEED": seed, "MY_FOLDER": "", "display": print}
    for name in CELLS:
        exec(cells[name], lesson)
    torch, functional = lesson["torch"], lesson["F"]
    images, labels, half = lesson["images"], lesson["labels"], lesson["half"]
    torch.manual_seed(seed)
    network = lesson["Network"](len(lesson["CLASSES"]))
    known, held = (torch.from_numpy(np.flatnonzero(half == number)) for number in (1, 0))
    steps = epochs * -(-len(known) // SIZE)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.01)
    decay = torch.optim.lr_scheduler.LinearLR(optimiser, 1, 0.02, steps)
    started = time.process_time()
    network.train()
    for _ in range(epochs):
        for batch in known[torch.randperm(len(known))].split(SIZE):
            optimiser.zero_grad()
            functional.cross_entropy(network(images[batch]), labels[batch]).backward()
            optimiser.step()
            decay.step()
    seconds = time.process_time() - started
    network.eval()
    with torch.no_grad():
        answers = {
            name: network(images[some]).argmax(dim=1) for name, some in (("known", known), ("held", held))
        }
    frequent = labels[held].bincount().max().item() / len(held)
    return {
        "learnt": (answers["known"] == labels[known]).float().mean().item(),
        "held_out": (answers["held"] == labels[held]).float().mean().item(),
        "most_frequent": frequent,
        "photographs": len(held),
        "epochs": epochs,
        "rate": RATE,
        "batch": SIZE,
        "cpu_seconds": round(seconds),
    }


def main() -> None:
    """Record in this environment."""
    if sys.argv[1] == "theano":
        theano_outputs()
        return
    epochs, seed = map(int, sys.argv[2:])
    piece = {**from_nothing(epochs, seed), "day": datetime.date.today().isoformat()}
    file = recordings.FOLDER / "fine-tuning.json"
    before = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    pieces = dict(sorted({**before, f"from nothing/{seed}": piece}.items()))
    file.write_text(json.dumps(pieces, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
