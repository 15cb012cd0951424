"""The start page's button that updates notebooks, its notice, and where neither is shown."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jupyter.serving import Jupyter, jupyter
from sync.bed import notebook
from sync.machine.bed import PullBed
from website.serving import running

from .conftest import CHECKOUT, Open, expect


@pytest.fixture
def bed(tmp_path: Path, site: Path) -> PullBed:
    bed = PullBed(tmp_path)
    bed.organiser.release("v1", "First lessons", a_ipynb=notebook("1", "2"))
    shutil.copytree(site, bed.prefix / "web")
    (bed.prefix / "etc").mkdir()
    choice = {"url": bed.organiser.url, "signers": str(bed.signers), "check_online": True}
    text = "\n".join(f"{name} = {json.dumps(value)}" for name, value in choice.items())
    (bed.prefix / "etc/updates.toml").write_text(text, encoding="utf-8")
    return bed


@pytest.fixture
def start(bed: PullBed) -> Iterator[str]:
    settings = f'prefix = "{bed.prefix}"\nnotebooks = "{bed.bed.mine}"\n'
    with running(bed.prefix / "web", settings=settings) as (port, _):
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def lab(bed: PullBed, tmp_path: Path) -> Iterator[Jupyter]:
    bed.bed.mine.mkdir(parents=True, exist_ok=True)
    config = bed.prefix / "etc/workshop.toml"
    config.write_text(f'prefix = "{bed.prefix}"\nnotebooks = "{bed.bed.mine}"\n', encoding="utf-8")
    extension = CHECKOUT / "packages/workshop/src/workshop/jupyter/launcher"
    shutil.copytree(extension, tmp_path / "own/share/labextensions/workshop-upgrade")
    with jupyter(tmp_path / "own", bed.bed.mine, WORKSHOP_CONFIG=str(config)) as server:
        yield server


def test_it_updates_says_what_it_did_and_undoes(
    bed: PullBed, lab: Jupyter, open_page: Open, keep: Callable[..., None]
) -> None:
    page = open_page(f"{lab.url}/workshop/updates")
    page.get_by_label("The token of this machine").fill(lab.token)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Update my notebooks").click()
    page.wait_for_selector("text=Your notebooks are at revision")
    assert "First lessons" in page.inner_text("#told")
    bed.bed.edit("a.ipynb", notebook("mine", "2"))
    bed.organiser.release("v2", "A better one", a_ipynb=notebook("theirs", "2"))
    page.get_by_role("button", name="Update my notebooks").click()
    page.wait_for_selector("text=The new version lies beside yours")
    assert "a.upstream-" in page.inner_text("#told")
    keep(page, "updates")
    page.get_by_role("button", name="Undo the last update").click()
    page.wait_for_selector("text=as they were before the last update")
    assert bed.bed.read("a.ipynb") == notebook("mine", "2")


def test_notebooks_go_to_the_next_machine(
    bed: PullBed, lab: Jupyter, tmp_path: Path, open_page: Open, keep: Callable[..., None]
) -> None:
    bed.bed.edit("a.ipynb", notebook("mine", "2"))
    (bed.bed.mine / "link").symlink_to("/etc/passwd")
    page = open_page(f"{lab.url}/workshop/updates?token={lab.token}")
    with page.expect_download() as packed:
        page.get_by_role("button", name="Download my notebooks").click()
    assert packed.value.suggested_filename == "my-notebooks.zip"
    packed.value.save_as(tmp_path / "taken.zip")
    told = page.inner_text("#told")
    assert "1 file is in my-notebooks.zip" in told
    assert "link" in told
    keep(page, "notebooks-along")
    page.set_viewport_size({"width": 390, "height": 844})
    keep(page, "notebooks-along-phone")

    prefix, mine = tmp_path / "newer", tmp_path / "newer-notebooks"
    (prefix / "etc").mkdir(parents=True)
    mine.mkdir()
    config = prefix / "etc/workshop.toml"
    config.write_text(f'prefix = "{prefix}"\nnotebooks = "{mine}"\n', encoding="utf-8")
    with jupyter(tmp_path / "newer-own", mine, WORKSHOP_CONFIG=str(config)) as other:
        page = open_page(f"{other.url}/workshop/updates?token={other.token}")
        page.get_by_role("button", name="Bring them here").click()
        page.wait_for_selector("text=Choose the file first")
        page.get_by_label("The file").set_input_files(tmp_path / "taken.zip")
        page.get_by_role("button", name="Bring them here").click()
        page.wait_for_selector("text=Your notebooks are here")
        assert (mine / "a.ipynb").read_bytes() == notebook("mine", "2")
        keep(page, "notebooks-brought")
        page.get_by_role("button", name="Bring them here").click()
        page.wait_for_selector("text=all that is in the file is here already")


def test_whoever_was_in_jupyter_is_led_there_without_the_token(lab: Jupyter, open_page: Open) -> None:
    """The start page's links know no path; JupyterLab wrote it down in the browser."""
    page = open_page(f"{lab.url}/lab?reset&token={lab.token}", 1280, 900)
    page.locator(".jp-LauncherCard").first.wait_for()
    page.goto(f"{lab.url}/workshop/updates")
    page.get_by_role("button", name="Update my notebooks").wait_for()
    page.goto(f"{lab.url}/lab/tree/nothing.ipynb")
    page.locator("#jp-main-dock-panel").wait_for()
    page.evaluate("localStorage.setItem('workshop-base', '/" + 32 * "0" + "/')")
    page.goto(f"{lab.url}/lab")
    page.get_by_label("The token of this machine").wait_for()


def test_the_start_page_leads_to_jupyters_page(start: str, open_page: Open) -> None:
    page = open_page(start)
    link = page.get_by_role("link", name="Update my notebooks")
    link.wait_for()
    expect(link).to_have_attribute("href", "http://127.0.0.1:18980/workshop/updates")


def test_a_notice_is_shown_until_it_is_put_away(start: str, open_page: Open) -> None:
    page = open_page(start)
    page.wait_for_selector("text=An update is available")
    assert "First lessons" in page.inner_text("#updates-news")
    page.get_by_role("button", name="Not now").click()
    assert page.is_hidden("#updates-news")
    page.reload()
    page.get_by_role("link", name="Update my notebooks").wait_for()
    page.wait_for_timeout(1000)
    assert page.is_hidden("#updates-news")


def test_a_machine_without_an_address_says_how_it_gets_one(bed: PullBed, start: str, open_page: Open) -> None:
    (bed.prefix / "etc/updates.toml").write_text('url = ""\n', encoding="utf-8")
    page = open_page(f"{start}#speaker")
    page.wait_for_selector("text=No address for updates")
    command = "workshop update source set"
    assert page.inner_text("#no-updates-command") == command
    assert page.is_hidden("#updates")


def test_without_an_address_there_is_no_button(served: str, open_page: Open) -> None:
    page = open_page(served)
    page.wait_for_selector("text=Begin here")
    assert page.is_hidden("#updates")
    assert page.is_hidden("#no-updates")
