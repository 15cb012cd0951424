"""Games that take longer than the lesson, recorded: other seeds, single remedies, convolutions, painters.

It runs the cells of the two notebooks themselves, their exercises solved. In the environment of the lessons,
from a checkout::

    python -m workshop.teach.forging.recording                        # all that is missing
    python -m workshop.teach.forging.recording --again seeds/2 …      # these anew

What is recorded lies in ``recorded.json`` beside this file. ``seeds/2`` writes a picture for the slides, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from workshop.settings import CHECKOUT
from workshop.teach import checkpoints, recordings
from workshop.teach.recordings import Names, Piece

FILE = Path(__file__).with_name("recorded.json")
NOTEBOOK = Path("7-make/20-gan.ipynb")
TURNED = Path("7-make/25-turned-around.ipynb")

DEFINE = (
    "parameters",
    "imports",
    "exercise-losses",
    "players",
    "game",
    "forget",
    "play",
    "exercise-kinds",
    "exercise-slope",
    "exercise-follow",
    "mended",
    "digits",
    "judge",
    "show-digits",
    "large",
    "convolutions",
    "looker",
)
"""The cells that every piece of digits runs first, in their order."""
ON_THE_RING = (
    "parameters",
    "imports",
    "ring",
    "exercise-losses",
    "players",
    "game",
    "forget",
    "play",
    "alone",
    "exercise-kinds",
    "count-alone",
    "exercise-slope",
    "exercise-follow",
    "mended",
    "ring-remedies",
)
"""The cells of the games on the ring."""
PAINTED = (
    "parameters",
    "imports",
    "digits",
    "judge",
    "exercise-places",
    "painter",
    "teach-painter",
    "exercise-smaller",
    "forger",
    "judge-painted",
)
"""The cells of the sequel that teach a painter, and judge what it draws."""
AROUND = ("parameters", "imports", "digits", "judge", "losses", "exercise-turned", "around", "begin")
"""The cells of the sequel that make an autoencoder, with or without a game about its numbers."""
AROUND_ROUNDS = 4000
"""Rounds that it learns in the sequel."""
PLAYED = {"no detective": False, "adversarial": True}

SEEDS = (2, 3)
"""Seeds beside the first, with which the lesson itself plays."""
ALL_SEEDS = (1, *SEEDS)
"""Those of the short games, which are compared: all of them under the same conditions."""
ROUNDS = 300
"""How long the game of convolutions is, and the game of dense players beside it."""
AS_LONG = 750
"""Rounds of convolutions that take about as many processor seconds as the long game of dense players."""
GENTLE = 0.0005
"""A quarter of the dense players' rate; Radford and others took 0.0002."""
LONG_GAME = 25_000
"""Rounds of the lesson's long game of dense players."""
BESIDE = {
    "dense": "dense",
    "convolutions": "convolutions",
    "as-long": "convolutions, as long as the long game of dense players",
    "gentle": "the same, a quarter of the rate",
}
"""What is recorded of convolutions, and of dense players beside them, for people."""
MEASURES = ("kinds", "sure", "frechet")
PICTURE = CHECKOUT / "presentation/pictures/forged.webp"
"""How the forger of the first seed collapses: a row a forgery, a column a moment."""
ROWS = 5
RING_PLAYERS = ((16, 64, 64, 2), (2, 64, 64, 1))
"""Sizes of the players on the ring, which the lesson makes before the others."""


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def lines(pieces: Mapping[str, Piece]) -> list[str]:
    """Say what was recorded: seeds of the long game, remedies one at a time, convolutions."""
    told = []
    for seed in SEEDS:
        if piece := pieces.get(f"seeds/{seed}"):
            told.append(
                f"long game, seed {seed}: {piece['kinds']:.2f} kinds, distance {piece['frechet']:.1f} "
                f"(not averaged {piece['frechet_without_averaging']:.1f}); "
                f"remedy taken away: {piece['collapsed_kinds']:.2f} kinds, "
                f"the judge sure of {100 * piece['collapsed_sure']:.0f} %"
            )
    told += ring(pieces)
    tables = [pieces[f"remedies/{seed}"]["table"] for seed in ALL_SEEDS if f"remedies/{seed}" in pieces]
    if tables:
        told.append(f"short games, distance with {len(tables)} seed{'s' * (len(tables) > 1)}:")
        for name in tables[0]:
            told.append(f"  {name:20} " + ", ".join(f"{table[name]['frechet']:.0f}" for table in tables))
    for name, words in BESIDE.items():
        for seed in ALL_SEEDS:
            if piece := pieces.get(f"{name}/{seed}"):
                told.append(
                    f"{piece['rounds']} rounds, {words}, seed {seed}: {piece['kinds']:.2f} kinds, distance "
                    f"{piece['frechet']:.0f}, {piece['cpu_seconds']:.0f} processor seconds"
                )
    told += _cost(pieces)
    if told:
        told.append(f"recorded {recordings.days(pieces)}")
    return told


def ring(pieces: Mapping[str, Piece]) -> list[str]:
    """Say how many kinds the forger of the ring makes, in the median of eight moments, seed by seed."""
    rings = [pieces[f"ring/{seed}"]["kinds"] for seed in ALL_SEEDS if f"ring/{seed}" in pieces]
    if not rings:
        return []
    told = [f"the ring, median kinds of eight moments with {len(rings)} seed{'s' * (len(rings) > 1)}:"]
    return told + [f"  {name:20} " + ", ".join(f"{kinds[name]:.1f}" for kinds in rings) for name in rings[0]]


def remedies(pieces: Mapping[str, Piece]) -> list[str]:
    """Say what each remedy alone does to the distance of the short games, seed by seed."""
    tables = [pieces[f"remedies/{seed}"]["table"] for seed in ALL_SEEDS if f"remedies/{seed}" in pieces]
    if not tables:
        return []
    alone = ", ".join(f"{table['no remedy']['frechet']:.0f}" for table in tables)
    told = [f"short games (recorded), no remedy: distance {alone}; beside that, seed by seed:"]
    for name in tables[0]:
        if name != "no remedy":
            apart = [table[name]["frechet"] - table["no remedy"]["frechet"] for table in tables]
            kinds = ", ".join(f"{table[name]['kinds']:.1f}" for table in tables)
            told.append(f"  {name:20}" + "".join(f"{each:+6.0f}" for each in apart) + f"   kinds {kinds}")
    return told


def painted(pieces: Mapping[str, Piece]) -> list[str]:
    """Say how far the same digits are from real ones, by each way of drawing them, seed by seed."""
    found = [pieces[name]["distance"] for seed in ALL_SEEDS if (name := f"painter/{seed}") in pieces]
    if not found:
        return []
    many = f"{len(found)} painter{'s' * (len(found) > 1)} (recorded)"
    told = [f"distance from real digits, {many}:"]
    return told + [f"  {name:40}" + "  ".join(f"{one[name]:5.1f}" for one in found) for name in found[0]]


def around(pieces: Mapping[str, Piece]) -> list[str]:
    """Say what becomes of noise, as it is or with the digits' own mean and covariance: means of all seeds."""
    found = [pieces[name]["table"] for seed in ALL_SEEDS if (name := f"around/{seed}") in pieces]
    if not found:
        return []
    told = [f"noise made into digits, means of {len(found)} seed{'s' * (len(found) > 1)} (recorded):"]
    for way in found[0]:
        kinds, sure, far = (np.mean([one[way][name] for one in found]) for name in MEASURES)
        told.append(f"  {way:30}sure of {100 * sure:4.1f} of 100, {kinds:4.1f} kinds, distance {far:3.0f}")
    return told


def away(pieces: Mapping[str, Piece], table: Mapping[str, Mapping[str, float]], seed: int) -> float | None:
    """Return by which share a distance of the short games is off its record at most; None without one."""
    if (piece := pieces.get(f"remedies/{seed}")) is None:
        return None
    shares = [abs(table[name]["frechet"] / row["frechet"] - 1) for name, row in piece["table"].items()]
    return float(max(shares))


def _cost(pieces: Mapping[str, Piece]) -> list[str]:
    """Say what a round of convolutions costs, and so what this record cannot tell."""
    if not {"convolutions/1", "dense/1"} <= set(pieces):
        return []
    slow, quick = (
        pieces[f"{name}/1"]["cpu_seconds"] / pieces[f"{name}/1"]["rounds"]
        for name in ("convolutions", "dense")
    )
    return [
        f"a round of convolutions costs {slow / quick:.0f} times as much: {LONG_GAME:,} of them, a long "
        f"game, would take {LONG_GAME * slow / 60:.0f} minutes of a processor and were not played"
    ]


def namespace(seed: int) -> Names:
    """Run the cells that define the game and the digits, exercises solved; return their names."""
    return recordings.play(NOTEBOOK, DEFINE, seed, before={"large": _draw_the_ring})


def _draw_the_ring(names: Names) -> None:
    """Draw the ring's weights: one after the other, they come before those of the digits in the lesson."""
    for sizes in RING_PLAYERS:
        names["dense"](sizes)


def run(cell: str, names: Names) -> None:
    """Run one cell of the notebook, by its id, an exercise solved; what it prints is not shown."""
    recordings.run(NOTEBOOK, cell, names)


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces in the order of their worth, each as what makes it."""
    found: dict[str, Callable[[], Piece]] = {f"seeds/{seed}": partial(_long, seed) for seed in SEEDS}
    found |= {f"ring/{seed}": partial(_ring, seed) for seed in ALL_SEEDS}
    found |= {f"painter/{seed}": partial(_painter, seed) for seed in ALL_SEEDS}
    found |= {f"around/{seed}": partial(_around, seed) for seed in ALL_SEEDS}
    found |= {f"remedies/{seed}": partial(_remedies, seed) for seed in ALL_SEEDS}
    found |= {f"convolutions/{seed}": partial(_convolutions, seed) for seed in ALL_SEEDS}
    found |= {f"dense/{seed}": partial(_dense, seed) for seed in ALL_SEEDS}
    found |= {"as-long/1": partial(_convolutions, 1, AS_LONG)}
    return found | {
        f"gentle/{seed}": partial(_convolutions, seed, AS_LONG, rate=GENTLE) for seed in ALL_SEEDS
    }


def _long(seed: int) -> Piece:
    """Play the long game with all remedies, then go on without."""
    names = namespace(seed)
    run("long", names)
    run("collapse", names)
    if seed == SEEDS[0]:
        recordings.save_film([names["drawn"](made[:ROWS]) for made in names["film"]], PICTURE)
    final, collapsed = names["final"], names["collapsed"]
    figures = {name: final[name] for name in MEASURES}
    figures["frechet_without_averaging"] = names["facts"]["frechet_without_averaging"]
    figures["train_cpu_seconds"] = names["facts"]["cpu_seconds"]
    return _rounded(figures | {f"collapsed_{name}": collapsed[name] for name in ("kinds", "sure")})


def _ring(seed: int) -> Piece:
    """Play the four games on the ring, begun with other weights for each seed."""
    names = recordings.play(NOTEBOOK, ON_THE_RING, seed)
    return {"kinds": {name: round(float(np.median(curve)), 2) for name, curve in names["counts"].items()}}


def _painter(seed: int) -> Piece:
    """Teach the sequel's painter, and judge forgeries and real digits, each drawn in three ways."""
    names = recordings.play(TURNED, PAINTED, seed, after={"imports": _take_the_shipped_forger})
    return {"distance": {f"{whose}, {way}": round(far, 2) for (whose, way), far in names["distance"].items()}}


def _around(seed: int) -> Piece:
    """Make digits of noise as it is, and of noise with the mean and covariance of the digits' own numbers.

    As in the lesson, the noise is that of its own seed for all, and an autoencoder begins with ``seed``.
    """
    names = recordings.play(TURNED, AROUND, ALL_SEEDS[0], after={"imports": _take_the_shipped_forger})
    noise = np.random.default_rng(ALL_SEEDS[0]).standard_normal((names["FEW"], names["SQUEEZED"]), "float32")
    table = {}
    for name, game in PLAYED.items():
        names["go_around"](AROUND_ROUNDS, game, seed)
        own = names["encode"](names["codes"])
        fitted = own.mean(axis=0) + noise @ np.linalg.cholesky(np.cov(own.T)).T
        for way, some in (("noise", noise), ("fitted noise", fitted.astype("float32"))):
            made = names["drawn"](names["decode"](some))
            table[f"{name}, {way}"] = _rounded(names["judged"](made))
    return {"table": table}


def _take_the_shipped_forger(names: Names) -> None:
    """Whoever records may have a forger of their own; the one that was shipped is the same for all."""
    names["checkpoints"] = SimpleNamespace(
        rejoin=lambda name: checkpoints.load(checkpoints.SHIPPED / f"{name}.npz")
    )


def _remedies(seed: int) -> Piece:
    """Play the short games, each with one remedy."""
    names = namespace(seed)
    run("alone-digits", names)
    return {"table": {name: _rounded(row) for name, row in names["table"].items()}}


def _convolutions(seed: int, rounds: int = ROUNDS, **other: float) -> Piece:
    """Let convolutions play with the pixels, with the remedies of the long game."""
    names = namespace(seed)
    game = names["MendedGame"](names["drawer"](), names["looker"]())
    return _played(names, game, names["images"], np.asarray, rounds=rounds, **other)


def _dense(seed: int) -> Piece:
    """Let dense players have as many rounds."""
    names = namespace(seed)
    return _played(names, names["large"], names["codes"], names["drawn"])


def _played(names: Names, game: Any, real: Any, drawn: Callable[[Any], Any], **other: float) -> Piece:
    """Play by the rules of the long game's first part, but for ``other`` ones."""
    rules = names["FIRST"] | {"rounds": ROUNDS} | other
    _, seconds = names["play"](game, real, **rules, title="a game, recorded")
    names["put"](game.forger, game.averages)
    noise = np.random.default_rng(names["SEED"]).standard_normal((names["COUNT"], game.size), dtype="float32")
    made = np.concatenate([drawn(game.draw(few)) for few in np.array_split(noise, 10)])
    return _rounded(names["judged"](made)) | {"rounds": rules["rounds"], "cpu_seconds": round(seconds, 1)}


def _rounded(figures: Mapping[str, float]) -> Piece:
    return {name: round(float(value), 4) for name, value in figures.items()}


if __name__ == "__main__":
    recordings.main("the longer games of the lessons on forger and detective", FILE, jobs())
