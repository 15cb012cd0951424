"""Makes the pictures that the README and the start page show; run it again when a page changes.

usage, from the checkout: python tests/browser/screenshots.py CONVNET_MIN_JS
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Page, Route, sync_playwright

from workshop.settings import Settings
from workshop.web.build import build_site

CHECKOUT = Path(__file__).resolve().parents[2]
IMAGES = CHECKOUT / "docs" / "images"
GOOD_LOSS = 0.0006
ANSWERS = {
    "/api/status": """{"services": {"jupyter": {"port": 8080, "state": "up"},
                                    "tensorboard": {"port": 8081, "state": "up"}}}""",
    "/api/updates": """{"can": true, "token": "t", "looking": false, "news": null}""",
}
"""What the server says where everything runs and nothing is new."""


def main(library: Path) -> None:
    """Build the site with the library, and photograph it."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        data, site = Path(scratch) / "data", Path(scratch) / "web"
        (data / "convnetjs").mkdir(parents=True)
        shutil.copy(library, data / "convnetjs" / "convnet-min.js")
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=["--no-sandbox"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        build_site(CHECKOUT, site, Settings(data=data))
        painting(page, site)
        bubbles(page, site)
        build_site(CHECKOUT, site, Settings(data=data))
        start(page, site)
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
    save(page.screenshot(), IMAGES / "painting.png", 1280)
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


if __name__ == "__main__":
    main(Path(sys.argv[1]))
