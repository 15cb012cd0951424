"""Ten detectors with other seeds, and with another loss, recorded.

It runs the cells of the notebook themselves, its exercises solved. From a checkout, in the environment
theano::

    python -m workshop.teach.anomaly.recording                       # all that is missing
    python -m workshop.teach.anomaly.recording --again seeds/2 …     # these anew

What is recorded lies in ``recorded.json`` beside this file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median

from workshop.teach import recordings
from workshop.teach.recordings import Names, Piece

COMMAND = "python -m workshop.teach.anomaly.recording"
FILE = Path(__file__).with_name("recorded.json")
NOTEBOOK = Path("7-make/10-anomaly.ipynb")
DEFINE = (
    "parameters",
    "imports",
    "parts",
    "exercise-auc",
    "components",
    "exercise-rebuilt",
    "remains",
    "network",
    "compile",
    "train-one",
    "exercise-forgiving",
)
"""The cells that every piece runs first, in their order."""
JUDGE = ("ten", "table", "nine")
SEEDS = (1, 2, 3)
MEASURES = ("mean_auc", "pca_mean_auc", "gained_by_the_score", "gained_by_the_network")


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def lines(pieces: Mapping[str, Piece]) -> list[str]:
    """Say what was recorded: each seed, and what the networks gain when they learn by the squared error."""
    told = []
    for seed, piece in _seeds(pieces).items():
        ahead = piece["ahead"]
        told.append(
            f"seed {seed}: networks {piece['mean_auc']:.4f}, components {piece['pca_mean_auc']:.4f}; "
            f"gained by the score {piece['gained_by_the_score']:.4f}, "
            f"by the networks {piece['gained_by_the_network']:.4f}; "
            f"score less network {sum(ahead) / len(ahead):+.4f} ± {piece['half']:.4f}, ahead for "
            f"{sum(each > 0 for each in ahead)} of {len(ahead)} digits"
        )
    if other := pieces.get("squared/1"):
        told.append(
            "seed 1, learning by the squared error: gained by the networks "
            f"{other['gained_by_the_network']:.4f}"
        )
    return [*told, f"recorded {recordings.days(pieces)}; {COMMAND} does it again"] if told else []


def away(pieces: Mapping[str, Piece], auc: float) -> float | None:
    """Return how far a run's mean AUC lies from the median of the recorded seeds; None without any."""
    found = [piece["mean_auc"] for piece in _seeds(pieces).values()]
    return abs(auc - median(found)) if found else None


def _seeds(pieces: Mapping[str, Piece]) -> dict[int, Piece]:
    return {seed: pieces[f"seeds/{seed}"] for seed in SEEDS if f"seeds/{seed}" in pieces}


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces, each as what makes it."""
    found: dict[str, Callable[[], Piece]] = {f"seeds/{seed}": partial(_judged, seed) for seed in SEEDS}
    return found | {"squared/1": partial(_judged, 1, squared=True)}


def _judged(seed: int, *, squared: bool = False) -> Piece:
    """Let ten networks and ten sets of components judge, as the lesson does."""
    other = {"compile": _learn_by_squares} if squared else {}
    names = recordings.play(NOTEBOOK, (*DEFINE, *JUDGE), seed, after=other)
    means, best = names["means"], names["best"]
    score, network = names["by_score"], names["by_network_alone"]
    values = (
        means["autoencoder"][best["autoencoder"]],
        means["components"][best["components"]],
        score,
        network,
    )
    piece: Piece = {name: round(float(value), 4) for name, value in zip(MEASURES, values, strict=True)}
    piece |= {"half": round(float(names["half"]), 4)}
    piece |= {name: [round(float(each), 4) for each in names[name]] for name in ("ahead", "fooled")}
    piece |= {"left_out": [round(float(row[-1]), 4) for row in names["left_out"]]}
    return piece | {"train_cpu_seconds": round(names["train_cpu_seconds"], 1)}


def _learn_by_squares(names: Names) -> None:
    """Give the network the squared error, by which it is judged, in place of the cross-entropy."""
    import lasagne
    import theano
    from theano import tensor

    loss = tensor.sqr(names["again"] - names["X"]).sum(axis=1).mean()
    weights = lasagne.layers.get_all_params(names["network"], trainable=True)
    updates = lasagne.updates.adam(loss, weights, names["rate"])
    names["step"] = theano.function([names["X"], names["rate"]], loss, updates=updates)
    names["memories"] = names["step"].get_shared()
    names["beginning"] = [numbers.get_value() for numbers in names["memories"]]


if __name__ == "__main__":
    recordings.main("other seeds of the lesson on anomaly detection", FILE, jobs())
