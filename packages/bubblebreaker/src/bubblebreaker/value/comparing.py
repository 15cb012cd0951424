"""What a value network is told, and what it is asked: experiments that take longer than a lesson, recorded.

The same boards, the same playouts and the same processor seconds for all, three seeds each. With Theano and
Lasagne installed (the environment ``theano`` of a workshop)::

    python -m bubblebreaker.value.comparing                    # all that is missing
    python -m bubblebreaker.value.comparing --again told …     # these anew

Each piece is written into ``compared.json`` beside this file as soon as it is done. Boards come from games of
the shipped network, some of its moves drawn at random. On each, every move is tried, and TabuColor plays on
``PLAYOUTS`` times, with the same throws for all moves of a board.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bubblebreaker import engine
from bubblebreaker.cells import Int8s, Ints, pack
from bubblebreaker.rules import BUBBLE_BREAKER, Rules
from bubblebreaker.value.ahead import best_of, look_ahead
from bubblebreaker.value.features import Floats
from bubblebreaker.value.telling import ANY_NAMES, TOLD, by_chance, from_bottom_right
from bubblebreaker.value.trained import shipped

FILE = Path(__file__).with_name("compared.json")
GAME = BUBBLE_BREAKER
SEEDS = (1, 2, 3)
SECONDS = 6.0
"""Processor seconds for which each network learns; to tell of the boards counts."""
BOARDS, PLAYOUTS, HORIZON, GREY_VALUE = 5000, 3, 20, 20
PLAYED = 150
"""Boards on which each network plays, the same for all."""
BATCH, RATE, UNIT = 256, 1e-3, 100.0

Tell = Callable[[Int8s], Floats]
Piece = dict[str, Any]


class Moves(NamedTuple):
    """All m moves on some boards, and what followed each of them."""

    before: Int8s  # the boards, (n, rows, columns)
    after: engine.AfterStates
    asked: dict[str, Floats]  # what networks may be asked of each move, float32 (m,)


def boards_of_games(count: int, seed: int, explore: float = 0.15) -> Int8s:
    """Return boards from all stages of games of the shipped network, a part of its moves at random."""
    rng, values, found = np.random.default_rng(seed), shipped("bubblebreaker"), []
    boards, dice = engine.new_boards(GAME, rng.integers(2**32, size=count // 20))
    while len(boards):
        found.append(boards.copy())
        ahead = look_ahead(GAME, boards, values)
        starts = ahead.after.starts
        drawn = rng.integers(starts[:-1], starts[1:])
        chosen = np.where(rng.random(len(boards)) < explore, drawn, ahead.best())
        _, _, over = engine.step(pack(GAME), boards, dice, ahead.after.actions[chosen])
        boards, dice = boards[~over], dice[~over]
    every = np.concatenate(found)
    return every[rng.permutation(len(every))[:count]]


def tried(boards: Int8s, seed: int) -> Moves:
    """Try every move on each board, and play on."""
    after = engine.after_states(GAME, boards)
    asked = {
        "to the end": _followed(GAME, boards, after, seed),
        f"{HORIZON} moves": _followed(GAME, boards, after, seed, HORIZON),
        "grey columns": _followed(GAME.having(refill="grey", grey_value=GREY_VALUE), boards, after, seed),
    }
    for name in ("to the end", f"{HORIZON} moves"):
        whole = after.points + asked[name]
        means = np.add.reduceat(whole, after.starts[:-1]) / np.diff(after.starts)
        # Less the points that the move itself brings: who plays adds them, as it does to a worth.
        asked[f"advantage, {name}"] = (whole - means[after.owners] - after.points).astype(np.float32)
    return Moves(boards, after, asked)


def _followed(
    rules: Rules, boards: Int8s, after: engine.AfterStates, seed: int, limit: int = engine.NO_LIMIT
) -> Floats:
    """Return the points that followed each move, the mean of all playouts."""
    total = np.zeros(len(after.owners))
    for number in range(PLAYOUTS):
        rng = np.random.default_rng([seed, number])
        dice = rng.integers(1, 2**32, len(boards), dtype=np.uint32)[after.owners]
        players = rng.integers(2**63, size=len(boards))[after.owners]
        playing = boards[after.owners]
        gained, _, _ = engine.step(pack(rules), playing, dice, after.actions)
        total += gained - after.points if rules.refill == "grey" else 0
        more, _ = engine.play_out(rules, playing, dice, players, tabu=True, limit=limit)
        total += more
    return (total / PLAYOUTS).astype(np.float32)


class Asked(NamedTuple):
    """A network that has learnt, and how: steps made, and the share of the variance that it explains."""

    network: Any
    tell: Tell
    steps: int
    explained: float


def learnt(way: str, question: str, moves: Moves, unseen: Moves, seed: int) -> Asked:
    """Let a network learn ``question`` for SECONDS processor seconds, told of boards in this ``way``."""
    from bubblebreaker.value.network import ValueNetwork

    rng = np.random.default_rng(seed)
    tell: Tell = partial(_told, way)
    boards, wanted = moves.after.boards, moves.asked[question]
    some = tell(boards[rng.permutation(len(boards))[:5000]])
    network = ValueNetwork(some.mean(axis=0), some.std(axis=0) + 0.05, UNIT, (64, 32), seed)
    shift = wanted.mean()
    weights, steps, begun = np.ones(BATCH, np.float32), 0, time.process_time()
    while (share := (time.process_time() - begun) / SECONDS) < 1:
        places = rng.integers(len(boards), size=BATCH)
        shown = boards[places]
        if way == ANY_NAMES:
            shown = by_chance(shown, GAME.colours, rng)
        rate = RATE * min(1.0, max(0.01, 1.5 * (1 - share)))
        network.learn(tell(shown), wanted[places] - shift, weights, rate)
        steps += 1
    truth = unseen.asked[question]
    errors = network.worth(tell(unseen.after.boards)) + shift - truth
    return Asked(network, tell, steps, float(1 - np.var(errors) / np.var(truth)))


def _told(way: str, boards: Int8s) -> Floats:
    return TOLD[way](boards, GAME.colours)


def played(asked: Asked, games: int = PLAYED, limit: int = 1000) -> Ints:
    """Let it play, looking one move ahead, on boards that nobody learnt from; return the scores."""
    boards, dice = engine.new_boards(GAME, np.arange(games) + 10**6)
    scores, going = np.zeros(games, np.int64), np.arange(games)
    while len(going) and limit:
        some, thrown = boards[going], dice[going]
        after = engine.after_states(GAME, some)
        best = best_of(
            after.points + asked.network.worth(asked.tell(after.boards)).astype(float), after.starts
        )
        gained, _, over = engine.step(pack(GAME), some, thrown, after.actions[best])
        boards[going], dice[going] = some, thrown
        scores[going] += gained
        going, limit = going[~over], limit - 1
    return scores


def holes(asked: Asked, unseen: Moves) -> Piece:
    """Say what a board's new names, from the bottom right, do to what the network says.

    ``renames``: after which share of the moves a bubble that stays gets another name. The errors are those of
    how much more the board after a move is worth than the mean of the others of its board, root of the mean
    square: where the move renames, and where it does not. ``twins``: the mean difference between a board and
    itself under other names, in points.
    """
    after, truth = unseen.after, unseen.asked[f"{HORIZON} moves"]
    changed = renames(unseen.before[after.owners], after.boards, after.actions)
    counts = np.diff(after.starts)
    said = asked.network.worth(asked.tell(after.boards))

    def apart(values: Floats) -> npt.NDArray[np.float64]:
        means = np.add.reduceat(values, after.starts[:-1]) / counts
        return np.asarray(values - means[after.owners], np.float64)

    errors = np.square(apart(said) - apart(truth))
    twin = by_chance(after.boards, GAME.colours, np.random.default_rng(0))
    return {
        "renames": float(changed.mean()),
        "error_renamed": float(np.sqrt(errors[changed].mean())),
        "error_kept": float(np.sqrt(errors[~changed].mean())),
        "twins": float(np.abs(said - asked.network.worth(asked.tell(twin))).mean()),
    }


def renames(before: Int8s, after: Int8s, actions: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Say after which moves the colours that are left have other names, told from the bottom right, (m,)."""
    colours = GAME.colours
    left = np.stack([(after == colour).any(axis=(1, 2)) for colour in range(1, colours + 1)], axis=1)
    names = [_names(boards, colours) for boards in (before, after)]
    moved: np.ndarray[tuple[int], np.dtype[np.bool_]] = ((names[0] != names[1]) & left).any(axis=1)
    return moved


def _names(boards: Int8s, colours: int) -> Int8s:
    """Return the name of each colour on each board, (n, colours), told from the bottom right."""
    told = from_bottom_right(boards, colours)
    names = np.zeros((len(boards), colours), np.int8)
    for colour in range(1, colours + 1):
        names[:, colour - 1] = np.where(boards == colour, told, 0).max(axis=(1, 2))
    return names


# The pieces ------------------------------------------------------------------------------------


def told(way: str, seed: int, moves: Moves, unseen: Moves) -> Piece:
    """Learn one question in one way of telling, and play."""
    asked = learnt(way, f"{HORIZON} moves", moves, unseen, seed)
    return {**_judged(asked), **holes(asked, unseen)}


def question(name: str, seed: int, moves: Moves, unseen: Moves) -> Piece:
    """Learn one question, told by the sorted numbers, and play."""
    return _judged(learnt("numbers, sorted", name, moves, unseen, seed))


def _judged(asked: Asked) -> Piece:
    scores = played(asked)
    half = 1.96 * scores.std(ddof=1) / len(scores) ** 0.5
    told = {"steps": asked.steps, "explained": asked.explained, "score": float(scores.mean()), "half": half}
    return told | {"scores": scores.tolist()}


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    if not FILE.is_file():
        return {}
    found: dict[str, Piece] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def table(pieces: dict[str, Piece], kind: str) -> dict[str, dict[str, float]]:
    """Return of each way ("told") or question ("asked") the means over all seeds.

    ``lowest`` and ``highest`` are the mean scores of the seeds' worst and best.
    """
    rows: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys(job.rsplit("/", 1)[0] for job in jobs() if job.startswith(f"{kind}/")):
        runs = [pieces[found] for seed in SEEDS if (found := f"{name}/{seed}") in pieces]
        if runs:
            figures = [figure for figure, value in runs[0].items() if isinstance(value, int | float)]
            row = {figure: float(np.mean([run[figure] for run in runs])) for figure in figures}
            scores = [run["score"] for run in runs]
            rows[name.split("/", 1)[1]] = row | {"lowest": min(scores), "highest": max(scores)}
    return rows


def jobs() -> dict[str, Callable[[Moves, Moves], Piece]]:
    """Return all pieces, each as what makes it: first what is told, then what is asked."""
    questions = (
        "to the end",
        f"{HORIZON} moves",
        "grey columns",
        "advantage, to the end",
        f"advantage, {HORIZON} moves",
    )
    found: dict[str, Callable[[Moves, Moves], Piece]] = {}
    for seed in SEEDS:
        found |= {f"told/{way}/{seed}": partial(told, way, seed) for way in TOLD}
        found |= {f"asked/{name}/{seed}": partial(question, name, seed) for name in questions}
    return found


def record(wanted: Iterable[str] = ()) -> None:
    """Record the pieces whose names begin with one of ``wanted``, or else those that are missing."""
    chosen, known = tuple(wanted), recorded()
    due = {
        name: job
        for name, job in jobs().items()
        if (name.startswith(chosen) if chosen else name not in known)
    }
    if not due:
        return
    moves, unseen = (
        tried(boards_of_games(count, seed), seed) for count, seed in ((BOARDS, 1), (BOARDS // 8, 2))
    )
    for name, job in due.items():
        piece = job(moves, unseen)
        rounded = {
            key: round(value, 4) if isinstance(value, float) else value for key, value in piece.items()
        }
        known = recorded() | {name: rounded | {"day": datetime.date.today().isoformat()}}
        beside = FILE.with_suffix(".part")
        beside.write_text(json.dumps(known, ensure_ascii=False, indent=None) + "\n", encoding="utf-8")
        beside.replace(FILE)
        print(name, {key: value for key, value in rounded.items() if key != "scores"}, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--again", nargs="+", default=[], metavar="PIECE", help="record these anew")
    record(parser.parse_args().again)
