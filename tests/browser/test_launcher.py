"""JupyterLab's launcher has a tile that opens the notebook which updates notebooks."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter.serving import Jupyter, jupyter

from .conftest import CHECKOUT, Open, Watch, expect

NOTEBOOK = "9-tools/90-upgrade.ipynb"
EXTENSION = CHECKOUT / "packages/workshop/src/workshop/pull/launcher"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """A server that finds the extension where the installed package would have put it."""
    folder = tmp_path_factory.mktemp("launcher")
    (folder / "notebooks" / NOTEBOOK).parent.mkdir(parents=True)
    shutil.copy(CHECKOUT / "notebooks" / NOTEBOOK, folder / "notebooks" / NOTEBOOK)
    shutil.copytree(EXTENSION, folder / "own/share/labextensions/workshop-upgrade")
    with jupyter(folder / "own", folder / "notebooks") as server:
        yield server


def test_the_command_is_in_the_palette_and_the_tile_opens_the_notebook(lab: Jupyter, open_page: Open) -> None:
    page = open_page(f"{lab.url}/lab?reset&token={lab.token}", 1280, 900)
    tile = page.locator('.jp-LauncherCard[title*="keep every edit"]')
    tile.wait_for()
    expect(tile.locator("svg")).to_have_count(1)
    page.keyboard.press("Control+Shift+C")
    page.locator(".lm-CommandPalette-input").fill("U for Upgrade")
    page.locator(".lm-CommandPalette-itemLabel", has_text="U for Upgrade").first.wait_for()
    page.keyboard.press("Escape")
    tile.click()
    page.locator(".jp-Notebook h1", has_text="U for Upgrade").wait_for()


def test_notebook_7_does_without(lab: Jupyter, open_page: Open, watch: Watch) -> None:
    page = open_page(f"{lab.url}/tree?token={lab.token}", 1280, 900)
    page.locator(".jp-DirListing-item").first.wait_for()
    page.close()  # it may complain until then
    assert not [line for line in watch.complaints if "workshop" in line]
    watch.complaints.clear()  # Notebook 7 complains of itself at every start


def test_the_package_brings_it(tmp_path: Path) -> None:
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("needs uv")
    build = [uv, "build", "--quiet", "--wheel", "--build-constraints", CHECKOUT / "locks/build.txt"]
    subprocess.run([*build, "--out-dir", tmp_path, CHECKOUT / "packages/workshop"], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = [name for name in packed.namelist() if "share/jupyter/labextensions/workshop-upgrade" in name]
    assert {Path(name).name for name in names} == {"package.json", "remoteEntry.js"}
