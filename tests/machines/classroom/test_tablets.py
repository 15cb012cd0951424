"""What people hold: a tablet of ten inches by touch alone, Wi-Fi that is lost, a server that starts anew.

The last tests here, for the server is restarted. A real Chromium on this host opens the door of the machine.
"""

from __future__ import annotations

import contextlib
import html
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from machines.classroom.house import NAME, OPEN, Classroom
from waiting import patience, wait_until

from organiser.hub.cards import write_wall

pytestmark = [pytest.mark.machine, pytest.mark.slow, pytest.mark.xdist_group("classroom")]

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ADDRESS = f"https://{NAME}:8443"
LANDSCAPE, PORTRAIT = (1180, 820), (820, 1180)
LOST_SECONDS = 10
EVERY_HALF_SECOND = """
import time
for number in range(40):
    print(f"line-{number}", flush=True)
    time.sleep(0.5)
"""


@pytest.fixture(scope="module")
def door(room: Classroom) -> Classroom:
    """The classroom with an open door and a self-made certificate."""
    opened = room.set_up(**OPEN)
    assert opened.status == 0, opened.text
    # Earlier tests gave seats names of their own; those that still run have not heard of the change.
    room.bed.root("systemctl stop 'classroom-seat@*'")
    return room


@pytest.fixture(scope="module")
def chromium(door: Classroom) -> Iterator[Any]:
    """The distribution's Chromium, for which the classroom's name is the machine's address."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("there is no Chromium on this host; install the package chromium")
    address = door.bed.root("hostname -I").split()[0]
    rules = f"--host-resolver-rules=MAP {NAME} {address}, MAP *.{NAME} {address}"
    options = ["--no-sandbox", "--disable-gpu", "--no-proxy-server", "--disable-quic", rules]
    with (
        playwright.sync_playwright() as driver,
        driver.chromium.launch(executable_path=found, args=options) as started,
    ):
        yield started


@pytest.fixture
def tablet(chromium: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Return what makes a page of a new tablet, ten inches large and without mouse."""
    made = []

    def make(size: tuple[int, int] = LANDSCAPE, trusting: bool = True) -> Any:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            has_touch=True,
            is_mobile=True,
            device_scale_factor=2,
            ignore_https_errors=trusting,
        )
        context.set_default_timeout(1000 * patience(60))
        made.append(context)
        return context.new_page()

    yield make
    for number, context in enumerate(made):
        if pictures := os.environ.get("WORKSHOP_SCREENSHOTS"):
            context.pages[0].screenshot(path=f"{pictures}/{request.node.name}-{number}.png")
        context.close()


def free(door: Classroom, seat: str) -> None:
    """Let a seat be as at first: nobody's, and no notebook open in it."""
    door.hub("release", seat)
    door.bed.root(f"rm -rf /home/seat-00{seat}/.jupyter/lab/workspaces")


def sit_down(page: Any, seat: str, code: str) -> None:
    """Scan the card's code, and press the button."""
    page.goto(f"{ADDRESS}/hub/login#{seat}.{code.replace('-', '')}")
    page.get_by_role("button", name="Sit down").tap()
    page.wait_for_url(re.compile(r"/user/seat-\d+/workshop/"))


def new_notebook(page: Any) -> None:
    """From the start page to an empty notebook with a kernel, by touch."""
    page.locator("a[data-port=jupyter]:visible").first.tap()
    page.wait_for_url(re.compile(r"/lab"))
    page.locator(".jp-LauncherCard[data-category=Notebook]:visible", has_text="Python 3").tap()
    # A cell that is run before the kernel has answered is not run at all.
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.wait_for_url(re.compile(r"/tree/.+[.]ipynb"))
    page.wait_for_timeout(1000)


def write(page: Any, code: str) -> None:
    """Tap the last cell and type; the keyboard on the screen sends keys as others do."""
    page.locator(".jp-Notebook .jp-CodeCell .cm-content:visible").last.tap()
    page.keyboard.insert_text(code)


def run_cell(page: Any) -> None:
    """Tap the arrow of the toolbar."""
    page.locator('[data-jp-item-name="run"]:visible').first.tap()


def save(page: Any) -> None:
    """Tap the disk of the toolbar; of a new notebook JupyterLab asks for the name."""
    page.locator('[data-jp-item-name="save"]:visible').first.tap()
    rename = page.get_by_role("button", name=re.compile("Rename"))
    with contextlib.suppress(playwright.TimeoutError):
        rename.first.wait_for(timeout=2000)
        rename.first.tap()


def put_off(page: Any) -> None:
    """Tap away what JupyterLab says while it does not reach its server, from now on.

    It asks whether to restart the server, and says so where a save by itself failed in that time.
    """
    page.add_locator_handler(page.get_by_role("button", name="Dismiss"), lambda found: found.tap())
    failed = page.locator(".jp-Dialog", has_text="File Save Error")
    page.add_locator_handler(failed, lambda found: found.locator("button.jp-Dialog-button").last.tap())


def wide(page: Any) -> int:
    """Return by how many pixels a page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize("size", [LANDSCAPE, PORTRAIT])
def test_by_touch_alone_from_the_card_to_the_output(
    door: Classroom, tablet: Any, size: tuple[int, int]
) -> None:
    page, code = tablet(size), door.cards()["2"]
    free(door, "2")
    page.goto(f"{ADDRESS}/hub/login")
    assert wide(page) <= 0
    page.get_by_label("Seat").tap()
    page.keyboard.type("2")
    page.get_by_label("Code").tap()
    page.keyboard.type(code.lower())
    button = page.get_by_role("button", name="Sit down")
    assert button.bounding_box()["height"] >= 40
    button.tap()
    page.wait_for_url(re.compile(r"/user/seat-002/workshop/"))
    assert wide(page) <= 0
    new_notebook(page)
    write(page, "print(6 * 7)")
    run_cell(page)
    page.locator(".jp-OutputArea-output", has_text="42").wait_for()
    assert wide(page) <= 0


def test_chromiums_warning_is_the_one_on_the_page_for_all(
    door: Classroom, tablet: Any, tmp_path: Path
) -> None:
    """The certificate vouches for itself, and the page says what to press."""
    wall = html.unescape(write_wall(ADDRESS, "0" * 64, tmp_path).read_text(encoding="utf-8"))
    chrome = wall.partition("<h2>Chrome</h2>")[2].partition("</section>")[0]
    (title,) = re.findall("<strong>(.*?)</strong>", chrome)
    buttons = re.findall("<li>(.*?)</li>", chrome)
    assert len(buttons) == 2
    page = tablet(trusting=False)
    with pytest.raises(playwright.Error, match="ERR_CERT"):
        page.goto(f"{ADDRESS}/hub/login")
    assert title in page.locator("body").inner_text()
    for text in buttons:
        page.get_by_text(text, exact=False).tap()
    page.get_by_label("Code").wait_for()


def test_wifi_that_is_lost_for_ten_seconds_loses_no_edit_and_no_output(door: Classroom, tablet: Any) -> None:
    page = tablet()
    free(door, "1")
    sit_down(page, "1", door.cards()["1"])
    new_notebook(page)
    write(page, EVERY_HALF_SECOND)
    run_cell(page)
    output = page.locator(".jp-OutputArea-output")
    output.filter(has_text="line-3").wait_for()
    put_off(page)
    with no_network(door, page):
        write(page, "edited = 'without a network'")
        page.wait_for_timeout(1000 * LOST_SECONDS)
    output.filter(has_text="line-39").wait_for()
    lines = re.findall(r"line-\d+", output.first.inner_text())
    assert lines == [f"line-{number}" for number in range(40)]
    book = page.url.rpartition("/")[2].partition("?")[0]
    stored = f"/home/seat-001/notebooks/{book}"

    def saved() -> bool:
        save(page)
        text = door.bed.run(f"cat {stored}", "root").text
        return "without a network" in text and "line-39" in text

    wait_until(saved, 60, "the edit and the output are on the server")


@contextlib.contextmanager
def no_network(door: Classroom, page: Any) -> Iterator[None]:
    """Lose the Wi-Fi: nothing that is under way arrives, and the browser knows that it is offline."""
    process = subprocess.check_output(
        ["podman", "inspect", "--format={{.State.Pid}}", door.bed.name], text=True
    ).strip()
    link = ["nsenter", f"--target={process}", "--net", "ip", "link", "set", "eth0"]
    page.context.set_offline(True)
    subprocess.run([*link, "down"], check=True)
    try:
        yield
    finally:
        subprocess.run([*link, "up"], check=True)
        page.context.set_offline(False)


def test_a_hub_and_a_proxy_that_start_anew_leave_an_open_page_as_it_is(door: Classroom, tablet: Any) -> None:
    page = tablet()
    free(door, "3")
    sit_down(page, "3", door.cards()["3"])
    new_notebook(page)
    write(page, "kept = 41")
    run_cell(page)
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
    door.bed.root("systemctl restart workshop-proxy workshop-hub")
    put_off(page)
    write(page, "print(kept + 1)")

    def answers() -> bool:
        run_cell(page)
        with contextlib.suppress(playwright.TimeoutError):
            page.locator(".jp-OutputArea-output", has_text="42").first.wait_for(timeout=3000)
            return True
        return False

    wait_until(answers, 60, "the kernel that was there before answers the same page")


def test_a_server_that_starts_anew_brings_everyone_back_where_they_were(door: Classroom, tablet: Any) -> None:
    page = tablet()
    free(door, "2")
    sit_down(page, "2", door.cards()["2"])
    new_notebook(page)
    write(page, "print(6 * 7)  # before")
    save(page)
    where = page.url
    book = where.rpartition("/")[2].partition("?")[0]
    wait_until(
        lambda: "before" in door.bed.run(f"cat /home/seat-002/notebooks/{book}", "root").text,
        60,
        "the notebook is saved",
    )
    # As a restart does: all processes of the classroom end at once, and what is enabled starts by itself.
    units = "workshop-hub workshop-proxy workshop-warden"
    assert door.bed.root(f"systemctl is-enabled {units}").split() == ["enabled"] * 3
    door.bed.root(
        f"systemctl kill --signal=KILL 'classroom-seat@*' {units}; systemctl stop 'classroom-seat@*' {units}"
    )
    door.bed.root(f"systemctl start {units}")
    wait_until(
        lambda: (
            door.browse("page", "/hub/login", jar="door", address="https://127.0.0.1:8443")["status"] == 200
        ),
        120,
        "the classroom is back by itself",
    )

    def back() -> bool:
        """Reload the page; where the hub asks whether to start the server, say yes."""
        with contextlib.suppress(playwright.Error):
            page.goto(where)
            start = page.get_by_role("button", name=re.compile("start|launch", re.I)).or_(
                page.get_by_role("link", name=re.compile("(start|launch).*server", re.I))
            )
            if start.count():
                start.first.tap()
            page.locator(".jp-Notebook .jp-CodeCell", has_text="before").wait_for(timeout=20_000)
            return True
        return False

    wait_until(back, 120, "the notebook is open again, without a log-in")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.locator(".jp-Notebook .jp-CodeCell .cm-content:visible").first.tap()
    run_cell(page)
    page.locator(".jp-OutputArea-output", has_text="42").wait_for()
