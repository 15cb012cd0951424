"""Trains the network that comes with the workshop and writes Shakespeare.

usage: python -m workshop.teach.charmodel.train --state FILE [--batches N] [--minutes M] [--out FILE]
       [--units N] [--seed N]

Training ends after ``--batches``. ``--minutes`` ends this run earlier and leaves everything in ``--state``,
from where the next run goes on as if nothing had been: the result depends on the number of batches, the
units and the seed alone. The learning rate stays as it is, so that a run can be made shorter or longer on
the way; in place of letting it fall, the weights at the last few reports are averaged (Polyak and Juditsky,
1992; Izmailov and others, 2018). ``--out`` names the checkpoint that is written at the end, as float16.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from workshop.teach import checkpoints, plays
from workshop.teach.charmodel import files, scores
from workshop.teach.charmodel.alphabet import Alphabet, Ids
from workshop.teach.charmodel.network import Form, Network
from workshop.teach.charmodel.streams import Batch, Floats, windows

ROWS, STEPS, RATE = 64, 50, 0.004
REPORT = 250
"""Batches between two lines and two savings."""
AVERAGED = 4
"""Reports whose weights are averaged at the end."""
ASKED = 100_000
"""Characters of the validation text that a line is about; the last one is about all of it."""


def rate_at(done: int) -> float:
    """Rise over the first 100 batches, then stay."""
    return RATE * min(1.0, (done + 1) / 100)


class Training:
    """One training, which can be broken off after any batch and gone on with later."""

    def __init__(self, train: Ids, characters: int, units: int, seed: int) -> None:
        """Begin with a network that knows nothing."""
        self.ids, self.seed, self.done = train, seed, 0
        self.network = Network(Form(characters, units), seed)
        self.carried = self.network.start(ROWS)
        self.recent: list[list[Floats]] = []
        """The weights at the last reports."""
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

    def step(self) -> float:
        """Learn from the next batch; return its nats."""
        first, batch = next(self._window)
        state = self.network.start(ROWS) if first else self.carried
        loss, self.carried = self.network.learn(batch, rate_at(self.done), state)
        self.done += 1
        if self.done % REPORT == 0:
            self.recent = [*self.recent, self.network.values()][-AVERAGED:]
        return loss

    def average(self) -> None:
        """Put the mean of the recent weights into the network."""
        if self.recent:
            self.network.take([np.mean(values, axis=0) for values in zip(*self.recent, strict=True)])

    def save(self, file: Path) -> None:
        """Write everything that the next run needs."""
        memory = [own.get_value() for own in self.network.memory]
        recent = [value for values in self.recent for value in values]
        arrays = [*self.network.values(), self.carried, *recent, *memory]
        checkpoints.write(file, arrays, {"done": self.done, "recent": len(self.recent)})

    def go_on(self, file: Path) -> None:
        """Take over what an earlier run left."""
        arrays, facts = checkpoints.load(file)
        batch = Batch(*np.zeros((2, 1, ROWS), np.int32))
        self.network.learn(batch, 0.0)  # compiles, and makes what Adam remembers
        count, kept = len(self.network.weights), int(facts["recent"])
        self.network.take(arrays[:count])
        self.carried, rest = arrays[count], arrays[count + 1 :]
        self.recent = [rest[number * count : (number + 1) * count] for number in range(kept)]
        for own, value in zip(self.network.memory, rest[kept * count :], strict=True):
            own.set_value(value)
        self.done = int(facts["done"])
        self._window = self._windows(self.done)


def main(arguments: list[str] | None = None) -> None:
    """Do what the command line says."""
    asked = _arguments(arguments)
    texts = plays.corpus()
    alphabet = Alphabet.of([texts.train, texts.validation])
    validation = alphabet.encode(texts.validation)
    training = Training(alphabet.encode(texts.train), len(alphabet), asked.units, asked.seed)
    if asked.state.is_file():
        training.go_on(asked.state)
    ends, losses = time.monotonic() + 60 * asked.minutes, []
    while training.done < asked.batches and time.monotonic() < ends:
        losses.append(training.step())
        if training.done % REPORT == 0:
            nats = scores.mean_nats(training.network, validation[:ASKED])
            _say(batches=training.done, loss=np.mean(losses[-REPORT:]), validation=nats)
            training.save(asked.state)
    training.save(asked.state)
    if training.done >= asked.batches:
        training.average()
        nats = scores.mean_nats(training.network, validation)
        _say(batches=training.done, validation=nats)
        if asked.out:
            more = {"batches": training.done, "validation_nats": round(nats, 4)}
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
