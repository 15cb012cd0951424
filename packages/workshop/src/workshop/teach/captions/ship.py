"""Train the network that comes with the lesson *Say what you see*, longer than a lesson may.

    python -m workshop.teach.captions.ship --state FILE --batches 2250 --out SHIPPED/captions.npz

The learning rate stays as it is until the last third of the batches, then falls in a line to 0. ``--minutes``
ends this run earlier and leaves everything in ``--state``, from where the next run goes on: what comes out
depends on the number of batches, their size and the seed alone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from workshop.teach import checkpoints
from workshop.teach.captions import scenes, scores
from workshop.teach.captions.network import FILTERS, UNITS, Captioner

RATE, FALL, WARM = 0.002, 1 / 3, 200
REPORT = 500
"""Batches between two lines and two savings."""


def rate_at(done: int, batches: int) -> float:
    """Rise over the first steps, stay, and fall over the last third."""
    return RATE * min(1.0, (done + 1) / WARM, (batches - done) / (FALL * batches))


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, write the file and say how good it is."""
    asked = _arguments(arguments)
    known, new = scenes.load_things("train", asked.most), scenes.load_things("t10k", asked.most)
    captioner, done = Captioner(FILTERS, UNITS, asked.seed), 0
    if asked.state.is_file():
        arrays, facts = checkpoints.load(asked.state)
        for own, value in zip(captioner.memory, arrays, strict=True):
            own.set_value(value.astype(own.dtype))
        done = int(facts["done"])
    until, losses = time.monotonic() + 60 * asked.minutes, []
    while done < asked.batches and time.monotonic() < until:
        batch = scenes.scenes(known, asked.size, np.random.default_rng((asked.seed, done)))
        losses.append(captioner.learn(batch, rate_at(done, asked.batches)))
        done += 1
        if done % REPORT == 0 or done == asked.batches or time.monotonic() >= until:
            _save(asked.state, captioner, done)
            told = figures(captioner, new, 300)
            print(done, f"{np.mean(losses[-REPORT:]):.4f}", told, f"{time.process_time():.0f} s", flush=True)
    if done >= asked.batches and asked.out:
        told = {"batches": done, **figures(captioner, new, asked.scenes)}
        checkpoints.write(asked.out, checkpoints.halved(captioner.values()), told)
        print(f"{asked.out}: {checkpoints.describe(told)}")


def figures(captioner: Captioner, new: scenes.Things, count: int) -> dict[str, float]:
    """Return the share of exact sentences on new pictures, and on held-out triples."""
    told = {}
    for name, held_out in (("exact", False), ("held_out", True)):
        asked = scenes.scenes(new, count, np.random.default_rng(99), held_out=held_out)
        told[name] = round(scores.exact(captioner.tell(asked.images)[0], asked.sentences), 4)
    return told


def _save(state: Path, captioner: Captioner, done: int) -> None:
    checkpoints.write(state, [own.get_value() for own in captioner.memory], {"done": done})


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--state", type=Path, required=True, metavar="FILE")
    parser.add_argument("--batches", type=int, default=2_250)
    parser.add_argument("--size", type=int, default=32, help="scenes a batch (%(default)s)")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--most", type=int, default=60_000, help="pictures of each data set (%(default)s)")
    parser.add_argument("--scenes", type=int, default=2000, help="to ask in the end (%(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, metavar="FILE")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
