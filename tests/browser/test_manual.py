"""The manual, served and from a stick: it is linked, its search finds, and nothing leaves the machine."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from website.serving import running

from workshop.core.settings import Settings
from workshop.site.build import build_site

from .conftest import CHECKOUT, Watch, expect, playwright

PHONE = {"width": 360, "height": 800}


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site with the manual in it, as set-up makes it."""
    folder = tmp_path_factory.mktemp("manual")
    done = subprocess.run(
        [str(CHECKOUT / "tools/docs.bash"), str(folder / "manual")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    build_site(CHECKOUT, folder / "web", Settings(data=folder / "data"), manual=folder / "manual")
    return folder / "web"


@pytest.fixture(scope="module", params=["http", "file"])
def there(
    request: pytest.FixtureRequest, manual: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The site's address."""
    if request.param == "file":
        yield f"{manual.as_uri()}/"
        return
    with running(manual, folder=tmp_path_factory.mktemp("served")) as (port, _):
        yield f"http://127.0.0.1:{port}/"


@pytest.mark.network
def test_it_is_linked_read_and_searched_without_a_network(there: str, browser: playwright.Browser) -> None:
    context = browser.new_context(viewport=PHONE)
    page, watch = context.new_page(), Watch()
    watch.follow(page)
    page.goto(f"{there}index.html")
    watch.complaints.clear()
    page.get_by_role("link", name="The manual").click()
    expect(page).to_have_title("Deep Learning Workshop")
    # The script within the page ran, by leave of the server's policy.
    assert page.evaluate("document.body.dataset.theme") == "auto"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.goto(f"{there}docs/search.html?q=virtualbox")
    expect(page.locator("#search-results li a").first).to_be_visible()
    assert watch.complaints == []
    assert watch.outside() == []
    context.close()
