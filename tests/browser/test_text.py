"""The page with the character network, used as a participant uses it; its slopes are checked."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from waiting import patience

from .conftest import CHECKOUT, FIGURES, STILL, Open, expect, learn, wait_until
from .fingers import tap

PAGE = "demos/text/index.html"
# The bar of the page, in seconds of one core.
BITS, SECONDS = 1.8, 120

# Of the words in what it writes, the share that stand in the sonnet. What one writing says is chance, so it
# is asked until it holds: a network that learnt nothing never gets there.
OWN_WORDS = """(() => {
  const words = (text) => text.toLowerCase().match(/[a-z']{4,}/g) || [];
  const sonnet = new Set(words(Writing.CORPORA.sonnet.text));
  const written = words(workshopDemo.write(400, 0.3));
  return written.length > 20 && written.filter((word) => sonnet.has(word)).length / written.length;
})()"""

SLOPES = """
const folder = process.argv[1];
global.window = global;
require(`${folder}/assets/dense.js`);
require(`${folder}/text/gru.js`);
const net = new Writing.Gru(5, 4, Workshop.random(1));
const text = [0, 1, 2, 3, 4, 1, 0];
const walk = () => {
  let state = new Float32Array(4);
  let loss = 0;
  const steps = [];
  const answers = [];
  for (let t = 0; t + 1 < text.length; t++) {
    steps.push(net.step(text[t], state));
    state = steps[t].after;
    answers.push(net.chances(state));
    loss -= Math.log(answers[t][text[t + 1]]) / (text.length - 1);
    answers[t][text[t + 1]] -= 1;
  }
  return { loss, steps, answers };
};
const { steps, answers } = walk();
net._back(steps, answers);
let worst = 0;
let largest = 0;
for (const { value, slope } of net.all) {
  for (let i = 0; i < value.length; i++) {
    const kept = value[i];
    value[i] = kept + 0.01;
    const above = walk().loss;
    value[i] = kept - 0.01;
    const below = walk().loss;
    value[i] = kept;
    worst = Math.max(worst, Math.abs((above - below) / 0.02 - slope[i]));
    largest = Math.max(largest, Math.abs(slope[i]));
  }
}
console.log(worst / largest);
"""


def test_slopes_are_those_of_the_loss() -> None:
    command = ["node", "-e", SLOPES, str(CHECKOUT / "js-demos")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=patience(60))
    assert float(done.stdout) < 1e-3


def test_ones_own_text_is_read(base: str, open_page: Open) -> None:
    page = open_page(base + PAGE, **STILL)
    page.fill("#own", "too short")
    assert "at least 30 characters" in page.inner_text("#fault")
    page.fill("#own", "abcabcabcabc " * 20)
    assert page.is_hidden("#fault")
    assert page.evaluate("workshopDemo.letters") == 4
    page.get_by_role("button", name="Train", exact=True).click()
    wait_until(page, "workshopDemo.bits < 0.2", SECONDS)
    wait_until(page, "workshopDemo.write(60, 0.5).includes('abcabc')", SECONDS)


def test_a_text_is_learned(base: str, open_page: Open, keep: Callable[..., None]) -> None:
    page = open_page(base + PAGE, 1366, 768, **STILL)
    assert page.evaluate("workshopDemo.bits") > 4
    assert page.evaluate(OWN_WORDS) < 0.1
    read = page.get_by_role("button", name="Train", exact=True)
    seconds = learn(page, read.click, f"workshopDemo.bits < {BITS}", SECONDS)
    FIGURES.append(f"text: {BITS} bits per character after {seconds:.1f} processor s")
    wait_until(page, "workshopDemo.bits < 0.5", SECONDS)
    keep(page, "text")
    wait_until(page, f"{OWN_WORDS} > 0.6", SECONDS)


def test_keys_are_enough(base: str, open_page: Open) -> None:
    page = open_page(base + PAGE, **STILL)
    before = page.locator("#samples li").count()
    page.keyboard.press("w")
    expect(page.locator("#samples li")).to_have_count(before + 1)
    page.keyboard.press("Space")
    wait_until(page, "workshopDemo.seen > 100")
    page.keyboard.press("r")
    assert page.evaluate("[workshopDemo.seen, workshopDemo.running]") == [0, False]


def test_a_finger_is_enough(served: str, open_page: Open) -> None:
    page = open_page(served + PAGE, 390, 844, has_touch=True, is_mobile=True, **STILL)
    tap(page.get_by_role("radio", name="counting", exact=True))
    tap(page.get_by_role("button", name="Train", exact=True))
    wait_until(page, "workshopDemo.bits < 2.5", SECONDS)
    tap(page.get_by_role("button", name="Pause"))
    samples = page.locator("#samples li").count()
    tap(page.locator("#temperature"), position={"x": 5, "y": 14})
    assert float(page.inner_text("#temperature-out")) < 0.5
    tap(page.get_by_role("button", name="Generate text"))
    assert page.locator("#samples li").count() in (samples + 1, 6)
