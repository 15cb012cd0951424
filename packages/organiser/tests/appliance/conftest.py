"""One sound file of each form for all tests that only read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from organiser.appliance.wsl.write import write_wsl

from .building import EPOCH, make_appliance_root, make_ova
from .image.making import make_images


@pytest.fixture(scope="session")
def ova(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound, small OVA; copy it to change it."""
    return make_ova(tmp_path_factory.mktemp("ova")).ova


@pytest.fixture(scope="session")
def wsl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound distribution for WSL, to be read only."""
    folder = tmp_path_factory.mktemp("wsl")
    write_wsl(make_appliance_root(folder / "root"), folder / "a.wsl", epoch=EPOCH)
    return folder / "a.wsl"


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound image, to be read only."""
    (made,) = make_images(tmp_path_factory.mktemp("image"), wanted=("oci",))
    return made
