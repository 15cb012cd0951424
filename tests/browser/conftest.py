"""A real browser, the site built from the checkout, and a page that is watched while a test uses it."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jupyter.serving import Jupyter, jupyter
from required import lacking
from waiting import patience
from website.serving import running

from workshop.core.settings import Settings
from workshop.site.build import LIBRARIES, build_site
from workshop.site.decks import LIBRARIES as SLIDE_LIBRARIES

from .notebooks import FIGURES, FRONT_ENDS, Desk, Kept

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

# What a page shows changes while a test reads it: what must be seen is waited for, within this limit.
expect = playwright.expect
expect.set_options(timeout=patience(30_000))

HERE = Path(__file__).parent
CHECKOUT = Path(__file__).resolve().parents[2]
LAUNCHER = CHECKOUT / "packages/workshop/src/workshop/jupyter/launcher"
UPGRADE = "9-tools/90-upgrade.ipynb"
"""The notebook that the launcher opens."""
# Chromium without what makes windows, in which a page opens in half the processor time; then as Debian, as
# Fedora and as others call the whole of it. The full job names that one, so that it is tried, too.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
NAMED = os.environ.get("WORKSHOP_TEST_BROWSER")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# What Jupyter's own pages complain of: Notebook 7 at every start asks for settings of a part of Lab that
# it has not, and a page goes on asking for a kernel that was ended, or for the debugger of one that died.
# A notebook that is closed while its kernel starts, or while it is saved, raises "Disposed" where it waits.
OF_JUPYTER = re.compile(
    r"reading 'schema'|registered\.$|^Failed to load resource: .* 40[34] "
    r"|^Could not restore the debugger state|^(Error: )?Disposed$"
)
# What a page says of what it was just asking for when it is left for another one.
OF_LEAVING = re.compile(r"^(TypeError: )?Failed to fetch$")


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    """The distribution's Chromium. It ends with the file: asyncio cannot be used while Playwright runs."""
    found = next(filter(None, map(shutil.which, [NAMED] if NAMED else BROWSERS)), None)
    if found is None:
        lacking(f"there is no {NAMED or 'Chromium'}; install the package chromium")
    with (
        playwright.sync_playwright() as driver,
        driver.chromium.launch(executable_path=found, args=QUIET) as started,
    ):
        yield started


@pytest.fixture
def audited(browser: playwright.Browser) -> Iterator[playwright.BrowserContext]:
    """A browser that lets the auditor run: a page's own policy forbids scripts of others."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, bypass_csp=True)
    yield context
    context.close()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of the whole run; pytest-xdist's processes have it in common."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


def make_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Have the first process that comes make the folder; the others wait for it and take it."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            beside = folder.with_suffix(".new")
            shutil.rmtree(beside, ignore_errors=True)
            make(beside)
            beside.rename(folder)
    return folder


def fetch_libraries(data: Path) -> None:
    """Fetch every library that pages load, as set-up does."""
    data.mkdir()
    config = data / "workshop.toml"
    cache = os.environ.get("WORKSHOP_TEST_CACHE", str(Path.home() / ".cache" / "workshop-tests"))
    config.write_text(f'data = "{data}"\ncache = "{cache}"\n', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "workshop", "data", "fetch", *LIBRARIES, *SLIDE_LIBRARIES, "mnist", "netron"],
        env=os.environ | {"WORKSHOP_CONFIG": str(config)},
        capture_output=True,
        text=True,
        timeout=patience(600),
    )
    if done.returncode:
        lacking(f"the pages' libraries cannot be fetched: {done.stderr[-500:]}")


@pytest.fixture(scope="session")
def libraries(shared: Path) -> Path:
    """A data folder with every library that pages load."""
    return make_once(shared / "data", fetch_libraries)


@pytest.fixture(scope="session")
def site(libraries: Path, shared: Path) -> Path:
    """The site as set-up builds it, on ports that nobody has."""
    settings = Settings(data=libraries, jupyter_port=18980, tensorboard_port=18981)
    return make_once(shared / "web", lambda root: build_site(CHECKOUT, root, settings))


@pytest.fixture(scope="session")
def served(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site, served; it ends with a slash."""
    with running(site, folder=tmp_path_factory.mktemp("served")) as (port, _):
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="session", params=["http", "file"])
def base(request: pytest.FixtureRequest, site: Path, served: str) -> str:
    """The address of the site, served and as plain files; for what a browser treats differently there."""
    return served if request.param == "http" else f"{site.as_uri()}/"


@dataclass
class Watch:
    """What a page asked for and complained about."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    pages: list[playwright.Page] = field(default_factory=list)

    def follow(self, page: playwright.Page) -> None:
        """Watch a page."""
        self.pages.append(page)
        for event, heard in self._listeners():
            page.on(event, heard)

    def end(self) -> None:
        """Watch no longer: a page that is kept is another test's from now on."""
        for page in self.pages:
            for event, heard in self._listeners():
                page.remove_listener(event, heard)

    def _listeners(self) -> list[tuple[Any, Callable[[Any], None]]]:
        return [("request", self.see), ("pageerror", self.catch), ("console", self.hear)]

    def see(self, request: playwright.Request) -> None:
        self.requests.append(request.url)

    def catch(self, error: playwright.Error) -> None:
        self.complaints.append(str(error))

    def outside(self) -> list[str]:
        """Return the requests that left the machine."""
        return [url for url in self.requests if not _stays(url)]

    def hear(self, line: playwright.ConsoleMessage) -> None:
        """Keep an error that a page wrote into the console.

        Chromium drops what is on its way when the machine gets or loses a network, as it does with each
        container of another job. That is nothing of the page's.
        """
        if line.type == "error" and "net::ERR_NETWORK_CHANGED" not in line.text:
            of = line.location["url"] if line.text.startswith("Failed to load") else ""
            self.complaints.append(f"{line.text} {of}".strip())


def _stays(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"file", "data", "blob"} or parts.hostname in {"127.0.0.1", "localhost"}


Open = Callable[..., "playwright.Page"]
Serve = Callable[..., str]


FIRST_LOOK = {
    "test_every_lesson_and_demo_is_linked",
    "test_lights_show_what_answers_and_follow_it",
    "test_it_learns_to_read_and_reads_what_is_drawn",
    "test_each_cell_is_run_by_shift_and_enter",
    "test_every_slide_fits_the_wall",
}
"""Start page, a demo, a lesson and a deck: what ``tools/test.bash`` opens. All others are slow."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these tests; those in Jupyter share a server, so one process runs them."""
    for item in items:
        if item.path.parent != HERE:
            continue
        item.add_marker(pytest.mark.browser)
        if in_jupyter(item):
            item.add_marker(pytest.mark.xdist_group("jupyter"))
        callspec = getattr(item, "callspec", None)
        second_way = {"file", "dark"} & set(map(str, callspec.params.values())) if callspec else set()
        if second_way or getattr(item, "originalname", item.name) not in FIRST_LOOK:
            item.add_marker(pytest.mark.slow)


def in_jupyter(item: pytest.Item) -> bool:
    """Tell whether a test needs the server that all share."""
    return "server" in getattr(item, "fixturenames", ())


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serve a site with settings of a test's own; gives the address, which ends with a slash."""
    with contextlib.ExitStack() as servers:

        def start(root: Path, **how: str) -> str:
            folder = tmp_path_factory.mktemp("serve")
            port, _ = servers.enter_context(running(root, folder=folder, **how))
            return f"http://127.0.0.1:{port}/"

        yield start


@pytest.fixture
def open_page(browser: playwright.Browser, watch: Watch, serve: Serve, tmp_path: Path) -> Iterator[Open]:
    """Open an address in a browser without a past, unless one is given.

    It is closed after the test unless the caller ``keep``s it, who then has a ``past`` of its own.

    No test passes when its page made a request that leaves the machine, or complained: as it would of a
    server that ended before it was closed.
    """
    opened: list[playwright.BrowserContext | playwright.Page] = []

    def open_it(
        address: str,
        width: int = 1280,
        height: int = 720,
        past: playwright.BrowserContext | None = None,
        *,
        keep: bool = False,
        **options: object,
    ) -> playwright.Page:
        size = {"width": width, "height": height}
        if past is None or options:
            past = browser.new_context(viewport=size, **options)
            opened.append(past)
        page = past.new_page()
        page.set_viewport_size(size)
        if not keep:
            opened.append(page)
        page.set_default_timeout(patience(60_000))
        watch.follow(page)
        page.goto(address)
        return page

    yield open_it
    for each in reversed(opened):
        each.close()
    watch.end()
    assert watch.outside() == []
    assert watch.complaints == []


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Jupyter, Path]]:
    """A Jupyter server with the workshop's settings, and the folder of its notebooks.

    It finds the launcher's extension where the installed package would have put it.
    """
    folder = tmp_path_factory.mktemp("jupyter")
    (folder / "notebooks" / UPGRADE).parent.mkdir(parents=True)
    shutil.copy(CHECKOUT / "notebooks" / UPGRADE, folder / "notebooks" / UPGRADE)
    shutil.copytree(LAUNCHER, folder / "own/share/labextensions/workshop-upgrade")
    with jupyter(folder / "own", folder / "notebooks") as running_server:
        yield running_server, folder / "notebooks"


@pytest.fixture(scope="module")
def participants_past(browser: playwright.Browser) -> Iterator[playwright.BrowserContext]:
    """What a participant's browser keeps from page to page: JupyterLab's scripts are large."""
    with browser.new_context() as context:
        yield context


@pytest.fixture(scope="module")
def kept(participants_past: playwright.BrowserContext) -> Kept:
    """The pages of Jupyter that tests leave to each other; they close with that browser."""
    return Kept()


@pytest.fixture(params=FRONT_ENDS)
def desk(
    request: pytest.FixtureRequest,
    server: tuple[Jupyter, Path],
    open_page: Open,
    participants_past: playwright.BrowserContext,
    kept: Kept,
    watch: Watch,
) -> Iterator[Desk]:
    """Each front end in turn; the kernels that a test leaves are ended."""
    opener = functools.partial(open_page, past=participants_past)
    made = Desk(request.param, *server, opener, watch.follow, kept)
    failed = request.session.testsfailed
    yield made
    before = len(watch.complaints)
    made.leave(failed=request.session.testsfailed > failed)
    left = [line for line in watch.complaints[before:] if not OF_LEAVING.search(line)]
    told = [*watch.complaints[:before], *left]
    watch.complaints[:] = [line for line in told if not OF_JUPYTER.search(line)]
    if watch.complaints:
        print(made.server.log.read_text()[-6000:])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FIGURES:
        terminalreporter.section("measured in the browser")
    for line in FIGURES:
        terminalreporter.line(line)


def wait_until(page: playwright.Page, condition: str, seconds: float = 90) -> None:
    """Ask the page again and again; its policy forbids the eval with which Playwright would wait."""
    end = time.monotonic() + patience(seconds)
    while not _holds(page, condition):
        assert time.monotonic() < end, f"not within {seconds} s: {condition}"
        page.wait_for_timeout(100)


def _holds(page: playwright.Page, condition: str) -> bool:
    """Tell whether a condition holds; it does not while the page is being left for another."""
    try:
        return bool(page.evaluate(condition))
    except playwright.Error as error:
        if "Execution context was destroyed" in error.message:
            return False
        raise


STILL = {"reduced_motion": "reduce"}
"""Options of a page whose demo waits to be told before it moves."""

PATIENCE = 8
"""How many times longer than its processor time a page may take beside other work."""


def processor_time(page: playwright.Page) -> Callable[[], float]:
    """Return what tells the processor seconds that the process of an open page has taken."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")

    def used() -> float:
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "ProcessTime"))

    return used


def learn(page: playwright.Page, start: Callable[[], object], condition: str, seconds: float) -> float:
    """Start a page's learning and wait until it has learned; return the processor seconds that it took.

    They are those of the page's process, all threads together, and held to ``seconds``: unlike a clock
    they grow little beside other work, with the machine's slowness.
    """
    used = processor_time(page)
    began, end = used(), time.monotonic() + PATIENCE * patience(seconds)
    start()
    while not page.evaluate(condition):
        assert used() - began < patience(seconds), f"not within {seconds} processor seconds: {condition}"
        assert time.monotonic() < end, f"the page hardly gets a processor, or stands still: {condition}"
        page.wait_for_timeout(100)
    return used() - began


@pytest.fixture(scope="session")
def keep() -> Callable[[playwright.Page, str], None]:
    """Keep a screenshot in the folder WORKSHOP_SCREENSHOTS, where one is named."""
    folder = os.environ.get("WORKSHOP_SCREENSHOTS")

    def screenshot(page: playwright.Page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png")

    return screenshot


PAUSE = """([place, name]) => {
  const ours = { setTimeout, clearTimeout, requestAnimationFrame, cancelAnimationFrame };
  const beats = new Set();
  const kinds = [["setTimeout", "clearTimeout"], ["requestAnimationFrame", "cancelAnimationFrame"]];
  for (const [ask, drop] of kinds) {
    window[ask] = (...rest) => {
      const key = ours[ask].call(window, ...rest);
      beats.add(ask + key);
      return key;
    };
    window[drop] = (key) => { beats.delete(ask + key); ours[drop].call(window, key); };
  }
  const run = document.getElementById("run");
  for (let n = 0; n < 5; n++) { run.click(); run.click(); }
  Object.assign(window, ours);
  const found = { before: workshopDemo.running, beats: beats.size };
  run.click();
  found.after = workshopDemo.running;
  if (place) {
    found.shown = document.querySelector(place).textContent.split(" ")[0];
    found.stands = name.split(".").reduce((part, key) => part[key], workshopDemo).toLocaleString("en");
  }
  return found;
}"""


def pause(page: playwright.Page, place: str | None = None, name: str = "") -> None:
    """Stop a demo that moves, after a few starts and stops in a row, as by a restless finger.

    It goes on at its pace, not at twice that for each start; and when it stands still, the ``place`` on the
    page says where it stands by what ``workshopDemo`` calls ``name``, not where it stood a moment before.
    """
    found = page.evaluate(PAUSE, [place, name])
    assert (found["before"], found["after"]) == (True, False)
    assert found["beats"] <= 1, "there are several loops now"
    assert found.get("shown") == found.get("stands")
