"""Diffusion, used as a participant uses it; its way there and back where it is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import FIGURES, STILL, Open, learn, pause, wait_until
from .fingers import tap
from .test_forger import by_node, hide, state

PAGE = "demos/noise/index.html"
# How far from the real points those that come back may be (energy distance), and processor seconds for it.
APART, SECONDS = 0.03, 90

# All real points lie in one place: then the speed is known, and so is where everything must arrive.
KNOWN = """
const folder = process.argv[1];
global.window = global;
for (const file of ["assets/dense", "assets/mlp", "assets/crowds", "noise/model", "noise/journey"]) {
  require(`${folder}/${file}.js`);
}
const home = [0.5, -1];
const crowd = new Workshop.Crowd("own", [home]);
crowd.spread = 0;
const model = new Noise.Diffusion(crowd, { rate: 0.01 }, 1);
const kept = model._answer;
// x = cos φ · x₀ + sin φ · ε gives ε, and with it v = cos φ · ε − sin φ · x₀.
model._answer = (places, angle) => places.map((x, i) => {
  const noise = (x - Math.cos(angle) * home[i % 2]) / Math.max(Math.sin(angle), 1e-9);
  return Math.cos(angle) * noise - Math.sin(angle) * home[i % 2];
});
const off = (points) => Math.max(...points.map((value, i) => Math.abs(value - home[i % 2])));
const ways = Object.fromEntries([1, 7, 30].map((steps) => [steps, off(model.wayBack(steps, {}).at(-1))]));
const journey = new Noise.Journey(model, 10, {});
for (let n = 0; n < 10; n++) journey.go();
const outside = Math.max(...journey.places.map((value, i) => Math.abs(value - model.noise[i])));
let arrivals = 0;
while (!journey.arrived) arrivals += journey.go();
const arrived = off(journey.places);
journey.goTo(10);
const begun = [journey.back, journey.trail.length];
journey.goTo(4);
model._answer = kept;
for (let n = 0; n < 400; n++) model.learn();
const [cos, sin] = [Math.cos(0.7), Math.sin(0.7)];
const place = Float64Array.of(cos * home[0] + sin * 0.3, cos * home[1] + sin * -0.4);
const speed = model.speeds(place, 0.7, {});
const right = [cos * 0.3 - sin * home[0], cos * -0.4 - sin * home[1]];
const free = model.speeds(place, 0.7, { part: 0, guidance: 0 });
const led = model.speeds(place, 0.7, { part: 0, guidance: 1 });
const much = model.speeds(place, 0.7, { part: 0, guidance: 3 });
console.log(JSON.stringify({
  ways, outside, arrivals, arrived, begun, walked: [journey.step, journey.trail.length],
  learned: Math.max(...right.map((value, i) => Math.abs(value - speed[i]))),
  guidance: Math.max(...speed.map((value, i) => Math.abs(value - free[i]) +
    Math.abs(free[i] + 3 * (led[i] - free[i]) - much[i]))),
}));
"""


def test_the_way_back_ends_where_all_points_are_and_the_network_learns_its_speed() -> None:
    found = by_node(KNOWN)
    assert max(found["ways"].values()) < 1e-6
    assert (found["arrivals"], found["begun"], found["walked"]) == (1, [True, 1], [4, 7])
    assert found["arrived"] < 1e-6 and found["outside"] < 1e-9
    assert found["learned"] < 0.15
    assert found["guidance"] < 1e-9


def test_points_come_back_nearer_and_nearer_and_can_be_led(
    served: str, open_page: Open, keep: Callable[..., None]
) -> None:
    page = open_page(served + PAGE, 1366, 768, **STILL)
    before = state(page, "report")
    assert before["apart"] > 2 * APART
    play = page.get_by_role("button", name="Play", exact=True)
    seconds = learn(page, play.click, f"workshopDemo.report.apart < {APART}", SECONDS)
    FIGURES.append(
        f"noise: from {before['apart']:.3f} to {APART} apart after {seconds:.1f} processor s,"
        f" {state(page, 'updates')} updates; other real points {before['best']:.3f}"
    )
    wait_until(page, "workshopDemo.back && workshopDemo.step < 20")
    pause(page, "#updates", "updates")
    keep(page, "noise")
    led(page)
    walked(page)


def led(page: Any) -> None:
    """Guidance brings most points to the place that is asked for; without it they go everywhere."""
    page.locator("#part").fill("3")
    shares = {}
    for guidance in ("0", "2"):
        page.locator("#guidance").fill(guidance)
        shares[guidance] = state(page, "report.shares")[2]
    assert shares["0"] < 0.3 < 0.6 < shares["2"]
    page.locator("#part").fill("0")


def walked(page: Any) -> None:
    """The slider, single steps and turning round go the same way, and learning waits meanwhile."""
    updates = state(page, "updates")
    page.keyboard.press("t")
    if not state(page, "back"):
        page.keyboard.press("t")
    assert (state(page, "back"), state(page, "step")) == (True, 30)
    page.keyboard.press("s")
    once = state(page, "places")
    page.locator("#step").fill("10")
    assert state(page, "step") == 10
    page.locator("#step").fill("29")
    assert state(page, "places") == pytest.approx(once)
    page.locator("#step").fill("0")
    assert "arrived" in page.inner_text("#said")
    assert float(page.inner_text("#apart")) < 1.5 * APART
    page.get_by_role("button", name="Reverse").click()
    assert (state(page, "back"), state(page, "step")) == (False, 0)
    assert state(page, "updates") == updates


def test_unseen_it_stands_still_and_a_finger_is_enough(served: str, open_page: Open) -> None:
    page = open_page(served + PAGE, 360, 740, has_touch=True, is_mobile=True, **STILL)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    tap(page.get_by_role("button", name="Play", exact=True))
    wait_until(page, "workshopDemo.updates > 2")
    hide(page, hidden=True)
    page.wait_for_timeout(200)
    before = state(page, "updates")
    page.wait_for_timeout(500)
    assert state(page, "updates") == before
    hide(page, hidden=False)
    wait_until(page, f"workshopDemo.updates > {before}")
    tap(page.get_by_role("button", name="Pause"))
    tap(page.locator("#step"), position={"x": 150, "y": 14})
    assert state(page, "step") > 5
    tap(page.get_by_role("radio", name="your own", exact=True))
    plane = page.locator("#plane canvas").first
    for x in (60, 120, 180):
        tap(plane, position={"x": x, "y": 80})
    assert len(state(page, "own")) >= 3
    page.keyboard.press("Space")
    wait_until(page, "workshopDemo.updates > 2")
