"""Makes the pictures that the README and the start page show; run it again when a page changes.

usage, from the checkout, where the data sets convnetjs, mnist and netron lie in the folder DATA:

    PYTHONPATH=tests python -m browser.screenshots DATA [NAME ...]

NAME: painting, bubbles, playground, digits, agents, text, language_model, forger, noise, models, start,
stills; without one, all of them.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Page, Route, sync_playwright
from website.serving import running

from workshop.core.settings import Settings
from workshop.site.build import build_site

CHECKOUT = Path(__file__).resolve().parents[2]
IMAGES = CHECKOUT / "docs" / "images"
GOOD_LOSS = 0.0006
MISSING_ALONE = os.environ.get("WORKSHOP_STILLS") == "missing"
"""Whether only those stills are taken that are not there yet."""
MOVED_MS = 9_000
"""How long a demo moves before its still is taken."""
LEARNED = {
    "digits": "workshopDemo.heldOut > 0.95 && workshopDemo.answer === '3'",
    "forger": "workshopDemo.report.covered > 6",
    "noise": "workshopDemo.back && workshopDemo.step < 12 && workshopDemo.report.apart < 0.1",
}
"""What is waited for besides, where a demo has more to learn: a still shows a network that is right."""
THREE = [(0.3, 0.2), (0.55, 0.15), (0.65, 0.3), (0.45, 0.47), (0.68, 0.62), (0.55, 0.82), (0.28, 0.78)]
"""A 3, in shares of the pad."""
BRACKETS = """
const drawing = document.getElementById("graph").contentDocument;
for (const text of drawing.querySelectorAll("text tspan, text")) {
  if (!text.children.length) text.textContent = text.textContent.replace("〈", "⟨").replace("〉", "⟩");
}
"""
ANSWERS = {
    "/api/status": """{"services": {"jupyter": {"port": 8080, "state": "up"},
                                    "tensorboard": {"port": 8081, "state": "up"}},
                       "data": {"state": "up", "missing": []}}""",
    "/api/updates": """{"can": true, "looking": false, "news": null}""",
}
"""What the server says where everything runs and nothing is new."""


def main(data: Path, names: list[str]) -> None:
    """Build the site with the data, and photograph what is named."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        site = Path(scratch) / "web"
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=["--no-sandbox"],
        )
        for name in names or PAGES:
            # With less motion nothing moves before it is told to.
            page = browser.new_page(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
            # The start page shows what was photographed before.
            build_site(CHECKOUT, site, Settings(data=data))
            PAGES[name](page, site)
            page.close()
        browser.close()


def painting(page: Page, site: Path) -> None:
    """Let the network learn the fish, twice, so that the curve has one to compare with."""
    page.goto((site / "demos" / "painting" / "index.html").as_uri())
    page.keyboard.press("2")
    learn(page, GOOD_LOSS * 8)
    page.get_by_role("radio", name="x, y and waves").check()
    learn(page, GOOD_LOSS)
    page.keyboard.press("Escape")
    page.click("#run")
    page.evaluate("document.activeElement.blur()")
    easel = page.locator(".easel").bounding_box()
    assert easel is not None
    canvases = {**easel, "height": page.locator("#target").bounding_box()["height"]}
    save(page.screenshot(clip=canvases), CHECKOUT / "js-demos" / "painting" / "preview.webp", 720)


def bubbles(page: Page, site: Path) -> None:
    """Let a player play for a while, and point at a group."""
    page.goto((site / "demos" / "bubble-breaker" / "index.html").as_uri())
    page.click("#series")
    page.wait_for_selector("#series:not([disabled])")
    for _ in range(25):
        page.click("#step")
    board = page.locator("#board canvas").bounding_box()
    assert board is not None
    row, column = page.evaluate(
        "window.workshopModules.groups(window.workshopDemo.board).sort((a, b) => b.length - a.length)[0][0]"
    )
    page.mouse.move(
        board["x"] + (column + 0.5) / 10 * board["width"], board["y"] + (row + 0.5) / 14 * board["height"]
    )
    clip = {**board, "width": page.locator("main").bounding_box()["width"] * 0.68, "height": board["height"]}
    save(page.screenshot(clip=clip), CHECKOUT / "js-demos" / "bubble-breaker" / "preview.webp", 720)


def playground(page: Page, site: Path) -> None:
    """Let the network find the border between the colours."""
    page.goto((site / "demos" / "playground" / "index.html").as_uri())
    page.click("#run")
    learn(page, 0.02)
    page.click("#run")
    preview(page, ".stage > :first-child", "playground")


def digits(page: Page, site: Path) -> None:
    """Let the network learn for a while, and draw a three."""
    page.goto((site / "demos" / "digits" / "index.html").as_uri())
    page.wait_for_function("window.workshopDemo")
    page.click("#run")
    while not page.evaluate("workshopDemo.heldOut > 0.95"):
        page.wait_for_timeout(200)
    page.click("#run")
    pad = page.locator("#pad").bounding_box()
    assert pad is not None
    for number, (x, y) in enumerate(THREE):
        page.mouse.move(pad["x"] + x * pad["width"], pad["y"] + y * pad["height"], steps=4)
        if number == 0:
            page.mouse.down()
    page.mouse.up()
    preview(page, ".asking", "digits")


def agents(page: Page, site: Path) -> None:
    """Let the agent walk until its squares hold arrows."""
    page.goto((site / "demos" / "agents" / "index.html").as_uri())
    page.click("#run")
    while not page.evaluate("workshopDemo.settled || workshopDemo.steps > 40"):
        page.wait_for_timeout(200)
    page.click("#run")
    preview(page, "#grid", "agents")


def text(page: Page, site: Path) -> None:
    """Let the network read until it writes what looks like words."""
    page.goto((site / "demos" / "text" / "index.html").as_uri())
    page.click("#run")
    while not page.evaluate("workshopDemo.bits < 2.2"):
        page.wait_for_timeout(200)
    page.click("#run")
    page.evaluate("document.activeElement.blur()")
    preview(page, ".stage", "text")


def language_model(page: Page, site: Path) -> None:
    """Let it write, and choose a token to see what it attended to."""
    page.goto((site / "demos" / "language-model" / "index.html").as_uri() + "#try=looking-back")
    while not page.evaluate("!!window.workshopDemo && workshopDemo.written > 30"):
        page.wait_for_timeout(200)
    page.locator("#text [role=option]").nth(page.evaluate("workshopDemo.writer.tokens.length - 4")).click()
    page.evaluate("document.activeElement.blur()")
    preview(page, ".pages", "language-model")


def forger(page: Page, site: Path) -> None:
    """Let the forger find every place."""
    page.goto((site / "demos" / "forger" / "index.html").as_uri())
    page.click("#run")
    while not page.evaluate("workshopDemo.report.covered === 8"):
        page.wait_for_timeout(200)
    page.click("#run")
    preview(page, ".scene", "forger")


def noise(page: Page, site: Path) -> None:
    """Learn the field, and stop the points half-way back."""
    page.goto((site / "demos" / "noise" / "index.html").as_uri())
    page.click("#run")
    while not page.evaluate("workshopDemo.report.apart < 0.03"):
        page.wait_for_timeout(200)
    while not page.evaluate("workshopDemo.back && workshopDemo.step < 14"):
        page.wait_for_timeout(20)
    page.click("#run")
    preview(page, ".scene", "noise")


def models(page: Page, site: Path) -> None:
    """Open the network that reads digits, and one of its boxes; for a slide in a small window, enlarged."""
    browser = page.context.browser
    assert browser is not None
    with running(site) as (port, _):
        address = f"http://127.0.0.1:{port}/demos/look-inside/view.html?model=digits-cnn"
        open_a_box(page, address)
        preview(page, "#graph", "look-inside")
        small = browser.new_page(viewport={"width": 720, "height": 560}, device_scale_factor=2)
        open_a_box(small, address)
        picture = small.locator("#graph").screenshot()
        save(picture, CHECKOUT / "presentation" / "pictures" / "graph-open.webp", 1152)
        small.close()


def open_a_box(page: Page, address: str) -> None:
    """Open a network as a graph, and its first box."""
    page.goto(address)
    graph = page.frame_locator("#graph")
    graph.locator("g.node-item-type").first.click()
    graph.locator("#sidebar-content").get_by_text("5, 5", exact=True).wait_for()
    page.wait_for_timeout(1000)
    # Few fonts have the brackets that Netron writes.
    page.evaluate(BRACKETS)
    page.evaluate("window.scrollTo(0, 0)")


def preview(page: Page, selector: str, demo: str) -> None:
    """Save a part of the page as the picture of a demo on the start page, at most 10 to 16."""
    page.mouse.move(0, 0)
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(300)
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    clip = box | {"height": min(box["height"], box["width"] * 10 / 16, 720 - box["y"])}
    save(page.screenshot(clip=clip), CHECKOUT / "js-demos" / demo / "preview.webp", 720)


def learn(page: Page, loss: float) -> None:
    """Wait until the network is as good as this."""
    while not page.evaluate(f"window.workshopDemo.loss < {loss}"):
        page.wait_for_timeout(200)


def start(page: Page, site: Path) -> None:
    """Photograph the start page as it looks when everything runs."""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path in ANSWERS:
            route.fulfill(body=ANSWERS[path], content_type="application/json")
        else:
            route.fulfill(path=site / (path.lstrip("/") or "index.html"))

    page.route("http://localhost:8082/**", answer)
    page.goto("http://localhost:8082/")
    page.wait_for_selector('[data-state="up"]')
    page.wait_for_timeout(500)
    save(page.screenshot(), IMAGES / "start.webp", 1280)
    # For a slide, down to the end of the first cards.
    page.set_viewport_size({"width": 900, "height": 1200})
    page.wait_for_timeout(500)
    card = page.locator(".card").first.bounding_box()
    assert card is not None
    clip = {"x": 0, "y": 0, "width": 900, "height": card["y"] + card["height"] + 8}
    save(page.screenshot(clip=clip), CHECKOUT / "presentation" / "pictures" / "start-page.webp", 1100)


def stills(page: Page, site: Path) -> None:
    """Let the demo of each living slide move for a while, in both themes; what is seen then is its still."""
    pictures = CHECKOUT / "presentation" / "pictures"
    taken = {path.stem for path in pictures.glob("*.webp")} if MISSING_ALONE else set()
    for folder in sorted((site / "slides").iterdir()):
        if not (folder / "index.html").is_file():
            continue
        page.goto((folder / "index.html").as_uri())
        page.wait_for_function("window.workshopDeck")
        for number in range(page.evaluate("workshopDeck.getTotalSlides()")):
            for theme, ending in (("light", ""), ("dark", "-dark")):
                page.emulate_media(color_scheme=theme)
                page.evaluate(f"workshopDeck.slide({number})")
                still(page, ending, taken)


def still(page: Page, ending: str, taken: set[str]) -> None:
    """Photograph what is living on the slide that is shown, unless it was taken before."""
    places = page.locator("section.present .living")
    names = [
        f"{place.get_attribute('data-demo')}-{place.get_attribute('data-try')}{ending}"
        for place in places.all()
    ]
    if not names or taken.issuperset(names):
        return
    page.keyboard.press("PageDown")
    page.wait_for_timeout(MOVED_MS)
    for frame in page.frames[1:]:
        condition = next((LEARNED[name] for name in LEARNED if f"/{name}/" in frame.url), "true")
        while not frame.evaluate(condition):
            page.wait_for_timeout(100)
    page.keyboard.press("PageUp")
    page.wait_for_timeout(300)
    for name, place in zip(names, places.all(), strict=True):
        save(place.screenshot(), CHECKOUT / "presentation" / "pictures" / f"{name}.webp", 1152)
        taken.add(name)


def save(picture: bytes, path: Path, width: int) -> None:
    """Write the picture, small; in 256 colours that keep the rare ones, such as a green light."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    if image.width > width:
        image = image.resize((width, round(image.height * width / image.width)))
    if path.suffix == ".png":
        image.quantize(256, Image.Quantize.MAXCOVERAGE).save(path, optimize=True)
    else:
        image.save(path, quality=82)
    print(path, path.stat().st_size)


PAGES: dict[str, Callable[[Page, Path], None]] = {
    "painting": painting,
    "bubbles": bubbles,
    "playground": playground,
    "digits": digits,
    "agents": agents,
    "text": text,
    "language_model": language_model,
    "forger": forger,
    "noise": noise,
    "models": models,
    "start": start,
    "stills": stills,
}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
