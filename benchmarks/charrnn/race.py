"""One engine's training of a character network, timed, in that engine's own environment.

    race.py ENGINE UNITS ROWS STEPS BATCHES

One thread, float32. Each batch is a whole step of learning: forward, backward, gradients clipped to a norm
of 5, Adam, the state carried on. Prints a JSON object: ``seconds`` (wall) and ``cpu_seconds`` for all
batches, ``characters`` that were read, ``losses`` (first and last), ``peak_rss_mb`` of the process (1 MB =
10⁶ bytes), ``version``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHARACTERS = 67
WARM_UP = 5
RATE, CLIP = 0.002, 5.0

Learn = Callable[[int], float]
"""Learn from the batch of this number; return its loss."""


def text(rows: int, steps: int, batches: int) -> Any:
    """Return ids (rows, length) that can be learnt: each depends on the one before, with some noise."""
    import numpy as np

    rng = np.random.default_rng(0)
    ids = rng.integers(CHARACTERS, size=(rows, steps * batches + 1))
    for place in range(1, ids.shape[1]):
        kept = rng.random(rows) < 0.7
        ids[kept, place] = (7 * ids[kept, place - 1] + 3) % CHARACTERS
    return ids


def by_theano(units: int, rows: int, steps: int, batches: int) -> tuple[Learn, str]:
    """Return ours."""
    import numpy as np
    import theano

    from workshop.teach.charmodel.network import Form, Network
    from workshop.teach.charmodel.streams import Batch

    network = Network(Form(CHARACTERS, units))
    ids = text(rows, steps, batches).T.astype(np.int32)
    state = network.start(rows)

    def learn(number: int) -> float:
        nonlocal state
        first = number * steps
        batch = Batch(
            np.ascontiguousarray(ids[first : first + steps]),
            np.ascontiguousarray(ids[first + 1 : first + steps + 1]),
        )
        loss, state = network.learn(batch, RATE, state)
        return loss

    return learn, f"Theano {theano.__version__}"


def by_torch(units: int, rows: int, steps: int, batches: int) -> tuple[Learn, str]:
    """Return PyTorch's GRU of the same size, fed with rows of the identity matrix."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(1)
    one_hot = nn.Embedding.from_pretrained(torch.eye(CHARACTERS))
    gru, answer = nn.GRU(CHARACTERS, units), nn.Linear(units, CHARACTERS)
    weights = [*gru.parameters(), *answer.parameters()]
    adam = torch.optim.Adam(weights, lr=RATE)
    ids = torch.from_numpy(text(rows, steps, batches).T.copy())
    state = torch.zeros(1, rows, units)

    def learn(number: int) -> float:
        nonlocal state
        first = number * steps
        shown, end = gru(one_hot(ids[first : first + steps]), state)
        wanted = ids[first + 1 : first + steps + 1].reshape(-1)
        loss = nn.functional.cross_entropy(answer(shown).reshape(-1, CHARACTERS), wanted)
        adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, CLIP)
        adam.step()
        state = end.detach()
        return float(loss.item())

    return learn, f"torch {torch.__version__}"


ENGINES = {"theano": by_theano, "torch": by_torch}


def peak_rss_mb() -> float:
    """Return the most memory that this process has held, in MB; its ``ru_maxrss`` may be its parent's."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    return round(int(line.split()[1]) * 1024 / 1e6, 1)


def race(engine: str, units: int, rows: int, steps: int, batches: int) -> dict[str, Any]:
    """Warm up, then time all batches together."""
    learn, version = ENGINES[engine](units, rows, steps, WARM_UP + batches)
    losses = [learn(number) for number in range(WARM_UP)]
    started, busy = time.perf_counter(), time.process_time()
    losses += [learn(number) for number in range(WARM_UP, WARM_UP + batches)]
    return {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - busy,
        "characters": rows * steps * batches,
        "losses": [losses[0], losses[-1]],
        "peak_rss_mb": peak_rss_mb(),
        "version": version,
    }


def main() -> None:
    """Do what the command line says."""
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    engine, *numbers = sys.argv[1:]
    units, rows, steps, batches = map(int, numbers)
    print(json.dumps(race(engine, units, rows, steps, batches)))


if __name__ == "__main__":
    main()
