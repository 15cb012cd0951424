"""What takes longer than a lesson, recorded: several seeds, what each part is for, processes beside batches.

It runs the cells of the notebook themselves, its exercises solved, with other seeds and settings. In the
environment of the lessons, from a checkout::

    python -m workshop.teach.policy.recording                        # all that is missing
    python -m workshop.teach.policy.recording --again seeds/1 …      # these anew

What is recorded lies in ``recorded.json`` beside this file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from workshop.lessons.catalogue import check_of
from workshop.teach import recordings
from workshop.teach.recordings import Names, Piece

FILE = Path(__file__).with_name("recorded.json")
NOTEBOOK = Path("5-bubble-breaker/20-policy-gradient.ipynb")

LEFT_OUT = ("train-", "judge-", "watch-", "predict-")
"""How the ids of the cells begin that train, judge or show: a piece runs those that it needs by itself."""
ALSO_LEFT_OUT = frozenset(
    {"by-hand", "spread", "bandit-learn", "keep", "steep", "worker", "processes", "recorded", "metrics"}
)
"""They show, keep or measure; ``worker`` draws weights, which a piece without it draws in the lesson's
order."""

SEEDS = (1, 2, 3, 4, 5)
ABLATIONS: dict[str, dict[str, object]] = {
    "no baseline": {"BASELINE": False},
    "discount 0.9": {"DISCOUNT": 0.9},
    "one picture": {"MOTION": False},
}
"""What is changed in Pong, one thing at a time."""
ABLATION_SEEDS = (1, 2, 3)
LEARNERS = (1, 2)
"""How many processes learn Pong by A3C, each for as many processor seconds as the batch of games took."""

T_95 = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78}
"""Student's t by the number of runs, from any table of it: half of a 95 % interval is t · s / √n."""


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def interval(values: Iterable[float]) -> tuple[float, float | None]:
    """Return the mean and half of its 95 % interval; None where one run says nothing about others."""
    found = np.array(list(values), float)
    if len(found) < 2:
        return float(found.mean()), None
    return float(found.mean()), float(T_95[len(found)] * found.std(ddof=1) / len(found) ** 0.5)


def lines(pieces: Mapping[str, Piece]) -> list[str]:
    """Say what was recorded: seeds with their intervals, ablations, processes."""
    told = []
    for title, kind in (("Space Invaders, points a game", "invaders"), ("Breakout, bricks", "breakout")):
        told += _seeds(pieces, title, kind, "{:.1f}", 1)
    told += _seeds(pieces, "Pong, points won", "pong", "{:.0f} %", 100)
    for name in ABLATIONS:
        told += _ablation(pieces, name)
    for number in LEARNERS:
        if piece := pieces.get(f"processes/{number}"):
            told.append(
                f"Pong by A3C, {number} process{'es' * (number > 1)}: {piece['steps']:,} steps in "
                f"{piece['cpu_seconds']:.0f} processor seconds, {100 * piece['won']:.0f} % of the points; "
                f"{piece['share']:.2f} of a processor were free for it"
            )
    if told:
        told.append(f"recorded {recordings.days(pieces)}, one seed a run")
    return told


def _keys(group: str, seeds: Iterable[int]) -> list[str]:
    return [f"{group}/{seed}" for seed in seeds]


def _seeds(pieces: Mapping[str, Piece], title: str, kind: str, form: str, unit: float) -> list[str]:
    runs = [unit * pieces[key][kind] for key in _keys("seeds", SEEDS) if key in pieces]
    if not runs:
        return []
    each = ", ".join(form.format(run) for run in runs)
    about = f"; median {form.format(median(runs))}, {_mean(runs, form)}" if len(runs) > 1 else ""
    return [f"{title}, {len(runs)} seed{'s' * (len(runs) > 1)}: {each}{about}"]


def _ablation(pieces: Mapping[str, Piece], name: str) -> list[str]:
    """Say what taking something away did, seed by seed beside the same seed with everything.

    Their first weights are not the same: with everything, those of the other games are drawn before.
    """
    pairs = [
        (100 * pieces[key]["won"], 100 * pieces[f"seeds/{seed}"]["pong"])
        for seed, key in zip(ABLATION_SEEDS, _keys(f"ablations/{name}", ABLATION_SEEDS), strict=True)
        if key in pieces and f"seeds/{seed}" in pieces
    ]
    if not pairs:
        return []
    runs = ", ".join(f"{without:.0f} %" for without, _ in pairs)
    changes = [without - whole for without, whole in pairs]
    each = ", ".join(f"{change:+.0f}".replace("-", "−") for change in changes)
    about = f"; {_mean(changes, '{:+.0f}')}".replace("-", "−") if len(changes) > 1 else ""
    return [f"Pong, {name}: {runs}; beside the same seeds with everything, in points: {each}{about}"]


def _mean(runs: Sequence[float], form: str) -> str:
    mean, half = interval(runs)
    return f"mean {form.format(mean)}, 95 % interval ± {form.format(half).lstrip('+')}"


def namespace(seed: int, settings: Mapping[str, object], notebooks: Path | None = None) -> Names:
    """Run what the lesson's cells define, exercises solved and nothing trained; return its names.

    ``settings`` replace those of the cell tagged ``parameters``. What the cells print is not shown.
    """
    names: Names = {"__name__": "__lesson__"}
    for cell in recordings.cells(NOTEBOOK, notebooks):
        name = str(cell["id"])
        if cell["cell_type"] != "code" or check_of(cell) is not None:
            continue
        if name.startswith(LEFT_OUT) or name in ALSO_LEFT_OUT:
            continue
        recordings.run(NOTEBOOK, name, names, notebooks)
        if name == "parameters":
            names |= {"PROFILE": "full", "SEED": seed, **settings}
    return names


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces in the order of their worth, each as what makes it."""
    found: dict[str, Callable[[], Piece]] = {}
    for seed in SEEDS:
        found[f"seeds/{seed}"] = partial(_all_games, seed)
    for seed in ABLATION_SEEDS:
        for name, settings in ABLATIONS.items():
            found[f"ablations/{name}/{seed}"] = partial(_pong, seed, settings)
    for number in LEARNERS:
        found[f"processes/{number}"] = partial(_processes, number)
    return found


def _all_games(seed: int) -> Piece:
    """Train and judge the lesson's three games with a seed."""
    names = namespace(seed, {})
    for cell in ("train-invaders", "judge-invaders", "train-breakout", "train-pong", "judge-pong"):
        _run(cell, names)
    return {
        "invaders": round(float(names["shot"].mean()), 2),
        "invaders_chance": round(float(names["chance"].mean()), 2),
        "invaders_cpu_seconds": round(names["invaders_history"].cpu_seconds, 1),
        "breakout_chance": round(float(names["chance_breakout"].mean()), 2),
        "breakout_rule": round(float(names["ruled"].mean()), 2),
        "breakout": round(float(names["broken"].mean()), 2),
        "pong": names["won"](names["points"]),
        "pong_cpu_seconds": round(names["pong_history"].cpu_seconds, 1),
    }


def _pong(seed: int, settings: Mapping[str, object]) -> Piece:
    """Train and judge Pong with other settings."""
    names = namespace(seed, settings)
    for cell in ("train-pong", "judge-pong"):
        _run(cell, names)
    return {"won": names["won"](names["points"])}


def _processes(number: int) -> Piece:
    """Let processes learn Pong, and judge what they learnt."""
    from workshop.teach.policy.hogwild import work_side_by_side

    names = namespace(SEEDS[0], {})
    _run("worker", names)
    seconds = recorded().get("seeds/1", {}).get("pong_cpu_seconds", 60.0) / number
    done = work_side_by_side(names["begin"], number, seconds)
    names["L"].set_all_param_values(names["rival"].layers, names["shared"].read())
    points = names["judge"](names["PongGame"](names["POINTS"], 1051), names["rival"].act)
    return {
        "steps": done.steps,
        "cpu_seconds": round(done.cpu_seconds, 1),
        "share": round(done.cpu_seconds / done.seconds, 2),
        "won": names["won"](points),
    }


def _run(cell: str, names: Names) -> None:
    """Run one cell of the notebook, by its id; predictions are not revealed."""
    names["reveal"] = lambda *_: None
    recordings.run(NOTEBOOK, cell, names)


if __name__ == "__main__":
    recordings.main("the longer runs of the lesson on policy gradients", FILE, jobs())
