"""Measures the demos for docs/status.md, in Chromium on one core.

usage, from the checkout; convnetjs, mnist, netron, reveal and katex lie in the folder DATA:

    PYTHONPATH=tests python -m browser.measure DATA [--seeds N]

Prints a row of the table for each figure: processor seconds of a page's process, all threads together, and
beside them the seconds of the clock, which say nothing on a machine that has other work.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from website.serving import running

from workshop.core.settings import Settings
from workshop.site.build import build_site, read_manifest
from workshop.site.presentation import read_schedule

CHECKOUT = Path(__file__).resolve().parents[2]
DEMOS = [f"demos/{demo['name']}/index.html" for demo in read_manifest(CHECKOUT)]
DECKS = [f"slides/{name}/index.html" for name in read_schedule(CHECKOUT / "presentation" / "schedule.toml")]
TWO_MINUTES, ONE_MINUTE = 120, 60


@dataclass
class Clock:
    """The processor time of a page's process, and the time on the wall."""

    page: Page

    def __post_init__(self) -> None:
        self.devtools = self.page.context.new_cdp_session(self.page)
        self.devtools.send("Performance.enable")
        self.began, self.began_wall = self._used(), time.monotonic()

    def _used(self) -> float:
        metrics = self.devtools.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "ProcessTime"))

    def used(self) -> float:
        """Return the processor seconds since the clock was made."""
        return self._used() - self.began

    def wait(self, condition: str, most: float, every: float = 50) -> float | None:
        """Return after how many processor seconds a condition held; None when ``most`` have passed.

        It is asked ``every`` so many milliseconds: what takes long to answer is asked less often.
        """
        while not self.page.evaluate(condition):
            if self.used() > most:
                return None
            self.page.wait_for_timeout(every)
        return self.used()

    def wait_for(self, seconds: float) -> None:
        """Wait until the page has used so many processor seconds."""
        while self.used() < seconds:
            self.page.wait_for_timeout(200)

    def wall(self) -> float:
        """Return the seconds on the wall since the clock was made."""
        return time.monotonic() - self.began_wall


def row(what: str, bar: str, found: str) -> None:
    print(f"| {what} | {bar} | {found} |", flush=True)


def spread(numbers: list[float], form: str) -> str:
    """Return the median and the range of some numbers."""
    low, middle, high = min(numbers), statistics.median(numbers), max(numbers)
    return f"{middle:{form}} ({low:{form}} to {high:{form}})"


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """Open a page in a browser without a past."""
    context = browser.new_context(
        viewport={"width": 1366, "height": 768}, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(address)
    while (
        "/demos/" in address and "look-inside" not in address and not page.evaluate("!!window.workshopDemo")
    ):
        page.wait_for_timeout(50)
    yield page
    context.close()


def spiral(browser: Browser, site: str, seeds: int) -> None:
    reached, after, walls = [], [], []
    for seed in range(seeds):
        with opened(browser, f"{site}demos/playground/index.html") as page:
            page.get_by_role("radio", name="spiral").check()
            for _ in range(seed):
                page.get_by_role("button", name="New points").click()
            clock = Clock(page)
            page.evaluate("document.querySelector('[aria-label=\"Try it: The spiral\"]').click()")
            reached.append(clock.wait("workshopDemo.testLoss < 0.05", ONE_MINUTE) or float("inf"))
            clock.wait_for(ONE_MINUTE)
            after.append(page.evaluate("workshopDemo.testLoss"))
            walls.append(clock.wall())
    row("playground: spiral, seconds to a test loss of 0.05", "60", spread(reached, ".1f"))
    row("playground: spiral, test loss after 60 s", "0.05", spread(after, ".4f"))
    row("… 60 processor seconds took on the wall", "", spread(walls, ".0f"))


def digits(browser: Browser, site: str, seeds: int) -> None:
    reached, after, walls = [], [], []
    for seed in range(seeds):
        with opened(browser, f"{site}demos/digits/index.html") as page:
            for _ in range(seed):
                page.get_by_role("button", name="Start again").click()
            clock = Clock(page)
            page.get_by_role("button", name="Train", exact=True).click()
            reached.append(clock.wait("workshopDemo.heldOut >= 0.97", TWO_MINUTES) or float("inf"))
            clock.wait_for(TWO_MINUTES)
            page.get_by_role("button", name="Pause").click()
            after.append(100 * page.evaluate("workshopDemo.testNow()"))
            walls.append(clock.wall())
    row("digits: seconds to 97 % of the 1,000 held-out digits", "120", spread(reached, ".0f"))
    row("digits: % of all 1,000 held-out digits after 120 s", "97", spread(after, ".1f"))
    row("… 120 processor seconds took on the wall", "", spread(walls, ".0f"))


def text(browser: Browser, site: str, seeds: int) -> None:
    reached, after = [], []
    for seed in range(seeds):
        with opened(browser, f"{site}demos/text/index.html") as page:
            for _ in range(seed):
                page.get_by_role("button", name="Start again").click()
            clock = Clock(page)
            page.get_by_role("button", name="Read", exact=True).click()
            reached.append(clock.wait("workshopDemo.bits < 1.8", TWO_MINUTES) or float("inf"))
            clock.wait_for(TWO_MINUTES)
            after.append(page.evaluate("workshopDemo.bits"))
    row("text: seconds to 1.8 bits a character", "120", spread(reached, ".1f"))
    row("text: bits a character after 120 s", "1.8", spread(after, ".3f"))


def agent(browser: Browser, site: str, seeds: int) -> None:
    late, took = [], []
    for _ in range(seeds):
        with opened(browser, f"{site}demos/agents/index.html") as page:
            page.get_by_role("radio", name="a moving agent").check()
            clock = Clock(page)
            page.get_by_role("button", name="Go", exact=True).click()
            took.append(clock.wait("workshopDemo.rewards.length >= 12", 2 * TWO_MINUTES) or float("inf"))
            late.append(sum(page.evaluate("workshopDemo.rewards.slice(-2)")) / 2)
    row("agents: moving agent, seconds for 12,000 steps", "", spread(took, ".0f"))
    row("agents: moving agent, reward in 1,000 steps then", "rises", spread(late, ".0f"))


def forger(browser: Browser, site: str, seeds: int) -> None:
    steps = {
        "all 8 places are covered": ("Play", "workshopDemo.report.covered === 8"),
        "collapse": ("Make it collapse", "workshopDemo.report.collapsed && workshopDemo.report.covered <= 2"),
        "all are covered again": ("Remedy", "workshopDemo.report.covered === 8"),
    }
    took: dict[str, list[float]] = {what: [] for what in steps}
    for seed in range(seeds):
        with opened(browser, f"{site}demos/forger/index.html") as page:
            for _ in range(seed):
                page.get_by_role("button", name="Start again").click()
            for what, (button, condition) in steps.items():
                clock = Clock(page)
                page.get_by_role("button", name=button, exact=True).click()
                took[what].append(clock.wait(condition, ONE_MINUTE) or float("inf"))
    for what, seconds in took.items():
        row(f"forger: seconds until {what}", "60", spread(seconds, ".1f"))


def noise(browser: Browser, site: str, seeds: int) -> None:
    reached, after = [], []
    for seed in range(seeds):
        with opened(browser, f"{site}demos/noise/index.html") as page:
            for _ in range(seed):
                page.get_by_role("button", name="Start again").click()
            clock = Clock(page)
            page.get_by_role("button", name="Play", exact=True).click()
            reached.append(clock.wait("workshopDemo.report.apart < 0.03", ONE_MINUTE, 1000) or float("inf"))
            clock.wait_for(ONE_MINUTE)
            after.append(page.evaluate("workshopDemo.report.apart"))
    row("noise: seconds to an energy distance of 0.03", "60", spread(reached, ".1f"))
    row("noise: energy distance after 60 s", "0.03", spread(after, ".4f"))


def paint(browser: Browser, site: str, seeds: int) -> None:
    """Print the slowest first paint, each page's median counting."""
    slowest = (0.0, "")
    for name in ["index.html", *DEMOS, *DECKS]:
        paints = []
        for _ in range(seeds):
            with opened(browser, site + name) as page:
                page.wait_for_timeout(400)
                entry = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
                paints.append(page.evaluate(entry))
        slowest = max(slowest, (statistics.median(paints), name))
    row("first paint of the slowest page, in ms", "1,000", f"{slowest[0]:.0f} ({slowest[1]})")


def access(browser: Browser, site: str, seeds: int) -> None:
    serious = 0
    for name in ["index.html", *DEMOS, *DECKS]:
        with opened(browser, site + name) as page:
            page.wait_for_timeout(400)
            found = Axe().run(page).response["violations"]
            serious += sum(fault["impact"] in {"serious", "critical"} for fault in found)
    row("accessibility: serious findings of axe on all pages", "0", str(serious))


MEASURES: list[Callable[[Browser, str, int], None]] = [
    spiral,
    text,
    agent,
    digits,
    forger,
    noise,
    paint,
    access,
]


def main() -> None:
    """Build the site with the data, and measure all there is on one core."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", choices=[measure.__name__ for measure in MEASURES], action="append")
    chosen = parser.parse_args()
    # Chromium and all its processes inherit the one core.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        web = Path(scratch) / "web"
        build_site(CHECKOUT, web, Settings(data=chosen.data))
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        with running(web) as (port, _):
            for measure in MEASURES:
                if not chosen.only or measure.__name__ in chosen.only:
                    measure(browser, f"http://127.0.0.1:{port}/", chosen.seeds)
        browser.close()
        size = sum(path.stat().st_size for path in (web / "demos").rglob("*") if path.is_file())
        row("size of all demos, in MB", "25", f"{size / 1e6:.1f}")


if __name__ == "__main__":
    main()
