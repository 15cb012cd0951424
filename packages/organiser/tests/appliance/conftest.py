"""One sound OVA for all tests that only read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from .building import make_ova


@pytest.fixture(scope="session")
def ova(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound, small OVA; copy it to change it."""
    return make_ova(tmp_path_factory.mktemp("ova")).ova
