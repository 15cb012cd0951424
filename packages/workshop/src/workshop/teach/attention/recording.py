"""The transformer that writes and the GRU beside it, and one layer beside two, with other seeds: recorded.

Transformer and GRU have the same plays and the same processor seconds. The transformer is that of the
notebook, by its own cells, the exercises solved; the GRU is that of ``workshop bench charrnn``, taught as in
the lesson on Shakespeare. They need two environments, and the transformers come first, because a GRU learns
for as long as the transformer of its seed::

    python -m workshop.teach.attention.recording       # in the environment tensorflow, then in theano
    python -m workshop.teach.attention.recording --again gru/2 …      # these anew

What is recorded lies in ``recorded.json`` beside this file.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

import numpy as np

from workshop.errors import WorkshopError
from workshop.teach import recordings
from workshop.teach.attention import muon
from workshop.teach.recordings import Names, Piece

COMMAND = "python -m workshop.teach.attention.recording"
FILE = Path(__file__).with_name("recorded.json")
NOTEBOOK = Path("7-make/40-attention.ipynb")
DEFINE = (
    "parameters",
    "imports",
    "exercise-attend",
    "texts",
    "network",
    "pieces",
    "exercise-layer",
    "plays",
    "writer",
    "writer-parts",
    "writer-teach",
)
"""The cells that a transformer needs, in their order; two of them for the sizes of the others."""
TRAIN = "train-writer"
LAYERS = (
    "parameters",
    "imports",
    "exercise-attend",
    "texts",
    "network",
    "pieces",
    "teach",
    "train",
    "exercise-shortcut",
    "fixed",
)
"""The cells that teach two layers, one, and one that meets a single period, and judge them."""
JUDGED = ("two_layers", "one_layer", "fixed_period", "fixed_elsewhere")
"""Letters told rightly: by two layers, by one, and by one that learnt at 24 only, at 24 and at 17."""

SEEDS = (1, 2, 3)
NAMES = {"writer": "transformer", "adam": "transformer without Muon", "gru": "GRU of 256 units"}
"""What is recorded, for people."""
ENDS = 30_000
"""Letters of the plays' ends that both are asked about, the first ones."""
ROWS, STEPS, PEAK, FORGET = 64, 50, 0.01, 0.05
"""The GRU's windows as in the benchmark, rates and forgetting as in the lesson on Shakespeare."""
MOMENTS = (0.25, 0.5, 0.75, 1.0)
"""When, as shares of the time, it is asked on the way, and about how much: as the transformer is."""
ASKED = 6_000


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def race(pieces: Mapping[str, Piece]) -> dict[str, Piece]:
    """Return the pieces of transformers and GRUs, which have a curve each."""
    return {name: piece for name, piece in pieces.items() if name.split("/")[0] in NAMES}


def _of(pieces: Mapping[str, Piece], kind: str) -> list[Piece]:
    return [pieces[f"{kind}/{seed}"] for seed in SEEDS if f"{kind}/{seed}" in pieces]


def below_gru(pieces: Mapping[str, Piece], nats: float | None = None) -> float | None:
    """Return by how many nats transformers are below GRUs, by medians; None until both are recorded.

    Args:
        pieces: What was recorded.
        nats: Of one transformer, in the place of those recorded.
    """
    grus, writers = ([piece["nats"] for piece in _of(pieces, kind)] for kind in ("gru", "writer"))
    writers = writers if nats is None else [nats]
    return float(median(grus) - median(writers)) if grus and writers else None


def lines(pieces: Mapping[str, Piece]) -> list[str]:
    """Say what was recorded of both, seed by seed."""
    told = []
    for kind, name in NAMES.items():
        if found := _of(pieces, kind):
            each = ", ".join(f"{piece['nats']:.3f}" for piece in found)
            seconds = ", ".join(f"{piece['train_cpu_seconds']:.0f}" for piece in found)
            letters = median(piece["letters"] for piece in found)
            told.append(
                f"recorded, {name}, {len(found)} seed{'s' * (len(found) > 1)}: {each} nats a letter; "
                f"{seconds} processor seconds, {letters / 1e6:.1f} million letters read"
            )
    if (below := below_gru(pieces)) is None:
        told.append(f"not recorded yet: the other of the two; {COMMAND} does it")
    else:
        told.append(f"the transformer is {below:+.3f} nats below the GRU, by medians")
    beside = race(pieces)
    return [*told, f"recorded {recordings.days(beside)}"] if beside else told


def show(pieces: Mapping[str, Piece]) -> Any:
    """Draw how both come down with the processor seconds, a curve a seed."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    for kind, colour in (("writer", "C0"), ("adam", "C2"), ("gru", "C1")):
        for number, piece in enumerate(_of(pieces, kind)):
            label = f"{NAMES[kind]}, recorded" if not number else None
            axes.plot(*zip(*piece["curve"], strict=True), "o-", color=colour, label=label, alpha=0.7)
    axes.set(xlabel="processor seconds of learning", ylabel="nats a letter, other text")
    axes.legend()
    plt.close(figure)
    return figure


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces in the order in which they are made."""
    found: dict[str, Callable[[], Piece]] = {f"writer/{seed}": partial(_writer, seed) for seed in SEEDS}
    found |= {f"adam/{seed}": partial(_writer, seed, matrices=False) for seed in SEEDS}
    found |= {f"layers/{seed}": partial(_layers, seed) for seed in SEEDS}
    return found | {f"gru/{seed}": partial(_gru, seed) for seed in SEEDS}


def possible() -> dict[str, Callable[[], Piece]]:
    """Return those that this environment can make."""
    return {
        name: job
        for name, job in jobs().items()
        if find_spec("theano" if name.startswith("gru/") else "tensorflow")
    }


def _adam(matrices: Sequence[Any], others: Sequence[Any], side: int) -> muon.Optimiser:
    """Return what learns all weights by Adam, in the place of the lesson's optimiser.

    At the rate that the lesson gives the tables: at half of it, it learns more slowly.
    """
    return muon.Optimiser([], [*matrices, *others], side)


def _writer(seed: int, *, matrices: bool = True) -> Piece:
    """Teach the lesson's transformer; its matrices by Muon, or everything by Adam."""
    other = {} if matrices else {"imports": _without_muon}
    names = recordings.play(NOTEBOOK, (*DEFINE, TRAIN), seed, after=other)
    history = names["writer_history"]
    curve = [(share * history.cpu_seconds, nats) for share, nats in zip(MOMENTS, history.errors, strict=True)]
    letters = names["WRITTEN"] * names["BATCH"] * names["LONG"]
    return _piece(history.cpu_seconds, names["writer_nats"], letters, curve)


def _without_muon(names: Names) -> None:
    """Let Adam teach everything."""
    names["muon"] = SimpleNamespace(Optimiser=_adam)


def _layers(seed: int) -> Piece:
    """Teach the lesson's small networks: two layers, one, and one that meets a single period only."""
    names = recordings.play(NOTEBOOK, LAYERS, seed)
    right, two, one = names["share_right"], names["two"], names["one"]
    shares = (right(two, 10, 24), right(one, 10, 24), names["fixed_period"], names["fixed_elsewhere"])
    piece: Piece = {what: round(share, 4) for what, share in zip(JUDGED, shares, strict=True)}
    return piece | {"train_cpu_seconds": round(names["two_history"].cpu_seconds, 1)}


def _gru(seed: int) -> Piece:
    """Teach the GRU for as many processor seconds; what it is asked on the way does not count."""
    if (beside := recorded().get(f"writer/{seed}")) is None:
        raise WorkshopError(f"record writer/{seed} first, in the environment tensorflow: a GRU has its time")
    from workshop.teach import plays
    from workshop.teach.charmodel import learning, scores
    from workshop.teach.charmodel.alphabet import Alphabet
    from workshop.teach.charmodel.network import Form, Network
    from workshop.teach.charmodel.streams import Batch, Floats, windows

    texts = plays.corpus()
    alphabet = Alphabet.of(texts.train, unknown=True)
    learnt, ends = alphabet.encode(texts.train), alphabet.encode(texts.ends[:ENDS])
    network, allowed = Network(Form(len(alphabet)), seed), beside["train_cpu_seconds"]
    network.learn(next(windows(learnt, ROWS, STEPS)), 0.0)  # compiles
    scores.mean_nats(network, ends[:ASKED], rows=8)
    dice, speed = np.random.default_rng(seed), learning.falling(PEAK)
    state: Floats | None = None
    spent, batches = 0.0, 0
    curve: list[tuple[float, float]] = []
    left: Iterator[Batch] = iter(())
    while spent < allowed:
        began = time.process_time()
        if (batch := next(left, None)) is None:
            left, state = windows(learnt, ROWS, STEPS, start=int(dice.integers(len(learnt)))), None
            batch = next(left)
        if state is not None:
            state = state * (dice.random((ROWS, 1)) >= FORGET).astype(np.float32)
        _, state = network.learn(batch, speed(int(100 * spent), int(100 * allowed)), state)
        spent, batches = spent + time.process_time() - began, batches + 1
        if spent >= MOMENTS[len(curve)] * allowed:
            curve.append((spent, scores.mean_nats(network, ends[:ASKED], rows=8)))
    return _piece(spent, scores.mean_nats(network, ends, rows=8), batches * ROWS * STEPS, curve)


def _piece(seconds: float, nats: float, letters: int, curve: Iterable[tuple[float, float]]) -> Piece:
    return {
        "train_cpu_seconds": round(seconds, 1),
        "nats": round(nats, 4),
        "letters": letters,
        "curve": [[round(second, 1), round(value, 3)] for second, value in curve],
    }


if __name__ == "__main__":
    recordings.main("the transformer of the lesson on attention, and the GRU beside it", FILE, possible())
