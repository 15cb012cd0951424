"""The page that opens from the stick: who sees which panel, and how it looks there.

Chromium plays the other browsers: by its own developer tools what it says of itself, and for those that say
nothing without that question.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from organiser.thumbdrive.contents import load_contents
from organiser.thumbdrive.page import SYSTEMS, render

from .audit import COLOURS, VIOLATIONS, faults_of
from .conftest import Open, Watch, expect, playwright, wait_until

VIRTUALBOX = [f"1-virtualbox/{file['name']}" for file in load_contents()[0].more["files"]]
NAMES = [
    *VIRTUALBOX,
    "1-utm/UTM.dmg",
    *(f"2-virtual-machine/deep-learning-workshop-v1{end}" for end in (".ova", ".wsl", "-arm64.wsl")),
    *(f"2-virtual-machine/deep-learning-workshop-v1-arm64{end}" for end in (".ova", ".utm.zip")),
    "check-my-computer/preflight.cmd",
    "check-my-computer/preflight.command",
    "check-my-computer/preflight.sh",
    "set-up-from-stick.bash",
    "site/index.html",
    "verify.cmd",
    "verify.command",
    "verify.sh",
    "workshop.bundle",
]
CLASSROOM = "https://classroom.example.org:8443/a-seat"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"
LINUX = "Mozilla/5.0 (X11; Linux x86_64"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15"
FIREFOX = "; rv:145.0) Gecko/20100101 Firefox/145.0"


@dataclass(frozen=True)
class Computer:
    """What a browser says of the computer that it runs on."""

    name: str
    panel: str
    agent: str
    platform: str = ""
    """Of the newer question; none: the browser does not know it."""
    processor: str = ""
    fingers: int = 0


COMPUTERS = [
    Computer("Chrome, M4", "macos-arm", MAC + CHROME, "macOS", "arm"),
    Computer("Chrome, Intel Mac", "macos-intel", MAC + CHROME, "macOS", "x86"),
    Computer("Chrome that will not say", "ask-mac", MAC + CHROME, "macOS"),
    Computer("Safari, any Mac", "ask-mac", MAC + SAFARI),
    Computer("Firefox, any Mac", "ask-mac", MAC[:-2] + FIREFOX),
    Computer("iPad", "tablet", MAC + SAFARI, fingers=5),
    Computer(
        "iPhone", "tablet", f"Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) {SAFARI}", fingers=5
    ),
    Computer("Edge, x86", "windows", f"{WINDOWS}) {CHROME} Edg/142.0", "Windows", "x86"),
    Computer("Edge, a screen to touch", "windows", f"{WINDOWS}) {CHROME} Edg/142.0", "Windows", "x86", 10),
    Computer("Edge, Arm", "windows-arm", f"{WINDOWS}) {CHROME} Edg/142.0", "Windows", "arm"),
    Computer("Firefox, any Windows", "ask-windows", WINDOWS + FIREFOX),
    Computer("Chrome, Linux", "linux", f"{LINUX}) {CHROME}", "Linux", "x86"),
    Computer("Firefox, Linux", "linux", LINUX + FIREFOX),
    Computer("Chromium, Raspberry Pi", "linux-arm", f"{LINUX}) {CHROME}", "Linux", "arm"),
    Computer("Firefox, Raspberry Pi", "linux-arm", LINUX.replace("x86_64", "aarch64") + FIREFOX),
    Computer(
        "Chromebook", "tablet", f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME}", "Chrome OS", "x86"
    ),
    Computer("Android", "tablet", f"Mozilla/5.0 (Linux; Android 10; K) {CHROME}", "Android", fingers=5),
    Computer("Firefox, Android", "tablet", f"Mozilla/5.0 (Android 15; Mobile{FIREFOX}", fingers=5),
]
FORGET = "delete Navigator.prototype.userAgentData;"
FINGERS = "Object.defineProperty(Navigator.prototype, 'maxTouchPoints', {{ get: () => {} }});"
SHOWN = "[...document.querySelectorAll('.panel')].filter((each) => !each.hidden).map((each) => each.id)"
READY = f"{SHOWN}.length === 1"


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a stick with everything."""
    file = tmp_path_factory.mktemp("stick") / "0_START_HERE.html"
    file.write_text(render(load_contents(), NAMES, CLASSROOM), encoding="utf-8")
    return file


@pytest.fixture
def past(browser: playwright.Browser) -> Iterator[playwright.BrowserContext]:
    with browser.new_context() as context:
        yield context


def arrive(
    past: playwright.BrowserContext, computer: Computer, address: str, watch: Watch
) -> playwright.Page:
    """Open the page on this computer."""
    page = past.new_page()
    watch.follow(page)
    told: dict[str, object] = {"userAgent": computer.agent}
    if computer.platform:
        told["userAgentMetadata"] = {
            "platform": computer.platform,
            "platformVersion": "15.0",
            "architecture": computer.processor,
            "model": "",
            "mobile": False,
        }
    past.new_cdp_session(page).send("Emulation.setUserAgentOverride", told)
    page.add_init_script(("" if computer.platform else FORGET) + FINGERS.format(computer.fingers))
    page.goto(address)
    wait_until(page, READY)
    return page


def test_each_computer_sees_what_is_for_it(
    stick: Path, past: playwright.BrowserContext, watch: Watch
) -> None:
    seen = {}
    for computer in COMPUTERS:
        page = arrive(past, computer, stick.as_uri(), watch)
        seen[computer.name] = page.evaluate(SHOWN)
        assert page.locator(".told").is_hidden(), computer.name
        page.close()
    assert seen == {computer.name: [computer.panel] for computer in COMPUTERS}
    assert {computer.panel for computer in COMPUTERS} == {*SYSTEMS, "ask-mac", "ask-windows"}
    assert watch.outside() == [] and watch.complaints == []


def test_a_tablet_that_wants_pages_as_a_computer_does_is_still_one(
    browser: playwright.Browser, stick: Path, watch: Watch
) -> None:
    with browser.new_context(has_touch=True, is_mobile=True) as past:
        page = arrive(
            past, Computer("", "tablet", f"{LINUX}) {CHROME}", "Linux", "", 5), stick.as_uri(), watch
        )
        assert page.evaluate(SHOWN) == ["tablet"]
        link = page.locator("#tablet a.button")
        assert link.get_attribute("href") == CLASSROOM
        assert page.locator("#tablet .steps li").count() == 3


def test_whoever_is_asked_comes_to_the_panel_by_the_answer(
    stick: Path, past: playwright.BrowserContext, watch: Watch
) -> None:
    page = arrive(past, Computer("", "", MAC + SAFARI), stick.as_uri(), watch)
    answers = page.locator("#ask-mac .answer")
    assert "Apple chip" in answers.first.inner_text()
    answers.first.click()
    assert page.evaluate(SHOWN) == ["macos-arm"]
    assert page.evaluate("location.hash") == "#macos-arm"
    assert page.locator(".told").is_hidden()
    page.reload()
    wait_until(page, READY)
    assert page.evaluate(SHOWN) == ["macos-arm"]


def test_the_wrong_processor_is_told_before_anything_is_copied(
    stick: Path, past: playwright.BrowserContext, watch: Watch
) -> None:
    page = arrive(past, Computer("", "", MAC + CHROME, "macOS", "arm"), stick.as_uri(), watch)
    page.get_by_role("link", name="Mac with Intel").click()
    told = page.locator(".told")
    expect(told).to_be_visible()
    assert "Mac with Apple chip" in told.inner_text()
    page.get_by_role("link", name="Mac with Apple chip").click()
    expect(told).to_be_hidden()


def test_without_scripts_every_system_is_there(open_page: Open, stick: Path) -> None:
    page = open_page(stick.as_uri(), java_script_enabled=False)
    for system in SYSTEMS:
        expect(page.locator(f"#{system}")).to_be_visible()
    expect(page.locator("#ask-mac")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_panel_can_be_read_and_fits(open_page: Open, stick: Path, theme: str) -> None:
    page = open_page(stick.as_uri(), color_scheme=theme)
    wait_until(page, READY)
    # All at once, as without scripts, and the questions besides.
    page.evaluate("document.querySelectorAll('.panel, .told').forEach((each) => { each.hidden = false; })")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert faults_of(page, options=VIOLATIONS if theme == "light" else COLOURS) == []
    for width in (360, 900, 1440):
        page.set_viewport_size({"width": width, "height": 720})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(SPILT) == [], width


# Words of a drawing that reach beyond its edge.
SPILT = """[...document.querySelectorAll('.picture text')].filter((text) => {
  const inner = text.getBoundingClientRect();
  const outer = text.ownerSVGElement.getBoundingClientRect();
  return inner.left < outer.left || inner.right > outer.right || inner.bottom > outer.bottom;
}).map((text) => text.textContent)"""
