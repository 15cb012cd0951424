"""What the lessons of chapter 1 tell beside their own runs, recorded: three seeds of each.

The dense network with one of its five changes taken back; forty plain blocks that learn four times as long,
all kinds of blocks at three depths, and networks with a block cut out; the convolutional twins that learn
five times as long, or from ten times as many pictures: all by the cells of the notebooks, their exercises
solved. And what one task takes of memory in Theano and in Keras, each in its own process. From a checkout::

    python -m workshop.teach.ablations.recording      # in the environment theano, then in tensorflow
    python -m workshop.teach.ablations.recording --again dense/all …      # these anew

What is recorded lies in ``recorded.json`` beside this file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.teach import batches, recordings, training
from workshop.teach.ablations import footprint
from workshop.teach.recordings import Piece

FILE = Path(__file__).with_name("recorded.json")
COMMAND = "python -m workshop.teach.ablations.recording"
UNKNOWN = f"not recorded yet; {COMMAND} does it, in a checkout"
SEEDS = (1, 2, 3)
LIBRARIES = {"Theano": "theano", "Keras": "tensorflow"}
"""Whose memory is compared, and the library that an environment must have for it."""

DENSE = Path("1-mnist/10-mlp.ipynb")
DENSE_CELLS = ("parameters", "imports", "look-at-data", "logistic", "build")
CHANGES: Mapping[str, Mapping[str, Any]] = {
    "all five": {},
    "one hidden layer": {"hidden": [400]},
    "no dropout": {"dropout": 0.0},
    "plain descent for Adam": {"optimiser": "sgd", "plan": batches.warm_up_then_down(0.3)},
    "a constant rate": {"plan": batches.constant(0.001)},
    "5 epochs, not 14": {"epochs": 5},
}
"""The network of the lesson, and what is otherwise when one of its five changes is taken back."""

DEEP = Path("1-mnist/40-residual.ipynb")
DEEP_CELLS = ("parameters", "imports", "exercise-block", "network", "compile", "exercise-he", "begin")
DEEP_BLOCKS, DEEP_EPOCHS = 40, 12
SWEEP_CELLS = (*DEEP_CELLS, "plan", "sweep", "exercise-without", "cut")
NORMALISED_CELLS = ("exercise-normalise", "normalised", "compile-normalised", "ways-normalised")
DEPTHS = (1, 16, DEEP_BLOCKS)
"""Blocks of the networks of each kind, as in the lesson."""
BY_DEPTH = (
    "plain, He's noise",
    "plain, normalised",
    "plus sign, He's noise",
    "plus sign, normalised (He)",
    "residual",
)
SHALLOW = 5
CUT = {"plain, He's noise": SHALLOW, "plus sign, He's noise": SHALLOW, "residual": SHALLOW}
"""Kinds and blocks of the equally deep networks out of which a block is cut; forty residual ones follow."""

TWINS = Path("1-mnist/45-residual-convolutions.ipynb")
TWINS_CELLS = (
    "parameters",
    "imports",
    "exercise-join",
    "exercise-maps",
    "exercise-halve",
    "block",
    "network",
    "compile",
    "begin",
    "rate",
    "train-one",
)
TWINS_EPOCHS = 20
LONGER = (("plain", 9), ("plain", 2), ("residual", 9), ("residual", 2))
"""Kind and n of the twins that learn for longer; 6n + 2 layers."""
MANY, MANY_EPOCHS = 30_000, 2
"""Pictures of the twins that see more of them, and how often: as many steps as twenty epochs of 3,000."""
FROM_MANY = (("residual", 2),)


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def _of(pieces: Mapping[str, Piece], kind: str) -> list[Piece]:
    return [pieces[f"{kind}/{seed}"] for seed in SEEDS if f"{kind}/{seed}" in pieces]


def _told(errors: Iterable[float]) -> str:
    return ", ".join(f"{error:.2%}" for error in errors)


def _with_beginnings(told: list[str], counts: Iterable[int]) -> list[str]:
    """Add to the lines of a table how many beginnings stand behind its rows, where these are not yet all."""
    if not told:
        return [UNKNOWN]
    fewest = min(counts)
    if fewest == len(SEEDS):
        return told
    said = "so small differences say nothing yet" if fewest == 1 else "the fewest of any row"
    return [*told, f"recorded from {fewest} of {len(SEEDS)} beginnings, {said}; {COMMAND} adds the others"]


def dense(pieces: Mapping[str, Piece]) -> list[str]:
    """Say what the dense network gets wrong of the test when one change is taken back, seed by seed."""
    rows = [(change, [piece["error"] for piece in _of(pieces, f"dense/{change}")]) for change in CHANGES]
    told = [
        f"{change:24}{np.mean(errors):.2%} wrong, seed by seed {_told(errors)}"
        for change, errors in rows
        if errors
    ]
    return _with_beginnings(told, [len(errors) for _, errors in rows if errors])


def deep(pieces: Mapping[str, Piece]) -> list[str]:
    """Say what forty plain blocks get wrong of the digits that they learnt from, after more time."""
    errors = [piece["learnt"] for piece in _of(pieces, "deep/plain")]
    told = f"forty plain blocks, {DEEP_EPOCHS} epochs: wrong of what they learnt from {_told(errors)}"
    return _with_beginnings([told] if errors else [], [len(errors)])


def by_depth(pieces: Mapping[str, Piece]) -> dict[str, npt.NDArray[np.float64]]:
    """Return the test errors of each kind of network of *Residual*: (seeds, depths)."""
    found = [piece["errors"] for piece in _of(pieces, "depths")]
    return {kind: np.array([errors[kind] for errors in found]) for kind in (found[0] if found else ())}


def depths(pieces: Mapping[str, Piece], kinds: Iterable[str] | None = None) -> list[str]:
    """Say what each kind of network gets wrong of the test at each depth: mean, lowest and highest.

    ``kinds``: of these alone, in their order.
    """
    told = [f"{'blocks':28}" + "".join(f"{depth:<24}" for depth in DEPTHS).rstrip()]
    errors = by_depth(pieces)
    for kind in errors if kinds is None else (kind for kind in kinds if kind in errors):
        each = errors[kind]
        row = (f"{of.mean():.1%} ({of.min():.1%} to {of.max():.1%})" for of in each.T)
        told.append(f"{kind:28}" + "".join(f"{part:24}" for part in row).rstrip())
    return _with_beginnings(told if errors else [], [len(_of(pieces, "depths"))])


def cuts(pieces: Mapping[str, Piece]) -> list[str]:
    """Say what networks get wrong of the test whole, and without one block: median and worst block."""
    told, found = [], _of(pieces, "cut")
    for name in found[0]["without"] if found else ():
        whole = [piece["whole"][name] for piece in found]
        middle, worst = ([of(piece["without"][name]) for piece in found] for of in (np.median, max))
        line = f"{name:34}whole {_rounded(whole)}; without a block {_rounded(middle)}"
        told.append(f"{line}, without the worst {_rounded(worst)}")
    return _with_beginnings(told, [len(found)])


def _rounded(errors: Iterable[float]) -> str:
    return ", ".join(f"{error:.0%}" for error in errors)


def _tenths(errors: Iterable[float]) -> str:
    return ", ".join(f"{error:.1%}" for error in errors)


def twins(pieces: Mapping[str, Piece], of: str = "twins") -> list[str]:
    """Say what the convolutional twins get wrong of what they learnt from, after more time.

    Or, with ``of="pictures"``, after as many steps with ten times as many pictures.
    """
    told, counts = [], []
    for kind, n in LONGER:
        if found := _of(pieces, f"{of}/{kind}-{6 * n + 2}"):
            learnt, test = ([piece[part] for piece in found] for part in ("learnt", "test"))
            counts.append(len(found))
            told.append(
                f"{kind:9}{6 * n + 2:3} layers: wrong {np.mean(learnt):.1%} of what it learnt from "
                f"({_tenths(learnt)}), {np.mean(test):.1%} of the test ({_tenths(test)})"
            )
    return _with_beginnings(told, counts)


def megabytes(pieces: Mapping[str, Piece]) -> dict[str, float]:
    """Return what the same task takes of memory, by library."""
    return {library: pieces[f"memory/{library}"]["mb"] for library in LIBRARIES}


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces in the order of their worth."""
    found: dict[str, Callable[[], Piece]] = {
        f"memory/{library}": partial(_memory, library) for library in LIBRARIES
    }
    for seed in SEEDS:
        for kind, n in LONGER:
            found[f"twins/{kind}-{6 * n + 2}/{seed}"] = partial(_twin, kind, n, seed)
        found[f"deep/plain/{seed}"] = partial(_deep, seed)
        found[f"depths/{seed}"] = partial(_depths, seed)
        found[f"cut/{seed}"] = partial(_cut, seed)
        for change in CHANGES:
            found[f"dense/{change}/{seed}"] = partial(_dense, change, seed)
    for seed in SEEDS:
        for kind, n in FROM_MANY:
            found[f"pictures/{kind}-{6 * n + 2}/{seed}"] = partial(_twin, kind, n, seed, MANY, MANY_EPOCHS)
    return found


def possible() -> dict[str, Callable[[], Piece]]:
    """Return those that this environment can make."""
    needs = {f"memory/{library}": module for library, module in LIBRARIES.items()}
    return {name: job for name, job in jobs().items() if find_spec(needs.get(name, "theano"))}


def _memory(library: str) -> Piece:
    return {"mb": footprint.measured(library.lower())}


def _dense(change: str, seed: int) -> Piece:
    """Train the last network of the lesson, one of its five changes taken back."""
    import lasagne

    names = recordings.play(DENSE, DENSE_CELLS, seed)
    how: dict[str, Any] = {"hidden": [400, 400], "dropout": 0.3, "optimiser": "adam", "epochs": 14}
    how |= {"plan": batches.warm_up_then_down(0.002), **CHANGES[change]}
    optimiser = getattr(lasagne.updates, how["optimiser"])
    step, predict = names["compiled"](names["build"](how["hidden"], how["dropout"]), optimiser)
    images, labels, test_images, truth = names["digits"]
    training.train(step, images, labels, epochs=how["epochs"], size=128, rate=how["plan"], seed=seed)
    return {"error": float(np.mean(predict(test_images).argmax(axis=1) != truth))}


def _deep(seed: int) -> Piece:
    """Train forty plain blocks with He's noise for longer than the lesson does."""
    names = recordings.play(DEEP, DEEP_CELLS, seed)
    names["begin"]("plain, He's noise", DEEP_BLOCKS, seed)
    images, labels = names["digits"][:2]
    plan = batches.warm_up_then_down(0.002)
    training.train(names["step"], images, labels, epochs=DEEP_EPOCHS, size=128, rate=plan, seed=seed)
    learnt = float(np.mean(names["predict"](images) != labels))
    return {"learnt": round(learnt, 4), "test": round(names["error"](), 4)}


def _depths(seed: int) -> Piece:
    """Train each kind of network of the lesson at each depth, as long as it does."""
    names = recordings.play(DEEP, (*SWEEP_CELLS, *NORMALISED_CELLS), seed)
    by_batch = names["BY_BATCH"]
    ways = {kind: by_batch if kind in names["NORMALISED"] else {} for kind in BY_DEPTH}
    errors = {
        kind: [round(names["learnt_error"](kind, depth, seed, **how), 4) for depth in DEPTHS]
        for kind, how in ways.items()
    }
    return {"errors": errors}


def _cut(seed: int) -> Piece:
    """Train the networks of the lesson out of which one block after the other is cut."""
    names = recordings.play(DEEP, SWEEP_CELLS, seed)
    whole, without = {}, {}
    for kind, blocks in (*CUT.items(), ("residual", DEEP_BLOCKS)):
        names["learnt_error"](kind, blocks, seed)
        network = [own.get_value() for own in names["weights"]]
        name = f"{kind}, {blocks} blocks"
        whole[name] = round(names["cut"](network, []) / 100, 4)
        without[name] = [round(names["cut"](network, [number]) / 100, 4) for number in range(blocks)]
    return {"whole": whole, "without": without}


def _twin(kind: str, n: int, seed: int, many: int = 3_000, epochs: int = TWINS_EPOCHS) -> Piece:
    """Train one of the convolutional twins for longer than the lesson does, or from more pictures."""

    def more(names: recordings.Names) -> None:
        names["fashion"] = names["data"].load_fashion(train=many, test=1_000)

    names = recordings.play(TWINS, TWINS_CELLS, seed, after={"imports": more})
    names["trained"](kind, n, seed, epochs)
    fashion, wrong = names["fashion"], names["wrong"]
    learnt = wrong(fashion.train_images[:3_000], fashion.train_labels[:3_000])
    return {
        "learnt": round(learnt, 4),
        "test": round(wrong(fashion.test_images, fashion.test_labels), 4),
    }


if __name__ == "__main__":
    recordings.main("what chapter 1 tells beside its own runs", FILE, possible())
