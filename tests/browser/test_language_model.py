"""The page with the language model, used as a participant uses it."""

from __future__ import annotations

from pathlib import Path

from .conftest import FIGURES, STILL, Open, Watch, expect, wait_until
from .fingers import tap

PAGE = "demos/language-model/index.html"


def test_it_writes_and_shows_what_it_attended_to(base: str, open_page: Open) -> None:
    page = open_page(base + PAGE, 1366, 768, **STILL)
    wait_until(page, "!!window.workshopDemo")
    given = page.evaluate("workshopDemo.text")
    page.locator("#pace").fill("5")
    page.get_by_role("button", name="Write", exact=True).click()
    wait_until(page, "workshopDemo.written > 30")
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate("workshopDemo.text").startswith(given)
    page.locator("#text [role=option]").nth(12).click()
    assert page.evaluate("workshopDemo.chosen") == 12
    assert "attended most to" in page.inner_text("#told")
    mixed = page.inner_text("#told")
    page.locator("#layer").fill("3")
    page.locator("#head").fill("2")
    assert page.inner_text("#told") != mixed
    page.locator("#bars button").nth(3).click()
    assert page.evaluate("workshopDemo.writer.tokens.length") == 14
    assert page.evaluate("workshopDemo.chosen") is None


def test_temperature_and_top_k_change_the_bars(served: str, open_page: Open) -> None:
    page = open_page(served + PAGE, **STILL)
    wait_until(page, "!!window.workshopDemo")
    page.fill("#begin", "ROMEO:\n")
    wait_until(page, "workshopDemo.text === 'ROMEO:\\n'")
    page.locator("#temperature").fill("2")
    page.locator("#k").fill("11")
    assert page.locator("#bars .cut").count() == 0
    page.locator("#k").fill("2")
    assert page.locator("#bars .cut").count() == 7
    page.locator("#temperature").fill("0")
    assert page.locator("#bars .share").first.inner_text().startswith("100")


def test_it_is_fast_enough(served: str, open_page: Open) -> None:
    page = open_page(served + PAGE, **STILL)
    wait_until(page, "!!window.workshopDemo")
    FIGURES.append(f"language model: {page.evaluate('workshopDemo.speed()'):.0f} tokens a second in a page")


def test_a_missing_or_damaged_model_is_said_in_one_line(
    site: Path, open_page: Open, watch: Watch, tmp_path: Path
) -> None:
    for name in ("assets", "demos/language-model"):
        (tmp_path / name).mkdir(parents=True)
        for path in (site / name).glob("*.*"):
            (tmp_path / name / path.name).write_bytes(path.read_bytes())
    data = tmp_path / "demos/language-model/model-data.js"
    whole = data.read_bytes()
    for content in (None, whole[: len(whole) // 2] + b'"};', whole[: len(whole) // 2]):
        data.unlink(missing_ok=True)
        if content is not None:
            data.write_bytes(content)
        page = open_page((tmp_path / PAGE).as_uri(), **STILL)
        expect(page.locator("#fault")).to_contain_text("workshop web build")
        assert page.get_by_role("button", name="Write", exact=True).is_disabled()
    # The browser itself complains of a file that is missing, and of one that is no script.
    watch.complaints.clear()


def test_keys_and_a_finger_are_enough(served: str, open_page: Open) -> None:
    page = open_page(served + PAGE, 390, 844, has_touch=True, is_mobile=True, **STILL)
    wait_until(page, "!!window.workshopDemo")
    before = page.evaluate("workshopDemo.writer.tokens.length")
    page.keyboard.press("n")
    assert page.evaluate("workshopDemo.writer.tokens.length") == before + 1
    page.locator("#text").focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("workshopDemo.chosen") == before
    page.keyboard.press("Escape")
    assert page.evaluate("workshopDemo.chosen") is None
    tap(page.get_by_role("button", name="Write", exact=True))
    wait_until(page, "workshopDemo.written > 3")
    tap(page.get_by_role("button", name="Pause"))
    tap(page.locator("#text [role=option]").nth(2))
    assert page.evaluate("workshopDemo.chosen") == 2
    tap(page.get_by_role("button", name="Start again"))
    assert page.evaluate("workshopDemo.writer.tokens.length") == before
