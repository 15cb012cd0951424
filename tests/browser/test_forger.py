"""Generative adversarial networks, used as a participant uses it; the networks' slopes are checked."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

from waiting import patience

from .conftest import CHECKOUT, FIGURES, STILL, Open, learn, pause, wait_until
from .fingers import tap

PAGE = "demos/forger/index.html"
# Processor seconds for each of the three parts of a game; on an idle core they take a tenth.
SECONDS = 60
RING = 8

SLOPES = """
const folder = process.argv[1];
global.window = global;
for (const file of ["dense", "mlp"]) require(`${folder}/assets/${file}.js`);
const net = new Workshop.Mlp([2, 5, 4, 1], Workshop.random(3));
const [count, weight] = [3, 0.7];
const points = Float64Array.from({ length: 2 * count }, (_, i) => Math.sin(2.1 * i));
const ones = new Float64Array(count).fill(1);
const squares = () => {
  net.forward(points, count);
  return net.slopesOfInputs(ones).reduce((sum, slope) => sum + slope * slope, 0);
};
const losses = {
  output: () => Math.log(net.forward(points, count).slice(0, count).map(Math.exp).reduce((a, b) => a + b)),
  steepness: () => weight / 2 * squares(),
};
const slopes = {
  output: () => {
    const powers = net.forward(points, count).slice(0, count).map(Math.exp);
    const total = powers.reduce((sum, each) => sum + each, 0);
    return net.backward(powers.map((power) => power / total)).slice(0, 2 * count);
  },
  steepness: () => { net.steepness(points, count, weight); },
};
const difference = (loss, values, i) => {
  const kept = values[i];
  values[i] = kept + 1e-5;
  const above = loss();
  values[i] = kept - 1e-5;
  const below = loss();
  values[i] = kept;
  return (above - below) / 2e-5;
};
const worst = {};
for (const [name, loss] of Object.entries(losses)) {
  net.clear();
  const byInputs = slopes[name]();
  const found = net.all.map(({ slope }) => slope.slice());
  const compare = (values, slopes) => [...values.keys()].map((i) => [difference(loss, values, i), slopes[i]]);
  const pairs = net.all.flatMap(({ value }, n) => compare(value, found[n]));
  if (byInputs) pairs.push(...compare(points, byInputs));
  const largest = Math.max(...pairs.map(([, slope]) => Math.abs(slope)));
  worst[name] = Math.max(...pairs.map(([right, slope]) => Math.abs(right - slope))) / largest;
}
worst.penalty = Math.abs(net.steepness(points, count, weight) - losses.steepness());
console.log(JSON.stringify(worst));
"""

CROWDS = """
const folder = process.argv[1];
global.window = global;
for (const file of ["dense", "mlp", "crowds"]) require(`${folder}/assets/${file}.js`);
const told = {};
for (const shape of ["ring", "line", "clusters", "own"]) {
  const crowd = new Workshop.Crowd(shape, [[-1, -1], [-1.1, -1], [1, 1]]);
  const { points, parts } = crowd.draw(800, Workshop.random(2));
  const found = (n) => crowd.partOf(points[2 * n], points[2 * n + 1]);
  const right = [...parts].filter((part, n) => found(n) === part).length;
  const one = Float64Array.from({ length: 200 }, (_, i) => crowd.parts[0][i % 2]);
  told[shape] = {
    of: crowd.parts.length, right: right / 800, covered: crowd.covered(crowd.shares(points, 800)),
    one: crowd.covered(crowd.shares(one, 100)), fair: crowd.fair,
    again: Workshop.energyDistance(points, crowd.draw(800, Workshop.random(3)).points),
    far: Workshop.energyDistance(points, one), self: Workshop.energyDistance(one, one),
  };
}
told.two = Workshop.energyDistance(Float64Array.of(0, 0), Float64Array.of(3, 4));
told.spread = Workshop.spreadOf(Float64Array.of(0, 0, 6, 8));
console.log(JSON.stringify(told));
"""


def by_node(script: str) -> Any:
    command = ["node", "-e", script, str(CHECKOUT / "js-demos")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=patience(60))
    return json.loads(done.stdout)


def test_slopes_are_those_of_the_loss_and_of_the_penalty() -> None:
    worst = by_node(SLOPES)
    assert set(worst) == {"output", "steepness", "penalty"}
    assert max(worst.values()) < 1e-6, worst


def test_places_are_counted_and_distances_are_those_of_the_definition() -> None:
    told = by_node(CROWDS)
    assert told.pop("two") == 10
    assert told.pop("spread") == 5
    assert {shape: found["of"] for shape, found in told.items()} == {
        "ring": RING,
        "line": 8,
        "clusters": 2,
        "own": 2,
    }
    for shape, found in told.items():
        assert found["covered"] == found["of"], shape
        assert found["one"] == 1, shape
        assert found["right"] > 0.85, shape
        assert found["self"] == 0 and found["again"] < 0.02 < found["far"], shape
    assert told["own"]["fair"] == [2 / 3, 1 / 3]


def state(page: Any, name: str) -> Any:
    return page.evaluate(f"window.workshopDemo.{name}")


def test_it_covers_the_ring_collapses_on_demand_and_recovers_by_the_remedy(
    served: str, open_page: Open, keep: Callable[..., None]
) -> None:
    page = open_page(served + PAGE, 1366, 768, **STILL)
    assert state(page, "report.covered") < RING / 2
    spent = {}
    play = page.get_by_role("button", name="Play", exact=True)
    everywhere = f"workshopDemo.report.covered === {RING}"
    spent["learned"] = learn(page, play.click, everywhere, SECONDS)
    wait_until(page, "document.getElementById('said').dataset.state === 'good'")
    keep(page, "forger")
    collapse = page.get_by_role("button", name="Make it collapse")
    fallen = f"workshopDemo.report.collapsed && workshopDemo.report.covered <= {RING // 4}"
    spent["collapsed"] = learn(page, collapse.click, fallen, SECONDS)
    assert state(page, "settings.turns") > 1
    wait_until(page, "document.getElementById('said').dataset.state === 'bad'")
    keep(page, "forger-collapsed")
    remedy = page.get_by_role("button", name="Fix it", exact=True)
    spent["mended"] = learn(page, remedy.click, everywhere, SECONDS)
    assert state(page, "settings.flat") is True
    words = ", ".join(f"{what} after {seconds:.1f}" for what, seconds in spent.items())
    FIGURES.append(f"forger: {words} processor s, {state(page, 'rounds')} rounds")
    # It went on for a moment, in which any place may have been lost again.
    pause(page, "#covered", "report.covered")
    own_points(page)


def own_points(page: Any) -> None:
    """Points of one's own: by mouse, also drawn along, and by keys; too few are explained."""
    page.get_by_role("radio", name="your own").check()
    page.get_by_role("button", name="Play", exact=True).click()
    assert "at least 3 points" in page.inner_text("#fault")
    plane = page.locator("#plane canvas").first
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + box["width"] / 2, y, steps=8)
    page.mouse.up()
    drawn = len(state(page, "own"))
    assert 4 <= drawn <= 9
    plane.focus()
    for key in ("ArrowUp", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    assert page.is_visible("#plane .pen")
    last = state(page, "own")[-1]
    assert (round(last["x"], 6), round(last["y"], 6)) == (0, 0.4)
    page.keyboard.press("Space")
    wait_until(page, "workshopDemo.rounds > 2")
    assert int(page.inner_text("#of")) > 1
    page.get_by_role("button", name="Clear points").click()
    assert state(page, "own") == [] and state(page, "running") is False


def test_unseen_it_stands_still_and_a_finger_is_enough(served: str, open_page: Open) -> None:
    page = open_page(served + PAGE, 360, 740, has_touch=True, is_mobile=True, **STILL)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    tap(page.get_by_role("button", name="Play", exact=True))
    wait_until(page, "workshopDemo.rounds > 2")
    hide(page, hidden=True)
    page.wait_for_timeout(200)
    before = state(page, "rounds")
    page.wait_for_timeout(500)
    assert state(page, "rounds") == before
    hide(page, hidden=False)
    wait_until(page, f"workshopDemo.rounds > {before}")
    tap(page.get_by_role("button", name="Make it collapse"))
    assert state(page, "settings.turns") > 1
    tap(page.get_by_role("button", name="Pause"))
    tap(page.get_by_role("radio", name="your own", exact=True))
    plane = page.locator("#plane canvas").first
    tap(plane, position={"x": 60, "y": 80})
    assert len(state(page, "own")) >= 1


def hide(page: Any, *, hidden: bool) -> None:
    """Have a page believe that its tab is hidden, or seen again; a headless browser shows all its tabs."""
    page.evaluate(
        "(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )
