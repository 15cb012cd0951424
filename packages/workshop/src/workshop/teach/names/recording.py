"""Games of the recurrent forger, which take longer than the lesson *Inventing names*, recorded.

It runs the cells of the notebook themselves, its exercises solved. In the environment of the lessons, from a
checkout::

    python -m workshop.teach.names.recording                        # all that is missing
    python -m workshop.teach.names.recording --again recurrent/2    # these anew

Each piece is written into ``recorded.json`` beside this file as soon as it is done:
``{piece: {figures…, "cpu_seconds", "day"}}``.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import io
import json
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from workshop.lessons.catalogue import exercise_of, read_solution
from workshop.settings import CHECKOUT
from workshop.system.files import written_whole

FILE = Path(__file__).with_name("recorded.json")
NOTEBOOK = Path("6-text/30-inventing-names.ipynb")

CELLS = (
    "parameters",
    "imports",
    "names",
    "exercise-nats",
    "exercise-novelty",
    "exercise-parts",
    "judged",
    "exercise-straight",
    "forgers",
    "game",
    "region",
    "neutral",
)
"""The cells that a game needs, in their order."""

SEEDS = (1, 2, 3)
ROUNDS = 1200
"""As many as each game of the lesson has."""

Piece = dict[str, Any]


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    if not FILE.is_file():
        return {}
    found: dict[str, Piece] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def lines(pieces: Mapping[str, Piece]) -> list[str]:
    """Say what was recorded: of each question the mean of all seeds, the lowest and the highest."""
    games = [pieces[name] for seed in SEEDS if (name := f"recurrent/{seed}") in pieces]
    if not games:
        return ["nothing is recorded: python -m workshop.teach.names.recording"]
    told = [f"recurrent, {games[0]['rounds']} rounds, {len(games)} seeds (recorded {games[-1]['day']})"]
    for what in games[0]["asked"]:
        found = [piece["asked"][what] for piece in games]
        told.append(f"    {what:28}{sum(found) / len(found):.2f}   from {min(found):.2f} to {max(found):.2f}")
    return [*told, *(", ".join(piece["names"]) for piece in games)]


def namespace() -> dict[str, Any]:
    """Run the cells that a game needs, exercises solved; return their names."""
    from workshop.teach.charmodel.alphabet import Alphabet
    from workshop.teach.names.romanise import ALPHABET
    from workshop.teach.names.writer import EDGE

    # Of the lesson's writer only the letters are needed, to count in them.
    names: dict[str, Any] = {"__name__": "__lesson__"}
    names["author"] = SimpleNamespace(alphabet=Alphabet(EDGE + ALPHABET))
    folder = CHECKOUT / "notebooks"
    cells = {
        cell["id"]: cell for cell in json.loads((folder / NOTEBOOK).read_text(encoding="utf-8"))["cells"]
    }
    for cell in CELLS:
        exercise = exercise_of(cells[cell])
        text = "".join(cells[cell]["source"]) if exercise is None else read_solution(folder, exercise)
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(text, f"{NOTEBOOK.name}:{cell}", "exec"), names)
    return names


def record(wanted: Iterable[str] = ()) -> None:
    """Record the games whose names begin with one of ``wanted``, or else those that are missing."""
    chosen = tuple(wanted)
    pieces = {f"recurrent/{seed}": seed for seed in SEEDS}
    due = {
        name: seed
        for name, seed in pieces.items()
        if (name.startswith(chosen) if chosen else name not in recorded())
    }
    if not due:
        return
    names = namespace()
    gan = names["gan"]
    players, updates, weights = names["game"](1, 0, forger=names["recurrent"])
    for name, seed in due.items():
        work = time.process_time()
        gan.begin(updates, weights, seed)
        _, forged = gan.play(players, gan.one_hot(names["short"]), ROUNDS, looks=3, seed=seed)
        asked = {what: round(float(share), 4) for what, share in names["asked_of"](forged).items()}
        piece: Piece = {"rounds": ROUNDS, "asked": asked, "names": forged[:6]}
        piece |= {"cpu_seconds": round(time.process_time() - work, 1)}
        known = recorded() | {name: piece | {"day": datetime.date.today().isoformat()}}
        with written_whole(FILE) as file:
            file.write((json.dumps(known, indent=1, ensure_ascii=False) + "\n").encode())
        print(name, known[name], flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description="record the recurrent forger of the lesson Inventing names")
    parser.add_argument("--again", nargs="+", default=[], metavar="PIECE", help="record these anew")
    record(parser.parse_args().again)
