"""The rules in JavaScript are the rules in Python: boards, points, refills, groups and ends, move by move."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from bubblebreaker import reference, rules
from bubblebreaker.rules import BUBBLE_BREAKER, SAMEGAME, Rules

MODULE = Path(rules.__file__).with_suffix(".js")
GAMES = 200
# Plays the games that come in, one a line, and tells after each move what there is to know.
PLAYER = """
import { createInterface } from "node:readline";
import * as js from "MODULE";

function tell(board, points, dice) {
  return { board, points, groups: js.groups(board), over: js.isOver(board), dice: dice.state };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { rules, seed, moves } = JSON.parse(line);
  const dice = js.Dice.seeded(seed);
  let board = js.newBoard(rules, dice);
  const told = [tell(board, 0, dice)];
  for (const [row, column] of moves) {
    const after = js.burst(rules, board, row, column, dice);
    board = after.board;
    told.push({ ...tell(board, after.points, dice), size: after.size, entered: after.entered });
  }
  console.log(JSON.stringify(told));
}
"""


@pytest.fixture(scope="module")
def node() -> str:
    """Node.js."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("there is no node; install Node.js to compare the rules in JavaScript with Python's")
    return found


def run_module(node: str, text: str, lines: list[str]) -> list[Any]:
    """Run JavaScript that may import MODULE; return the JSON of each line that it prints."""
    code = text.replace("MODULE", MODULE.as_uri())
    done = subprocess.run(
        [node, "--input-type=module", "--eval", code],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def some_rules(rng: random.Random) -> Rules:
    """Return the two games as they are played now and then, and mostly small boards with odd rules."""
    if rng.random() < 0.1:
        return rng.choice([BUBBLE_BREAKER, SAMEGAME])
    return Rules(
        rows=rng.randint(1, 8),
        columns=rng.randint(1, 7),
        colours=rng.randint(1, 6),
        scoring=rng.choice(["bubblebreaker", "samegame"]),
        cleared_bonus=rng.choice([0, 1000]),
        deduction=rng.random() < 0.5,
        refill=rng.choice(["none", "random", "grey"]),
        grey_value=rng.choice([0, 25]),
    )


def tell(board: rules.Board, points: int, dice: rules.Dice) -> dict[str, Any]:
    """Say what PLAYER says."""
    found = reference.groups(board)
    return {
        "board": board.tolist(),
        "points": points,
        "groups": [[list(cell) for cell in cells] for cells in found],
        "over": not found,
        "dice": dice.state,
    }


def random_game(rng: random.Random) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Play a game at random, of at most 80 moves; return what PLAYER needs for it and should say."""
    played, seed = some_rules(rng), rng.randrange(2**32)
    dice = rules.Dice.seeded(seed)
    board = reference.new_board(played, dice)
    moves: list[reference.Cell] = []
    told = [tell(board, 0, dice)]
    while told[-1]["groups"] and len(moves) < 80:
        # Any cell of a group names it.
        moves.append(tuple(rng.choice(rng.choice(told[-1]["groups"]))))
        after = reference.play(played, board, *moves[-1], dice)
        board = after.board
        told.append({**tell(board, after.points, dice), "size": after.size, "entered": after.entered})
    return {"rules": asdict(played), "seed": seed, "moves": moves}, told


def test_javascript_is_python_on_random_games(node: str) -> None:
    rng = random.Random(2016)
    games = [random_game(rng) for _ in range(GAMES)]
    answers = run_module(node, PLAYER, [json.dumps(asked) for asked, _ in games])
    assert len(answers) == GAMES
    for (asked, told), answer in zip(games, answers, strict=True):
        assert answer == told, asked
    # The comparison saw what it is for.
    assert sum(step.get("entered", 0) for _, told in games for step in told) > GAMES
    assert any(-1 in line for _, told in games for step in told for line in step["board"])
    assert sum(told[-1]["over"] for _, told in games) > 0.8 * GAMES


def test_named_rules_are_the_same(node: str) -> None:
    text = 'import * as js from "MODULE"; console.log(JSON.stringify([js.BUBBLE_BREAKER, js.SAMEGAME]));'
    assert run_module(node, text, []) == [[asdict(BUBBLE_BREAKER), asdict(SAMEGAME)]]


def test_cells_where_nothing_bursts_are_refused(node: str) -> None:
    text = """
    import * as js from "MODULE";
    const board = [[0, 0, -1], [1, 2, -1], [1, 1, -1]];
    const rules = { ...js.SAMEGAME, rows: 3, columns: 3 };
    const cells = [[0, 0], [1, 1], [0, 2], [3, 0], [-1, 0], [0, 3], [2, 0]];
    console.log(JSON.stringify(cells.map(([r, c]) => js.burst(rules, board, r, c)?.size ?? null)));
    console.log(JSON.stringify(board));
    """
    assert run_module(node, text, []) == [[None] * 6 + [3], [[0, 0, -1], [1, 2, -1], [1, 1, -1]]]
