"""The start page, served and as a file."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from website.serving import free_port, running, service

from workshop.core.settings import Settings
from workshop.site.build import Today, build_site, read_manifest
from workshop.site.presentation import read_schedule

from .conftest import CHECKOUT, Open, Serve, expect, playwright, wait_until

JUPYTER = {"/api": b'{"version": "2.17.0"}'}
TENSORBOARD = {"/data/environment": b'{"data_location": "/logs"}'}


def test_lights_show_what_answers_and_follow_it(
    libraries: Path, open_page: Open, keep: Callable[..., None], tmp_path: Path
) -> None:
    with contextlib.ExitStack() as jupyter, service(TENSORBOARD) as tensorboard:
        port = jupyter.enter_context(service(JUPYTER))
        build_site(CHECKOUT, tmp_path / "web", Settings(data=libraries, jupyter_port=port))
        settings = f"jupyter_port = {port}\ntensorboard_port = {tensorboard}\n"
        with running(tmp_path / "web", settings=settings) as (web, _):
            page = open_page(f"http://127.0.0.1:{web}/")
            page.wait_for_selector('[data-service="jupyter"][data-state="up"]')
            page.wait_for_selector('[data-service="tensorboard"][data-state="up"]')
            assert "is running" in page.inner_text('[data-service="jupyter"]')
            keep(page, "start-up")
            jupyter.close()
            page.wait_for_selector('[data-service="jupyter"][data-state="down"]')
            assert "does not answer" in page.inner_text('[data-service="jupyter"]')
            expect(page.locator('[data-service="tensorboard"]').first).to_have_attribute("data-state", "up")


def test_another_program_on_the_port_is_told_apart(open_page: Open, site: Path, serve: Serve) -> None:
    with service({"/": b"something else"}) as other:
        settings = f"jupyter_port = {other}\ntensorboard_port = {free_port()}\n"
        address = serve(site, settings=settings)
        page = open_page(address)
        page.wait_for_selector('[data-service="jupyter"][data-state="unexpected"]')
        page.wait_for_selector('[data-service="tensorboard"][data-state="down"]')


def test_nobody_is_led_to_a_port_that_another_program_has(
    libraries: Path, open_page: Open, keep: Callable[..., None], tmp_path: Path
) -> None:
    """It could show a page that asks for the token."""
    answers = {"/lab": b"<html>Jupyter, or not</html>", "/favicon.ico": b""}
    with service(answers) as port:
        build_site(CHECKOUT, tmp_path / "web", Settings(data=libraries, jupyter_port=port))
        settings = f"jupyter_port = {port}\ntensorboard_port = {free_port()}\n"
        with running(tmp_path / "web", settings=settings) as (web, _):
            page = open_page(f"http://127.0.0.1:{web}/")
            light = page.locator('[data-service="jupyter"]')
            expect(light).to_have_attribute("data-state", "unexpected")
            for link in (page.get_by_role("link", name="Open Jupyter"), page.locator("#lessons a").first):
                link.click()
                expect(light).to_be_focused()
                assert urlsplit(page.url).port == web
                keep(page, "start-taken")
                light.blur()
            # As soon as it answers as Jupyter does, and is this account's, the same link leads there.
            answers.update(JUPYTER)
            expect(light).to_have_attribute("data-state", "up")
            page.get_by_role("link", name="Open Jupyter").click()
            page.wait_for_url(f"http://127.0.0.1:{port}/lab")


def test_links_follow_the_name_in_the_address_bar(served: str, open_page: Open) -> None:
    page = open_page(f"http://localhost:{urlsplit(served).port}/")
    expect(page.locator('a[data-port="jupyter"]').first).to_have_attribute(
        "href", "http://localhost:18980/lab"
    )
    expect(page.locator('a[data-port="tensorboard"]').first).to_have_attribute(
        "href", "http://localhost:18981/"
    )


def test_as_a_file_everything_is_there_but_the_lights(site: Path, open_page: Open) -> None:
    page = open_page(site.as_uri() + "/index.html")
    assert page.is_hidden("#lights")
    expect(page.locator('a[data-port="jupyter"]').first).to_have_attribute(
        "href", "http://localhost:18980/lab"
    )
    page.get_by_role("link", name="Start painting").click()
    wait_until(page, "window.workshopDemo && window.workshopDemo.iterations > 0")
    page.get_by_role("link", name="Workshop").click()
    page.wait_for_selector("text=Begin here")


def test_every_lesson_and_demo_is_linked(base: str, open_page: Open) -> None:
    page = open_page(base + "index.html")
    lessons = sorted(
        path.relative_to(CHECKOUT / "notebooks").as_posix()
        for path in (CHECKOUT / "notebooks").rglob("*.ipynb")
        if not any(part.startswith(".") for part in path.parts)
    )
    links = page.eval_on_selector_all("#lessons a", "all => all.map((link) => link.href)")
    assert sorted(link.partition("/lab/tree/")[2] for link in links) == lessons
    demos = page.eval_on_selector_all("#demos a", "all => all.map((link) => link.getAttribute('href'))")
    assert demos == [f"demos/{demo['name']}/index.html" for demo in read_manifest(CHECKOUT)]


def test_a_course_without_our_lessons_gives_the_page_its_title(
    libraries: Path, open_page: Open, tmp_path: Path
) -> None:
    build_site(CHECKOUT, tmp_path / "web", Settings(data=libraries, lessons=False))
    lesson = {"path": "knots/a.ipynb", "title": "A knot", "kernel": "knots", "kind": "lesson", "minutes": 5}
    shown = [{"name": "knots", "title": "Knots", "lessons": [lesson], "plans": [], "pages": None}]
    (tmp_path / "web/courses.js").write_text(f"window.workshopCourses = {json.dumps(shown)};\n")
    page = open_page((tmp_path / "web/index.html").as_uri())
    assert (page.title(), page.inner_text("h1")) == ("Knots", "Knots")
    assert page.is_hidden("#about") and page.is_visible("text=A knot")


def test_one_large_button_begins_and_then_continues(served: str, open_page: Open) -> None:
    page = open_page(served + "index.html")
    button = page.locator("#next a")
    expect(button).to_contain_text("Begin · Check")
    page.route("**/lab/tree/**", lambda route: route.fulfill(body="<html>Jupyter</html>"))
    planned = page.locator("#lessons a[href$='2-imagenet/30-efficientnet.ipynb']")
    address = planned.get_attribute("href")
    planned.click()
    page.goto(served + "index.html")
    expect(button).to_contain_text("Continue · ")
    expect(page.locator("#next span")).to_contain_text("1 of 5 lessons of the plan opened")
    assert page.locator("#lessons a", has_text="opened").count() == 1
    assert button.get_attribute("href") == address


def test_an_old_browser_is_told_so(served: str, browser: playwright.Browser) -> None:
    """Of Chromium 69 the start page showed a half, and JupyterLab nothing."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(served)
        expect(page.locator("#begin")).to_be_visible()
        expect(page.locator("#old-browser")).to_be_hidden()
        page.add_init_script("delete window.structuredClone")
        page.reload()
        expect(page.locator("#old-browser")).to_contain_text("too old")


def test_speaker_and_participant_see_their_own_part(served: str, open_page: Open) -> None:
    page = open_page(served + "index.html")
    assert page.is_visible("text=Begin here") and page.is_hidden("text=Before you go on stage")
    page.get_by_role("radio", name="the organiser").check()
    assert page.is_visible("text=Before you go on stage") and page.is_hidden("text=Begin here")
    page.reload()
    assert page.is_visible("text=Before you go on stage")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_theme_follows_the_system_and_the_button(served: str, open_page: Open, scheme: str) -> None:
    page = open_page(served + "index.html", color_scheme=scheme)
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    page.click("#theme")
    assert page.evaluate("document.documentElement.dataset.theme") != scheme


def test_the_schedule_lights_what_is_on_now(served: str, open_page: Open, keep: Callable[..., None]) -> None:
    page = open_page(f"{served}#speaker")
    assert page.locator("#schedule li").count() > 5
    expect(page.locator("#schedule [aria-current]")).to_have_count(0)
    page.get_by_role("button", name="It starts now").click()
    assert page.locator("#schedule [aria-current]").inner_text().splitlines()[1] == "Welcome"
    page.reload()
    expect(page.locator("#schedule [aria-current]")).to_have_count(1)
    keep(page, "start-schedule")
    page.get_by_role("link", name="Slides").click()
    page.wait_for_selector("body.running")


def test_the_organisers_workshop_is_shown_until_another_is_chosen(
    libraries: Path, open_page: Open, tmp_path: Path
) -> None:
    known = list(read_schedule(CHECKOUT / "presentation" / "schedule.toml"))
    build_site(CHECKOUT, tmp_path / "web", Settings(data=libraries), Today(known[-1], "00:00"))
    with running(tmp_path / "web") as (web, _):
        page = open_page(f"http://127.0.0.1:{web}/")
        assert page.input_value("#which") == known[-1]
        expect(page.locator("#schedule time").first).to_have_text("00:00", use_inner_text=True)
        page.select_option("#which", known[0])
        page.fill("#began", "23:30")
        page.locator("#began").dispatch_event("change")
        expect(page.locator("#schedule time").first).to_have_text("23:30", use_inner_text=True)
        assert page.locator("#schedule time").last.inner_text() < "23:30"
        # A page that outlives its server goes on asking for the lights.
        page.close()


def test_the_data_light_tells_whether_files_are_there(
    site: Path, serve: Serve, open_page: Open, tmp_path: Path
) -> None:
    file = tmp_path / "data" / "mnist" / "one"
    file.parent.mkdir(parents=True)
    file.write_text("1")
    stamp = {"datasets": {"mnist": ["one"]}, "files": {"mnist/one": [1, 2]}}
    (tmp_path / "data" / ".verified.json").write_text(json.dumps(stamp))
    address = serve(site, settings=f'data = "{tmp_path / "data"}"\n')
    page = open_page(address)
    page.wait_for_selector('[data-service="data"][data-state="up"]')
    file.unlink()
    page.wait_for_selector('[data-service="data"][data-state="down"]')
    assert "workshop data fetch" in page.inner_text('[data-service="data"]')
