"""The page with the grid world and the moving agent, used as a participant uses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import FIGURES, Open, wait_until

PAGE = "demos/agents/index.html"
# The shortest ways, counted by hand on the maps.
SHORTEST = {"rooms": 12, "cliff": 13, "maze": 22}


def steps_to_goal(page: Any) -> int | None:
    path = page.evaluate("window.workshopDemo.path")
    return len(path) - 1 if path else None


@pytest.mark.parametrize("name", SHORTEST)
def test_value_iteration_finds_the_shortest_way(name: str, base: str, open_page: Open) -> None:
    page = open_page(base + PAGE, 1366, 768)
    page.get_by_role("radio", name=name).check()
    assert steps_to_goal(page) is None
    page.get_by_role("button", name="Go", exact=True).click()
    wait_until(page, "workshopDemo.settled")
    assert steps_to_goal(page) == SHORTEST[name]
    assert page.get_by_role("button", name="Go", exact=True).is_visible()


def test_q_learning_finds_the_same_way_by_walking(
    base: str, open_page: Open, keep: Callable[..., None]
) -> None:
    page = open_page(base + PAGE, 1366, 768)
    page.get_by_role("radio", name="it only walks").check()
    page.locator("#speed").fill("3")
    page.get_by_role("button", name="Go", exact=True).click()
    wait_until(page, f"workshopDemo.path && workshopDemo.path.length - 1 === {SHORTEST['rooms']}")
    assert "times at the goal" in page.inner_text("#grid-said")
    keep(page, "agents-grid")


def test_a_square_can_be_changed_and_the_way_goes_around(base: str, open_page: Open) -> None:
    page = open_page(base + PAGE)
    page.get_by_role("radio", name="cliff").check()
    for column in range(1, 11):
        # +1, then -1, then a wall: the row above the edge is closed.
        for _ in range(3):
            page.locator(".square").nth(12 * 2 + column).click()
    page.get_by_role("button", name="Go", exact=True).click()
    wait_until(page, "workshopDemo.settled")
    assert steps_to_goal(page) == SHORTEST["cliff"] + 2


def test_the_moving_agents_reward_rises(base: str, open_page: Open, keep: Callable[..., None]) -> None:
    page = open_page(base + PAGE, 1366, 768)
    page.get_by_role("radio", name="a moving agent").check()
    page.get_by_role("button", name="Go", exact=True).click()
    began = page.evaluate("performance.now()")
    wait_until(page, "workshopDemo.rewards.length >= 12", 170)
    seconds = (page.evaluate("performance.now()") - began) / 1000
    rewards = page.evaluate("workshopDemo.rewards")
    early, late = sum(rewards[:2]) / 2, sum(rewards[-2:]) / 2
    FIGURES.append(f"agents: reward in 1,000 steps from {early:.0f} to {late:.0f} in {seconds:.0f} s")
    assert early < 10
    assert late > early + 20
    page.get_by_role("radio", name="to watch").check()
    page.wait_for_timeout(300)
    keep(page, "agents-world")


def test_keys_are_enough(base: str, open_page: Open) -> None:
    page = open_page(base + PAGE)
    page.keyboard.press("s")
    page.keyboard.press("s")
    assert page.evaluate("workshopDemo.steps") == 2
    page.keyboard.press("r")
    assert page.evaluate("workshopDemo.steps") == 0
    page.keyboard.press("Space")
    wait_until(page, "workshopDemo.settled")


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_page_fits(width: int, height: int, base: str, open_page: Open, keep: Callable[..., None]) -> None:
    page = open_page(base + PAGE, width, height)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("radio", name="a moving agent").check()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    keep(page, f"agents-{width}")
