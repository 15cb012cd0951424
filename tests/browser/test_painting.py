"""The painting demo, used as a participant uses it."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workshop.core.settings import Settings
from workshop.site.build import build_site

from .conftest import CHECKOUT, Open, Watch, expect, pause, wait_until
from .fingers import tap

# Measured on two busy cores: 0.08 before the first step, 0.004 after 5 s, 0.002 after 12 s.
LOSS_BAR = 0.005
FIRST_LOSS = """
const look = () => {
  const loss = window.workshopDemo?.loss;
  if (loss > 0) window.firstLoss = loss; else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
MIDDLE = 'document.getElementById("target").getContext("2d").getImageData(60, 60, 1, 1).data'
PAGE = "demos/painting/index.html"


def state(page: Any, name: str) -> Any:
    return page.evaluate(f"window.workshopDemo.{name}")


def wait_for(page: Any, condition: str) -> None:
    wait_until(page, f"(() => {{ const demo = window.workshopDemo; return {condition}; }})()")


def choose(page: Any, *names: str) -> None:
    """Choose radio buttons by what stands on them."""
    for name in names:
        page.get_by_role("radio", name=name, exact=True).check()


def png(path: Path, colour: tuple[int, int, int], width: int = 60, height: int = 40) -> Path:
    """Write a picture of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\0" + bytes(colour) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return path


def colour_of(page: Any, canvas: str) -> list[int]:
    """Return the colour of the middle dot."""
    return list(
        page.evaluate(
            """(id) => {
          const canvas = document.getElementById(id);
          const at = canvas.width / 2;
          return [...canvas.getContext("2d").getImageData(at, at, 1, 1).data].slice(0, 3);
        }""",
            canvas,
        )
    )


def test_own_picture_from_the_file_dialogue_is_learned(base: str, open_page: Open, tmp_path: Path) -> None:
    page = open_page(base + PAGE)
    page.set_input_files("#own", png(tmp_path / "green.png", (20, 200, 60)))
    wait_for(page, "demo.picture === 'own'")
    assert colour_of(page, "target") == [20, 200, 60]
    wait_for(page, "demo.loss < 0.001")
    assert colour_of(page, "painting") == pytest.approx([20, 200, 60], abs=25)


def test_network_learns_the_picture(base: str, open_page: Open, keep: Callable[..., None]) -> None:
    page = open_page(base + PAGE)
    # Looks at every frame: asked from here, a quick network would have learned already.
    page.add_init_script(FIRST_LOSS)
    page.reload()
    wait_for(page, f"demo.loss < {LOSS_BAR}")
    assert page.evaluate("window.firstLoss") > 2 * LOSS_BAR
    # The sun is painted where it is: the middle of it is bright, the hill below is dark.
    assert float(page.inner_text("#loss")) < 2 * LOSS_BAR
    keep(page, f"painting-{base.split(':')[0]}")


def test_while_it_learns_it_obeys(served: str, open_page: Open) -> None:
    page = open_page(served + PAGE)
    learning_rate_changes_while_it_learns_on(page)
    network_is_editable_and_starts_anew(page)
    keys_do_what_the_page_says(page)
    reset_forgets_what_was_learned(page)


def learning_rate_changes_while_it_learns_on(page: Any) -> None:
    before = state(page, "iterations")
    page.focus("#rate")
    page.keyboard.press("ArrowLeft")
    choose(page, "RMSProp")
    wait_for(page, f"demo.iterations > {before + 1000}")
    settings = state(page, "settings")
    assert settings["rate"] == pytest.approx(0.0079)
    assert settings["method"] == "windowgrad"


def network_is_editable_and_starts_anew(page: Any) -> None:
    page.focus("#layers")
    page.keyboard.press("ArrowRight")
    page.focus("#width")
    page.keyboard.press("Home")
    choose(page, "tanh", "x, y and waves")
    settings = state(page, "settings")
    assert settings["layers"] == 5 and settings["width"] == 2
    assert settings["activation"] == "tanh" and settings["inputs"] == "waves"
    assert page.inner_text("#shape").startswith("14 → 2 → 2 → 2 → 2 → 2 → 3: 63 weights")
    wait_for(page, "demo.iterations > 500 && demo.loss > 0")


def keys_do_what_the_page_says(page: Any) -> None:
    wait_for(page, "demo.iterations > 0")
    page.keyboard.press("Space")
    assert state(page, "running") is False
    assert page.inner_text("#run") == "Go on"
    page.keyboard.press("Space")
    assert state(page, "running") is True
    pause(page)
    page.keyboard.press("2")
    assert state(page, "picture") == "fish"
    begins_anew(page, lambda: page.keyboard.press("r"))


def reset_forgets_what_was_learned(page: Any) -> None:
    begins_anew(page, lambda: page.click("#reset"))
    wait_for(page, "demo.running && demo.iterations > 0")


def begins_anew(page: Any, act: Callable[[], None]) -> None:
    """Act on a network that has learned for a while, and see that the next one to learn knows nothing.

    Looked at where it learns: a quick network has caught up before the next frame is drawn.
    """
    wait_for(page, "demo.iterations > 5000")
    page.evaluate(
        """() => {
          window.begunAnew = false;
          const { trainFor } = Painting.Model.prototype;
          Painting.Model.prototype.trainFor = function (milliseconds, colours) {
            window.begunAnew ||= this.iterations === 0;
            return trainFor.call(this, milliseconds, colours);
          };
        }"""
    )
    wait_for(page, "demo.iterations > 10000")
    assert page.evaluate("window.begunAnew") is False
    act()
    wait_until(page, "window.begunAnew")


def test_faults_are_explained_experiments_set_up_and_tab_reaches_all(served: str, open_page: Open) -> None:
    page = open_page(served + PAGE)
    too_large_a_learning_rate_is_explained_and_reset_helps(page)
    experiments_set_the_page_up(page)
    everything_can_be_reached_with_tab(page)


def too_large_a_learning_rate_is_explained_and_reset_helps(page: Any) -> None:
    choose(page, "tanh")
    page.focus("#rate")
    page.keyboard.press("End")
    page.wait_for_selector("#fault:visible")
    assert "learning rate was too high" in page.inner_text("#fault")
    assert state(page, "running") is False
    page.keyboard.press("Home")
    page.click("#reset")
    assert page.is_hidden("#fault")
    wait_for(page, "demo.running && demo.loss > 0 && demo.loss < 1")


def experiments_set_the_page_up(page: Any) -> None:
    page.get_by_role("button", name="Set it up: The spiral").click()
    assert state(page, "picture") == "spiral"
    assert state(page, "settings")["inputs"] == "waves"
    assert page.is_checked('input[name="inputs"][value="waves"]')


def everything_can_be_reached_with_tab(page: Any) -> None:
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.name"))
    assert {"theme", "run", "reset", "picture", "own", "layers", "width", "activation", "rate"} <= reached


def test_own_picture_by_drop_and_by_paste(base: str, open_page: Open) -> None:
    page = open_page(base + PAGE)
    for event, colour in (("drop", "rgb(200, 30, 40)"), ("paste", "rgb(30, 40, 200)")):
        page.evaluate(
            """async ([name, colour]) => {
              const canvas = new OffscreenCanvas(50, 80);
              const c = canvas.getContext("2d");
              c.fillStyle = colour;
              c.fillRect(0, 0, 50, 80);
              const files = new DataTransfer();
              files.items.add(new File([await canvas.convertToBlob()], "own.png", { type: "image/png" }));
              document.dispatchEvent(name === "drop"
                ? new DragEvent("drop", { dataTransfer: files, cancelable: true })
                : new ClipboardEvent("paste", { clipboardData: files }));
            }""",
            [event, colour],
        )
        wanted = [int(part) for part in colour[4:-1].split(",")]
        wait_until(page, f"{json.dumps(wanted)}.every((value, i) => Math.abs({MIDDLE}[i] - value) < 3)")
    expect(page.locator('input[name="picture"][value="own"]')).to_have_count(1)


def test_a_file_that_is_no_picture_is_refused_kindly(base: str, open_page: Open, tmp_path: Path) -> None:
    page = open_page(base + PAGE)
    (tmp_path / "notes.png").write_text("this is no picture", encoding="utf-8")
    page.set_input_files("#own", tmp_path / "notes.png")
    page.wait_for_selector("#fault:visible")
    assert "cannot read notes.png" in page.inner_text("#fault")
    assert state(page, "picture") == "sunset"


@pytest.mark.parametrize("sizes", [[(1920, 1080), (1366, 768), (1280, 720)], [(390, 844), (340, 640)]])
def test_page_fits(
    served: str, open_page: Open, keep: Callable[..., None], sizes: list[tuple[int, int]]
) -> None:
    page = open_page(served + PAGE, *sizes[0], has_touch=sizes[0][0] < 500)
    wait_for(page, "demo.iterations > 0")
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # A projector shows pictures, figures, curve and settings without scrolling.
        for selector in ("#target", "#painting", "#loss", "#curve", "#rate") if width >= 1280 else ():
            box = page.locator(selector).bounding_box()
            assert box is not None and box["y"] + box["height"] <= height, (width, selector)
        keep(page, f"painting-{width}")


def test_touch_is_enough(served: str, open_page: Open) -> None:
    page = open_page(served + PAGE, 390, 844, has_touch=True)
    tap(page.locator("#run"))
    assert state(page, "running") is False
    for name in ("Fish", "sigmoid"):
        tap(page.get_by_role("radio", name=name, exact=True))
    assert state(page, "picture") == "fish"
    assert state(page, "settings")["activation"] == "sigmoid"


def test_missing_library_is_explained(browser: Any, tmp_path: Path) -> None:
    build_site(CHECKOUT, tmp_path / "web", Settings(data=tmp_path / "nothing"))
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((tmp_path / "web" / PAGE).as_uri())
        assert "ConvNetJS" in page.inner_text("#fault")
        assert page.is_visible("#fault")


def test_policy_forbids_what_the_page_does_not_need(base: str, open_page: Open, watch: Watch) -> None:
    page = open_page(base + PAGE)
    blocked = page.evaluate(
        """async () => {
          const faults = [];
          document.addEventListener("securitypolicyviolation",
            (event) => faults.push(event.effectiveDirective));
          await fetch("http://127.0.0.1:9/").catch(() => {});
          const image = new Image();
          image.src = "http://127.0.0.1:9/picture.png";
          const script = document.createElement("script");
          script.textContent = "window.injected = true";
          document.body.append(image, script);
          // The browser tells of each when it comes to it.
          const end = performance.now() + 30000;
          do await new Promise((done) => setTimeout(done, 300));
          while (new Set(faults).size < 3 && performance.now() < end);
          return [[...new Set(faults)].sort(), window.injected === true];
        }"""
    )
    assert blocked == [["connect-src", "img-src", "script-src-elem"], False]
    assert all("Content Security Policy" in line for line in watch.complaints)
    watch.complaints.clear()
