"""The page that reads digits, used as a participant uses it; its layers' slopes are checked."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

from waiting import patience

from .conftest import CHECKOUT, FIGURES, STILL, Open, expect, learn, pause, wait_until
from .fingers import drag_finger, tap

PAGE = "demos/digits/index.html"
# The bar of the page: right on 97 of 100 digits that it never saw, within two minutes of a core.
RIGHT, SECONDS = 0.97, 120
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}

SLOPES = """
const folder = process.argv[1];
global.window = global;
for (const file of ["assets/dense.js", "digits/layers.js", "digits/model.js"]) require(`${folder}/${file}`);
const pictures = new Uint8Array(144).map((_, i) => (i * 37) % 251);
const part = { count: 1, pictures, labels: [3] };
const data = { side: 12, train: part, test: part };
const model = new Digits.Model(data, { filters: 2, deep: 2, rate: 0 }, Workshop.random(4));
const loss = () => -Math.log(model.ask(pictures)[3]);
const chances = model.ask(pictures);
chances[3] -= 1;
let slope = Float32Array.from(chances);
for (const layer of [...model.layers].reverse()) slope = layer.backward(slope);
let worst = 0;
let largest = 0;
for (const { value, slope: slopes } of model.parameters) {
  for (let i = 0; i < value.length; i++) {
    const kept = value[i];
    value[i] = kept + 1e-3;
    const above = loss();
    value[i] = kept - 1e-3;
    const below = loss();
    value[i] = kept;
    worst = Math.max(worst, Math.abs((above - below) / 2e-3 - slopes[i]));
    largest = Math.max(largest, Math.abs(slopes[i]));
  }
}
console.log(worst / largest);
"""


def ready(page: Any) -> None:
    wait_until(page, "!!window.workshopDemo")


def draw(page: Any, *strokes: list[tuple[float, float]]) -> None:
    """Draw with the mouse; places are shares of the pad."""
    box = page.locator("#pad").bounding_box()
    for stroke in strokes:
        for number, (x, y) in enumerate(stroke):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
            if number == 0:
                page.mouse.down()
        page.mouse.up()


THREE = [(0.3, 0.2), (0.55, 0.15), (0.65, 0.3), (0.45, 0.47), (0.68, 0.62), (0.55, 0.82), (0.28, 0.78)]
ONE = [(0.5, 0.15), (0.5, 0.85)]


def test_slopes_are_those_of_the_loss() -> None:
    command = ["node", "-e", SLOPES, str(CHECKOUT / "js-demos")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=patience(60))
    assert float(done.stdout) < 1e-3


def test_it_learns_to_read_and_reads_what_is_drawn(
    served: str, open_page: Open, keep: Callable[..., None]
) -> None:
    page = open_page(f"{served}{PAGE}", 1366, 768, **STILL)
    ready(page)
    train = page.get_by_role("button", name="Train", exact=True)
    seconds = learn(page, train.click, f"workshopDemo.heldOut >= {RIGHT}", SECONDS)
    seen = page.evaluate("workshopDemo.seen")
    FIGURES.append(
        f"digits: {RIGHT:.0%} of held-out digits right after {seconds:.0f} processor s, {seen} seen"
    )
    pause(page, "#seen", "seen")
    draw(page, THREE)
    assert page.inner_text("#answer") == "3"
    keep(page, "digits")
    page.get_by_role("button", name="Wipe").click()
    assert page.inner_text("#answer") == "?"
    draw(page, ONE)
    assert page.inner_text("#answer") == "1"
    assert page.locator("#wrong figure").count() > 3


def test_an_untrained_network_guesses_and_a_smaller_one_has_fewer_filters(base: str, open_page: Open) -> None:
    page = open_page(base + PAGE, **STILL)
    ready(page)
    assert page.evaluate("workshopDemo.testNow()") < 0.35
    expect(page.locator("#filters-shown canvas")).to_have_count(8)
    page.locator("#filters").fill("2")
    expect(page.locator("#filters-shown canvas")).to_have_count(2)


def test_keys_are_enough(base: str, open_page: Open) -> None:
    page = open_page(base + PAGE, **STILL)
    ready(page)
    page.keyboard.press("Space")
    wait_until(page, "workshopDemo.seen > 100")
    page.keyboard.press("r")
    assert page.evaluate("[workshopDemo.seen, workshopDemo.running]") == [0, False]


def test_the_arrows_draw_on_the_pad(served: str, open_page: Open) -> None:
    page = open_page(served + PAGE, **STILL)
    ready(page)
    page.locator("#pad").focus()
    page.keyboard.press("Shift+ArrowDown")
    assert page.inner_text("#answer") == "?"
    assert page.is_visible("#tip")
    for _ in range(9):
        page.keyboard.press("ArrowDown")
    assert page.inner_text("#answer") in set("0123456789")
    ink = page.evaluate("workshopDemo.ink")
    assert ink > 0
    page.keyboard.press("ArrowRight")
    assert page.evaluate("workshopDemo.ink") > ink
    page.keyboard.press("Delete")
    assert page.evaluate("workshopDemo.ink") == 0
    assert page.inner_text("#answer") == "?"
    page.keyboard.press("Tab")
    assert page.is_hidden("#tip")


def test_a_finger_draws_and_presses(served: str, open_page: Open) -> None:
    page = open_page(served + PAGE, **PHONE, **STILL)
    ready(page)
    drag_finger(page, "#pad", THREE)
    assert page.inner_text("#answer") in set("0123456789")
    assert page.evaluate("workshopDemo.ink") > 500
    tap(page.get_by_role("button", name="Wipe"))
    assert page.inner_text("#answer") == "?"
    tap(page.get_by_role("button", name="Train", exact=True))
    wait_until(page, "workshopDemo.seen > 20")
    tap(page.get_by_role("button", name="Pause"))
    assert page.evaluate("workshopDemo.running") is False
