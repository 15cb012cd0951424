"""The page that opens models, and the viewer within it, used as a participant uses them."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import TimeoutError as TooLateError
from website.serving import running

from workshop.core.settings import Settings
from workshop.site.build import build_site
from workshop.site.models import LIST

from .conftest import CHECKOUT, FIGURES, Open, Serve, Watch, expect

PAGE = "demos/look-inside/index.html"


@pytest.fixture
def machine(libraries: Path, site: Path, serve: Serve) -> str:
    """The address of the site on a machine that has the data that the tests fetched."""
    return serve(site, settings=f'data = "{libraries}"\n')


def models(site: Path) -> dict[str, dict[str, Any]]:
    return {model["name"]: model for model in json.loads((site / LIST).read_text(encoding="utf-8"))}


def look_inside(page: Any, name: str) -> Any:
    """Open a model from the list; give the viewer's frame once the graph is drawn."""
    page.click(f"#{name} a")
    frame = page.frame_locator("#graph")
    frame.locator("g.node").first.wait_for()
    return frame


def test_ours_are_always_there_and_each_says_what_to_look_for(
    machine: str, site: Path, open_page: Open, keep: Callable[..., None]
) -> None:
    page = open_page(machine + PAGE, 1366, 768)
    page.wait_for_selector("#digits-cnn")
    for name, model in models(site).items():
        assert model["look"] in page.inner_text(f"#{name}")
        if "dataset" not in model:
            assert page.is_visible(f"#{name} a"), name
    keep(page, "look-inside")


def test_a_model_that_is_not_here_is_named_with_its_command(
    site: Path, serve: Serve, open_page: Open, tmp_path: Path
) -> None:
    address = serve(site, settings=f'data = "{tmp_path}"\n')
    page = open_page(f"{address}{PAGE}")
    page.wait_for_selector("#googlenet")
    assert "workshop data fetch googlenet" in page.inner_text("#googlenet")
    expect(page.locator("#googlenet a")).to_have_count(0)
    page.goto(f"{address}demos/look-inside/view.html?model=googlenet")
    page.wait_for_selector("#fault:visible")
    assert "workshop data fetch googlenet" in page.inner_text("#fault")


@pytest.mark.parametrize(
    ("name", "operations"),
    [
        ("digits-cnn", {"Conv": 2, "Relu": 3, "MaxPool": 2, "Flatten": 1, "Gemm": 2, "Softmax": 1}),
        pytest.param(
            "digits-mlp", {"Flatten": 1, "Gemm": 3, "Relu": 2, "Softmax": 1}, marks=pytest.mark.slow
        ),
        pytest.param(
            "bubbles-value", {"Sub": 1, "Div": 1, "Gemm": 3, "Relu": 2, "Mul": 1}, marks=pytest.mark.slow
        ),
    ],
)
def test_every_operation_of_a_network_of_ours_is_drawn(
    machine: str, open_page: Open, keep: Callable[..., None], name: str, operations: dict[str, int]
) -> None:
    page = open_page(machine + PAGE, 1366, 768)
    frame = look_inside(page, name)
    # The viewer takes eval away, with which the driver would read them all at once.
    boxes = frame.locator("g.node-item-type text")
    said = [boxes.nth(number).text_content() for number in range(boxes.count())]
    assert {word: said.count(word) for word in operations} == operations
    keep(page, f"netron-{name}")


def test_googlenet_is_given_to_the_viewer_where_it_was_fetched(
    libraries: Path, site: Path, serve: Serve, open_page: Open, tmp_path: Path
) -> None:
    # The real file comes from a site that tests cannot reach: one of our own lies in its place.
    place = tmp_path / "data" / models(site)["googlenet"]["address"].removeprefix("/models/")
    place.parent.mkdir(parents=True)
    shutil.copy(site / "demos" / "look-inside" / "models" / "digits-mlp.onnx", place)
    address = serve(site, settings=f'data = "{tmp_path / "data"}"\n')
    page = open_page(f"{address}{PAGE}")
    frame = look_inside(page, "googlenet")
    assert frame.locator("g.node-item-type").count() > 6


def test_a_model_of_ones_own_opens_in_the_empty_viewer(machine: str, site: Path, open_page: Open) -> None:
    page = open_page(machine + "demos/look-inside/view.html")
    frame = page.frame_locator("#graph")
    frame.locator("#open-file-button").wait_for()
    checkpoint = CHECKOUT / "packages/workshop/src/workshop" / "teach" / "shipped" / "cnn-full.npz"
    # The viewer shows its button before it listens to the dialogue behind it: a file may come too early.
    for patience_ms in (5_000, 10_000, 60_000):
        frame.locator("#open-file-dialog").set_input_files([])
        frame.locator("#open-file-dialog").set_input_files(checkpoint)
        with contextlib.suppress(TooLateError):
            frame.locator("g.node").first.wait_for(timeout=patience_ms)
            break
    assert frame.locator("g.node").first.is_visible()


def test_the_viewer_asks_only_this_server_and_keeps_no_cookie(
    machine: str, open_page: Open, watch: Watch
) -> None:
    page = open_page(machine + PAGE)
    look_inside(page, "digits-cnn")
    page.wait_for_timeout(3000)
    assert {url.split("/")[2] for url in watch.requests if url.startswith("http")} == {machine.split("/")[2]}
    assert page.context.cookies() == []
    FIGURES.append(f"look inside: {len(watch.requests)} requests for the list and one model")


def test_as_a_file_the_page_says_what_it_needs(site: Path, open_page: Open) -> None:
    page = open_page(f"{site.as_uri()}/{PAGE}")
    page.wait_for_selector("#fault:visible")
    assert "needs the workshop's server" in page.inner_text("#fault")


def test_without_the_viewer_the_page_says_how_to_get_it(open_page: Open, tmp_path: Path) -> None:
    build_site(CHECKOUT, tmp_path / "web", Settings(data=tmp_path / "nothing"))
    with running(tmp_path / "web") as (port, _):
        page = open_page(f"http://127.0.0.1:{port}/{PAGE}")
        page.wait_for_selector("#digits-cnn")
        assert "workshop data fetch netron" in page.inner_text("#fault")
        expect(page.locator("#digits-cnn a")).to_have_count(0)
