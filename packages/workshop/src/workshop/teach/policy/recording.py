"""What takes longer than a lesson, recorded: several seeds, what each part is for, processes beside batches.

It runs the cells of the two notebooks themselves, their exercises solved, with other seeds and settings. In
the environment of the lessons, from a checkout::

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
PONG = Path("5-bubble-breaker/25-pong-from-pixels.ipynb")

LEFT_OUT = ("train-", "judge-", "watch-", "predict-", "recorded", "hesitates", "processes")
"""How the ids of the cells begin that train, judge or show: a piece runs those that it needs by itself."""
ALSO_LEFT_OUT = {
    NOTEBOOK: frozenset({"by-hand", "spread", "bandit-learn", "keep", "metrics"}),
    PONG: frozenset({"player", "court", "steep", "worker", "metrics"}),
}
"""They show, keep or measure; ``worker`` draws weights, which a piece without it draws in the lesson's
order."""

SEEDS = (1, 2, 3, 4, 5)
ABLATIONS: dict[str, dict[str, object]] = {
    "no baseline": {"BASELINE": False},
    "discount 0.9": {"DISCOUNT": 0.9},
    "one picture": {"MOTION": False},
    "points run on": {"POINT_ENDS": False},
}
"""What is changed in Pong, one thing at a time."""
LEARNERS = (1, 2)
"""How many processes learn Pong by A3C, each for as many processor seconds as the batch of games took."""
T_95 = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 9: 2.31, 10: 2.26}
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


def lines_of_games(pieces: Mapping[str, Piece]) -> list[str]:
    """Say how the lesson's two games came out, seed by seed."""
    found = {key: pieces[key] for key in _keys("seeds", SEEDS) if key in pieces}
    told: list[str] = []
    for title, kind in (("Space Invaders, points a game", "invaders"), ("Breakout, bricks", "breakout")):
        told += _runs(title, [piece[kind] for piece in found.values()], "{:.1f}")
    return [*told, f"recorded {recordings.days(found)}, one seed a run"] if told else []


def lines_of_processes(pieces: Mapping[str, Piece]) -> list[str]:
    """Say what processes came to that learnt Pong for as long as the batch."""
    found = {number: pieces[f"processes/{number}"] for number in LEARNERS if f"processes/{number}" in pieces}
    told = [
        f"Pong by A3C, {number} process{'es' * (number > 1)}: {piece['steps']:,} steps in "
        f"{piece['cpu_seconds']:.0f} processor seconds, {100 * piece['won']:.0f} % of the points; "
        f"{piece['share']:.2f} of a processor were free for it"
        for number, piece in found.items()
    ]
    return (
        [*told, f"recorded {recordings.days({str(key): each for key, each in found.items()})}"]
        if told
        else []
    )


def with_everything(pieces: Mapping[str, Piece]) -> dict[int, float]:
    """Return the share of Pong's points won with nothing taken away, by the seed."""
    return {seed: pieces[key]["won"] for seed in SEEDS if (key := f"pong/{seed}") in pieces}


def differences(pieces: Mapping[str, Piece]) -> dict[str, list[float]]:
    """Return what taking a part away did to the share of points won, seed by seed."""
    whole = with_everything(pieces)
    found = {
        name: [
            pieces[key]["won"] - whole[seed]
            for seed, key in zip(SEEDS, _keys(f"ablations/{name}", SEEDS), strict=True)
            if key in pieces and seed in whole
        ]
        for name in ABLATIONS
    }
    return {name: apart for name, apart in found.items() if apart}


def _keys(group: str, seeds: Iterable[int]) -> list[str]:
    return [f"{group}/{seed}" for seed in seeds]


def _runs(title: str, runs: Sequence[float], form: str) -> list[str]:
    if not runs:
        return []
    each = ", ".join(form.format(run) for run in runs)
    about = f"; median {form.format(median(runs))}, {_mean(runs, form)}" if len(runs) > 1 else ""
    return [f"{title}, {len(runs)} seed{'s' * (len(runs) > 1)}: {each}{about}"]


def _mean(runs: Sequence[float], form: str) -> str:
    mean, half = interval(runs)
    return f"mean {form.format(mean)}, 95 % interval ± {form.format(half).lstrip('+')}"


def namespace(
    notebook: Path, seed: int, settings: Mapping[str, object], notebooks: Path | None = None
) -> Names:
    """Run what a notebook's cells define, exercises solved and nothing trained; return its names.

    ``settings`` replace those of the cell tagged ``parameters``. What the cells print is not shown.
    """
    names: Names = {"__name__": "__lesson__"}
    for cell in recordings.cells(notebook, notebooks):
        name = str(cell["id"])
        if cell["cell_type"] != "code" or check_of(cell) is not None:
            continue
        if name.startswith(LEFT_OUT) or name in ALSO_LEFT_OUT[notebook]:
            continue
        recordings.run(notebook, name, names, notebooks)
        if name == "parameters":
            names |= {"PROFILE": "full", "SEED": seed, **settings}
    return names


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces in the order of their worth, each as what makes it."""
    found: dict[str, Callable[[], Piece]] = {}
    for seed in SEEDS:
        found[f"seeds/{seed}"] = partial(_two_games, seed)
    for seed in SEEDS:
        found[f"pong/{seed}"] = partial(_pong, seed, {})
        for name, settings in ABLATIONS.items():
            found[f"ablations/{name}/{seed}"] = partial(_pong, seed, settings)
    for number in LEARNERS:
        found[f"processes/{number}"] = partial(_processes, number)
    return found


def _two_games(seed: int) -> Piece:
    """Train and judge the lesson's two games with a seed."""
    names = namespace(NOTEBOOK, seed, {})
    for cell in ("train-invaders", "judge-invaders", "train-breakout"):
        _run(NOTEBOOK, cell, names)
    return {
        "invaders": round(float(names["shot"].mean()), 2),
        "invaders_chance": round(float(names["chance"].mean()), 2),
        "invaders_cpu_seconds": round(names["invaders_history"].cpu_seconds, 1),
        "breakout_chance": round(float(names["chance_breakout"].mean()), 2),
        "breakout_rule": round(float(names["ruled"].mean()), 2),
        "breakout": round(float(names["broken"].mean()), 2),
    }


def _pong(seed: int, settings: Mapping[str, object]) -> Piece:
    """Train and judge Pong, perhaps with other settings."""
    names = namespace(PONG, seed, settings)
    names["checkpoints"] = None  # nobody's own player is replaced
    _run(PONG, "train-pong", names)
    points = names["player"].judge(
        names["PongGame"](names["POINTS"], seed + 50), names["learner"].act, seed=seed
    )
    return {"won": names["won"](points), "train_cpu_seconds": round(names["history"].cpu_seconds, 1)}


def _processes(number: int) -> Piece:
    """Let processes learn Pong, and judge what they learnt."""
    from workshop.teach.policy.hogwild import work_side_by_side

    names = namespace(PONG, SEEDS[0], {})
    _run(PONG, "worker", names)
    seconds = recorded().get("pong/1", {}).get("train_cpu_seconds", 60.0) / number
    done = work_side_by_side(names["begin"], number, seconds)
    names["L"].set_all_param_values(names["rival"].layers, names["shared"].read())
    games = names["PongGame"](names["POINTS"], SEEDS[0] + 50)
    points = names["player"].judge(games, names["rival"].act, seed=SEEDS[0])
    return {
        "steps": done.steps,
        "cpu_seconds": round(done.cpu_seconds, 1),
        "share": round(done.cpu_seconds / done.seconds, 2),
        "won": names["won"](points),
    }


def _run(notebook: Path, cell: str, names: Names) -> None:
    """Run one cell of a notebook, by its id; predictions are not revealed."""
    names["reveal"] = lambda *_: None
    recordings.run(notebook, cell, names)


if __name__ == "__main__":
    recordings.main("the longer runs of the lessons on policy gradients", FILE, jobs())
