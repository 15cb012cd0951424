"""Trains the network that comes with the workshop and writes Shakespeare.

usage: python -m workshop.teach.charmodel.train --state FILE [--batches N] [--minutes M] [--out FILE]
       [--units N] [--seed N]

Training ends after ``--batches``. ``--minutes`` ends this run earlier and leaves everything in ``--state``,
from where the next run goes on as if nothing had been: the result depends on the number of batches, the
units and the seed alone. The learning rate stays as it is until ``FALL`` of all batches are left, then it
falls in a line to 0 (Hägele and others, 2024); so a run can be made shorter or longer until the fall begins.
What is shown on the way is about the ends of the plays that are learnt; the unseen plays are asked once, by
the network that is done. ``--out`` names the checkpoint that is written then, as float16.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from workshop.teach import checkpoints, plays
from workshop.teach.charmodel import files, scores
from workshop.teach.charmodel.alphabet import Alphabet, Ids
from workshop.teach.charmodel.network import Form, Network
from workshop.teach.charmodel.streams import Batch, windows

ROWS, STEPS, RATE = 64, 50, 0.004
FALL = 0.3
"""The share of all batches, at the end, over which the learning rate falls."""
REPORT = 250
"""Batches between two lines and two savings."""
ASKED = 100_000
"""Characters of the ends that a line is about; the last one is about all of them."""


def rate_at(done: int, batches: int) -> float:
    """Rise over the first 100 batches, stay, and fall over the last ones."""
    left = (batches - done) / (FALL * batches)
    return RATE * min(1.0, (done + 1) / 100, left)


class Training:
    """One training, which can be broken off after any batch and gone on with later."""

    def __init__(self, train: Ids, characters: int, units: int, seed: int) -> None:
        """Begin with a network that knows nothing."""
        self.ids, self.seed, self.done = train, seed, 0
        self.network = Network(Form(characters, units), seed)
        self.carried = self.network.start(ROWS)
        self._window = self._windows(0)

    def _windows(self, skipped: int) -> Any:
        """Yield the windows of one reading after the other, the first ``skipped`` of them unread."""
        a_reading = -(-((len(self.ids) - 1) // ROWS) // STEPS)
        number, skipped = divmod(skipped, a_reading)
        while True:
            start = int(np.random.default_rng((self.seed, number)).integers(len(self.ids)))
            for place, batch in enumerate(windows(self.ids, ROWS, STEPS, start=start)):
                if place >= skipped:
                    yield place == 0, batch
            number, skipped = number + 1, 0

    def step(self, batches: int) -> float:
        """Learn from the next batch, one of ``batches``; return its nats."""
        first, batch = next(self._window)
        state = self.network.start(ROWS) if first else self.carried
        loss, self.carried = self.network.learn(batch, rate_at(self.done, batches), state)
        self.done += 1
        return loss

    def save(self, file: Path) -> None:
        """Write everything that the next run needs."""
        memory = [own.get_value() for own in self.network.memory]
        checkpoints.write(file, [*self.network.values(), self.carried, *memory], {"done": self.done})

    def go_on(self, file: Path) -> None:
        """Take over what an earlier run left."""
        arrays, facts = checkpoints.load(file)
        batch = Batch(*np.zeros((2, 1, ROWS), np.int32))
        self.network.learn(batch, 0.0)  # compiles, and makes what Adam remembers
        count = len(self.network.weights)
        self.network.take(arrays[:count])
        self.carried = arrays[count]
        for own, value in zip(self.network.memory, arrays[count + 1 :], strict=True):
            own.set_value(value)
        self.done = int(facts["done"])
        self._window = self._windows(self.done)


def main(arguments: list[str] | None = None) -> None:
    """Do what the command line says."""
    asked = _arguments(arguments)
    texts = plays.corpus()
    alphabet = Alphabet.of([texts.train, texts.ends, texts.unseen])
    ids = {name: alphabet.encode(text) for name, text in asdict(texts).items()}
    training = Training(ids["train"], len(alphabet), asked.units, asked.seed)
    if asked.state.is_file():
        training.go_on(asked.state)
    until, losses = time.monotonic() + 60 * asked.minutes, []
    while training.done < asked.batches and time.monotonic() < until:
        losses.append(training.step(asked.batches))
        if training.done % REPORT == 0:
            nats = scores.mean_nats(training.network, ids["ends"][:ASKED])
            _say(batches=training.done, loss=np.mean(losses[-REPORT:]), ends=nats)
            training.save(asked.state)
    training.save(asked.state)
    if training.done >= asked.batches:
        told = {f"{name}_nats": scores.mean_nats(training.network, ids[name]) for name in ("ends", "unseen")}
        _say(batches=training.done, **told)
        if asked.out:
            more = {"batches": training.done, **{name: round(nats, 4) for name, nats in told.items()}}
            files.save(asked.out, training.network, alphabet, more, half=True)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(usage="".join((__doc__ or "").split("usage: ")[1].split("\n\n")[0]))
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--batches", type=int, default=3_250)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--units", type=int, default=384)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    return parser.parse_args(arguments)


def _say(**figures: Any) -> None:
    told = {name: round(float(value), 4) for name, value in figures.items()}
    print(json.dumps({**told, "cpu_seconds": round(time.process_time(), 1)}), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
