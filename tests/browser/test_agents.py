"""The page with the grid world and the moving agent, used as a participant uses it."""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from waiting import patience

from .conftest import CHECKOUT, FIGURES, STILL, Open, expect, learn, pause, wait_until
from .fingers import tap

PAGE = "demos/agents/index.html"
# The shortest ways, counted by hand on the maps.
SHORTEST = {"rooms": 12, "cliff": 13, "maze": 22}
# Until the moving agent's reward has risen, in seconds of one core. Its network begins by chance; it
# mostly takes 6,000 to 10,000 steps.
SECONDS = 90
# The bar is above the one that the test holds it to. Rewards are kept as they were then: the agent goes on.
RISEN = """(() => {
  const { rewards } = workshopDemo;
  const mean = (two) => (two[0] + two[1]) / 2;
  if (rewards.length >= 4 && mean(rewards.slice(-2)) > Math.max(mean(rewards.slice(0, 2)), 0) + 25) {
    window.risen = rewards;
  }
  return "risen" in window;
})()"""
DISCOUNT = 0.95
# Up, right, down, left: the order of the page's moves.
MOVES = [(-1, 0), (0, 1), (1, 0), (0, -1)]
PAYS = {"G": 1.0, "+": 1.0, "-": -1.0}
# Every square by Q-learning, in the page's own code. The agent only tries, and takes what it is told at its
# word: in a world without chance that ends at the truth, wherever it has been often enough.
WALK = """
const folder = process.argv[1];
global.window = global;
for (const file of ["assets/dense.js", "agents/grid.js"]) require(`${folder}/${file}`);
const learned = Object.entries(Agents.MAPS).map(([name, map]) => {
  const mind = new Agents.QLearning(new Agents.Grid(map), Workshop.random(1));
  for (let n = 0; n < 3e5; n++) mind.step({ explore: 1, rate: 1, discount: 0.95 });
  return [name, map.join("").split("").map((_, at) => ({ value: mind.value(at), best: mind.best(at) }))];
});
console.log(JSON.stringify(Object.fromEntries(learned)));
"""
Policy = dict[tuple[int, int], tuple[float, set[int]]]


def optimal(drawn: list[str]) -> Policy:
    """Return the worth of each open square of a map and its best moves, found without the page's code."""
    squares = list(itertools.product(range(len(drawn)), range(len(drawn[0]))))
    opened = [(row, column) for row, column in squares if drawn[row][column] not in "#G"]
    values = dict.fromkeys(squares, 0.0)

    def worth(square: tuple[int, int], move: tuple[int, int]) -> float:
        row, column = square[0] + move[0], square[1] + move[1]
        if (row, column) not in values or drawn[row][column] == "#":
            row, column = square
        sign = drawn[row][column]
        return PAYS.get(sign, 0.0) + (0.0 if sign == "G" else DISCOUNT * values[row, column])

    for _ in range(1000):
        values |= {square: max(worth(square, move) for move in MOVES) for square in opened}
    best = {}
    for square in opened:
        worths = [worth(square, move) for move in MOVES]
        best[square] = (max(worths), {m for m, each in enumerate(worths) if each > max(worths) - 1e-9})
    return best


def assert_optimal(policy: list[dict[str, Any]], drawn: list[str]) -> None:
    """Every open square must have its worth and exactly the moves that are as good as any."""
    for (row, column), (value, moves) in optimal(drawn).items():
        found = policy[row * len(drawn[0]) + column]
        assert found["value"] == pytest.approx(value, abs=1e-6), (row, column)
        assert set(found["best"]) == moves, (row, column)


def steps_to_goal(page: Any) -> int | None:
    path = page.evaluate("window.workshopDemo.path")
    return len(path) - 1 if path else None


# Below, the cliff is gone around where a square is changed; without the page, each map is learned by walking.
@pytest.mark.parametrize(
    "name", ["rooms", *(pytest.param(name, marks=pytest.mark.slow) for name in ("cliff", "maze"))]
)
def test_value_iteration_finds_the_shortest_way(name: str, base: str, open_page: Open) -> None:
    page = open_page(base + PAGE, 1366, 768, **STILL)
    page.get_by_role("radio", name=name).check()
    assert steps_to_goal(page) is None
    page.get_by_role("button", name="Go", exact=True).click()
    wait_until(page, "workshopDemo.settled")
    assert steps_to_goal(page) == SHORTEST[name]
    assert_optimal(page.evaluate("workshopDemo.policy"), page.evaluate(f"Agents.MAPS.{name}"))
    assert page.get_by_role("button", name="Go", exact=True).is_visible()


def test_q_learning_ends_at_the_optimal_policy() -> None:
    command = ["node", "-e", WALK, str(CHECKOUT / "js-demos")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=patience(120))
    script = "global.window = global; require(process.argv[1]); console.log(JSON.stringify(Agents.MAPS))"
    command = ["node", "-e", script, str(CHECKOUT / "js-demos/agents/grid.js")]
    maps = json.loads(
        subprocess.run(command, capture_output=True, text=True, check=True, timeout=patience(60)).stdout
    )
    learned = json.loads(done.stdout)
    assert set(learned) == set(maps) == set(SHORTEST)
    for name, drawn in maps.items():
        assert_optimal(learned[name], drawn)


def test_a_square_can_be_changed_and_the_way_goes_around(base: str, open_page: Open) -> None:
    page = open_page(base + PAGE, **STILL)
    page.get_by_role("radio", name="cliff").check()
    for column in range(1, 11):
        # +1, then -1, then a wall: the row above the edge is closed.
        for _ in range(3):
            page.locator(".square").nth(12 * 2 + column).click()
    page.get_by_role("button", name="Go", exact=True).click()
    wait_until(page, "workshopDemo.settled")
    assert steps_to_goal(page) == SHORTEST["cliff"] + 2
    drawn = page.evaluate("Agents.MAPS.cliff")
    drawn[2] = f".{'#' * 10}."
    assert_optimal(page.evaluate("workshopDemo.policy"), drawn)
    page.get_by_role("button", name="Start again").click()
    expect(page.locator('.square[data-kind="wall"]')).to_have_count(10)
    page.get_by_role("button", name="Restore the map").click()
    expect(page.locator('.square[data-kind="wall"]')).to_have_count(0)
    page.get_by_role("button", name="Go", exact=True).click()
    wait_until(page, "workshopDemo.settled")
    assert steps_to_goal(page) == SHORTEST["cliff"]


def test_the_moving_agents_reward_rises(base: str, open_page: Open, keep: Callable[..., None]) -> None:
    page = open_page(base + PAGE, 1366, 768, **STILL)
    page.get_by_role("radio", name="a moving agent").check()
    go = page.get_by_role("button", name="Go", exact=True)
    seconds = learn(page, go.click, RISEN, SECONDS)
    rewards = page.evaluate("risen")
    early, late = sum(rewards[:2]) / 2, sum(rewards[-2:]) / 2
    FIGURES.append(
        f"agents: reward in 1,000 steps from {early:.0f} to {late:.0f} in {seconds:.0f} processor s,"
        f" {len(rewards)},000 steps"
    )
    assert early < 10
    assert late > early + 20
    pause(page, "#world-said", "steps")
    steps = page.evaluate("workshopDemo.steps")
    page.get_by_role("radio", name="slow").check()
    go.click()
    wait_until(page, f"workshopDemo.steps > {steps}")
    pause(page, "#world-said", "steps")
    keep(page, "agents-world")


def test_keys_are_enough(base: str, open_page: Open) -> None:
    page = open_page(base + PAGE, **STILL)
    page.keyboard.press("s")
    page.keyboard.press("s")
    assert page.evaluate("workshopDemo.steps") == 2
    page.keyboard.press("r")
    assert page.evaluate("workshopDemo.steps") == 0
    page.keyboard.press("Space")
    wait_until(page, "workshopDemo.settled")


def test_a_finger_is_enough(served: str, open_page: Open) -> None:
    page = open_page(served + PAGE, 390, 844, has_touch=True, is_mobile=True, **STILL)
    tap(page.get_by_role("radio", name="cliff", exact=True))
    square = page.locator(".square").nth(1)
    tap(square)
    expect(square.locator("span")).to_have_text("+1", use_inner_text=True)
    tap(page.get_by_role("button", name="Restore the map"))
    expect(page.locator(".square").nth(1).locator("span")).to_have_text("", use_inner_text=True)
    tap(page.get_by_role("button", name="Go", exact=True))
    wait_until(page, "workshopDemo.settled")
    tap(page.get_by_role("radio", name="a moving agent", exact=True))
    tap(page.get_by_role("button", name="One step"))
    assert page.evaluate("workshopDemo.steps") == 1
