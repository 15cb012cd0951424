"""What takes longer than a lesson was recorded once; lessons print it as tables.

``recorded/NAME.json`` holds pieces: what one run came to, with its processor seconds and its day. The name of
a piece ends with its seed, as in "dense/no dropout/2". docs/explanation/networks-and-data.md says
what made each file.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

FOLDER = Path(__file__).with_name("recorded")
STUDENT = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 9: 2.31, 10: 2.26}
"""Student's t by the number of values: half of a 95 % interval is t · s / √n."""

Piece = dict[str, Any]
Figure = str | Callable[[Piece], float]


class Row(NamedTuple):
    """One row of a table: a figure of some pieces, how it is written, and the row it is compared with."""

    words: str
    pieces: str  # the names of its pieces, without their seeds
    figure: Figure  # its name, by way of "/" in a table within the piece; or what computes it
    form: str = ".3f"
    beside: str | None = None


def read(name: str) -> dict[str, Piece]:
    """Return the pieces of a file, by their names."""
    found: dict[str, Piece] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def interval(values: Iterable[float]) -> tuple[float, float]:
    """Return the mean of two to ten values, and half of its 95 % interval, by Student's t."""
    each = np.array(list(values), float)
    return float(each.mean()), float(STUDENT[len(each)] * each.std(ddof=1) / len(each) ** 0.5)


def figures(pieces: Mapping[str, Piece], kind: str, figure: Figure) -> dict[int, float]:
    """Return a figure of all pieces of a kind, by seed; of a piece that has no seed, as seed 1."""
    if kind in pieces:
        return {1: _figure(pieces[kind], figure)}
    seeds = sorted(int(name.rsplit("/", 1)[1]) for name in pieces if name.rsplit("/", 1)[0] == kind)
    return {seed: _figure(pieces[f"{kind}/{seed}"], figure) for seed in seeds}


def _figure(piece: Piece, figure: Figure) -> float:
    if callable(figure):
        return float(figure(piece))
    found: Any = piece
    for name in figure.split("/"):
        found = found[name]
    return float(found)


def table(name: str) -> dict[str, dict[int, float]]:
    """Return the figures of each row of a table, by seed."""
    file, rows = TABLES[name]
    pieces = read(file)
    return {row.words: figures(pieces, row.pieces, row.figure) for row in rows}


def lines(name: str) -> list[str]:
    """Return a table as text: a row's mean with its 95 % interval, and its figures in the order of the seeds.

    A row that is compared with another one ends with the mean of the differences, seed by seed.
    """
    file, rows = TABLES[name]
    found = table(name)
    wide = max(len(row.words) for row in rows)
    told = ["recorded: mean ± 95 % interval (seed by seed)"]
    for row in rows:
        values = found[row.words]
        line = f"{row.words:{wide}}  {_mean(values.values(), row.form)}"
        if row.beside is not None:
            other = found[row.beside]
            apart = [value - other[seed] for seed, value in values.items() if seed in other]
            line += f"; {_mean(apart, '+' + row.form, each=False)} compared with “{row.beside}”"
        told.append(line)
    days = sorted({piece["day"] for piece in read(file).values()})
    return [*told, f"recorded {' to '.join(dict.fromkeys((days[0], days[-1])))}"]


class Folded:
    """Some lines, folded under a summary that a click opens; where there is no browser, all of them."""

    def __init__(self, summary: str, told: list[str]) -> None:
        """Take the summary and the lines."""
        self.summary, self.told = summary, told

    def __repr__(self) -> str:
        """Return the lines for people without a browser."""
        return "\n".join(self.told)

    def _repr_html_(self) -> str:
        text = html.escape(repr(self))
        return f"<details><summary>{html.escape(self.summary)}</summary><pre>{text}</pre></details>"


def folded(name: str, summary: str) -> Folded:
    """Return a table folded under a summary."""
    return Folded(summary, lines(name))


def _mean(values: Iterable[float], form: str, *, each: bool = True) -> str:
    found = list(values)
    if len(found) < 2:
        return f"{found[0]:{form}}"
    mean, half = interval(found)
    return (
        f"{mean:{form}} ± {half:{form.lstrip('+')}}"
        + each * f" ({', '.join(f'{one:{form}}' for one in found)})"
    )


def away(name: str, row: str, value: float) -> float:
    """Return how far a value lies from the median of what was recorded in a row."""
    return float(abs(value - np.median(list(table(name)[row].values()))))


CHANGES = (
    "all five",
    "one hidden layer",
    "no dropout",
    "gradient descent for Adam",
    "a constant rate",
    "5 epochs instead of 14",
)
CUT = (
    "plain, He, 5 blocks",
    "skip, He, 5 blocks",
    "residual, 5 blocks",
    "residual, 40 blocks",
)
TWINS = ("plain-56", "plain-14", "residual-56", "residual-14")
WORDS = {
    "known": "other words, known voices",
    "unseen": "unseen voices",
    "person": "ten words, one person",
    "people": "3,000 words, six people",
}
WINDOWS = (
    "3 × 3 alone",
    "3 × 3, bottleneck",
    "without 1 × 1",
    "without 3 × 3",
    "without 5 × 5",
    "without the largest",
    "5 × 5, bottleneck",
)
BRUSHES = ("by principal components", "painted, 28 lines", "painted, 112 lines, made small")
NOISE = (
    "no detective, noise",
    "no detective, fitted noise",
    "adversarial, noise",
    "adversarial, fitted noise",
)


def _without(pick: Callable[[list[float]], float], name: str) -> Callable[[Piece], float]:
    """Return what picks one of the errors of a network that lacks each of its blocks in turn."""
    return lambda piece: pick(piece["without"][name])


TABLES: dict[str, tuple[str, list[Row]]] = {
    "mlp": ("mnist", [Row(f"{change}: error", f"dense/{change}", "error", ".2%") for change in CHANGES]),
    "deep": ("mnist", [Row("training error", "deep/plain", "learnt", ".1%")]),
    "cuts": (
        "mnist",
        [
            row
            for name in CUT
            for row in (
                Row(f"{name}: whole", "cut", f"whole/{name}", ".0%"),
                Row(f"{name}: without one block, median", "cut", _without(np.median, name), ".0%"),
                Row(f"{name}: without the worst block", "cut", _without(max, name), ".0%"),
            )
        ],
    ),
    "twins": (
        "mnist",
        [
            Row(f"{kind.replace('-', ', ')} layers: {words}", f"twins/{kind}", figure, ".1%")
            for figure, words in (("learnt", "training error"), ("test", "test error"))
            for kind in TWINS
        ],
    ),
    "more pictures": (
        "mnist",
        [
            Row("residual, 14 layers: training error", "pictures/residual-14", "learnt", ".1%"),
            Row("residual, 14 layers: test error", "pictures/residual-14", "test", ".1%"),
        ],
    ),
    "speech": (
        "speech",
        [
            row
            for figure, words in WORDS.items()
            for row in (
                Row(f"{words}, without", "plain", figure, ".1%"),
                Row(f"{words}, with", "varied", figure, ".1%", f"{words}, without"),
            )
        ],
    ),
    "windows": (
        "googlenet",
        [
            Row("four windows", "four windows", "right", ".1%"),
            *(Row(kind, kind, "right", ".1%", "four windows") for kind in WINDOWS),
        ],
    ),
    "smoothing": (
        "inception",
        [
            Row("hard, accuracy", "hard", "right", ".1%"),
            Row("smoothed, accuracy", "smoothed", "right", ".1%", "hard, accuracy"),
            *(
                Row(f"{kind}, overconfidence", kind, lambda piece: piece["sure"] - piece["right"], "+.1%")
                for kind in ("hard", "smoothed")
            ),
        ],
    ),
    "parts": (
        "names-parts",
        [
            Row("everything", "everything", "right", ".1%"),
            Row("no counting", "no counting", "right", ".1%", "everything"),
            Row("no neighbours", "no neighbours", "right", ".1%", "everything"),
        ],
    ),
    "games": (
        "policy",
        [
            Row("Space Invaders, points per game", "seeds", "invaders", ".1f"),
            Row("Breakout, bricks", "seeds", "breakout", ".1f"),
        ],
    ),
    "pong": (
        "policy",
        [
            Row("with everything", "pong", "won", ".0%"),
            *(
                Row(part, f"ablations/{part}", "won", ".0%", "with everything")
                for part in ("no baseline", "discount 0.9", "one picture", "points run on")
            ),
        ],
    ),
    "processes": (
        "policy",
        [
            Row(f"{words}: {what}", f"processes/{number}", figure, form)
            for number, words in ((1, "one process"), (2, "two processes"))
            for what, figure, form in (
                ("steps", "steps", ",.0f"),
                ("CPU seconds", "cpu_seconds", ".0f"),
                ("cores available", "share", ".2f"),
                ("points won", "won", ".0%"),
            )
        ],
    ),
    "anomaly": (
        "anomaly",
        [
            Row("AUC, autoencoders", "seeds", "mean_auc", ".4f"),
            Row("AUC, components", "seeds", "pca_mean_auc", ".4f"),
            Row("gain by the score", "seeds", "gained_by_the_score", ".4f"),
            Row("gain by the autoencoder", "seeds", "gained_by_the_network", ".4f"),
            Row(
                "score minus autoencoder, mean over digits",
                "seeds",
                lambda piece: float(np.mean(piece["ahead"])),
                "+.4f",
            ),
            Row("    half of its 95 % interval over digits", "seeds", "half", ".4f"),
            Row(
                "    digits where the score is ahead",
                "seeds",
                lambda piece: sum(each > 0 for each in piece["ahead"]),
                ".0f",
            ),
            Row(
                "gain by autoencoders trained on squared error",
                "squared",
                "gained_by_the_network",
                ".4f",
            ),
        ],
    ),
    "diffusion": (
        "diffusion",
        [
            *(
                Row(f"guidance {strength}: {words}", "seeds", f"guidance/{strength}/{figure}", form)
                for strength in ("0", "1.5", "4")
                for words, figure, form in (
                    ("Fréchet distance", "frechet", ".2f"),
                    ("requested digit", "asked_for", ".4f"),
                    ("fraction of the variety", "variety", ".3f"),
                )
            ),
            Row("real digits from 64 numbers: Fréchet distance", "seeds", "by_numbers", ".2f"),
        ],
    ),
    "ring": (
        "gan",
        [
            Row(f"{name}: effective classes", "ring", f"classes/{name}", ".1f")
            for name in ("no remedy", "R1", "faster", "both")
        ],
    ),
    "painted": (
        "gan",
        [
            Row(
                f"{whose}, {way.replace('made small', 'downsampled')}",
                "painter",
                f"distance/{kept}, {way}",
                ".1f",
            )
            for whose, kept in (("generated", "forged"), ("real", "real"))
            for way in BRUSHES
        ],
    ),
    "around": (
        "gan",
        [
            Row(
                f"{way.replace('detective', 'discriminator')}: {words}",
                "around",
                f"table/{way}/{figure}",
                form,
            )
            for way in NOISE
            for words, figure, form in (
                ("confident", "sure", ".1%"),
                ("effective classes", "kinds", ".1f"),
                ("distance", "frechet", ".0f"),
            )
        ],
    ),
    "four voices": (
        "music",
        [
            Row("four notes, and a memory", "four", "nats"),
            Row("four notes, no memory", "alone", "nats"),
        ],
    ),
}
"""Of each table its file and its rows."""
