from pathlib import Path

import pytest

from .bed import make_key


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return make_key(tmp_path / "key")
