"""What the tests of the tools share."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakeparts import FakeParts


@pytest.fixture
def fake(tmp_path: Path) -> FakeParts:
    """A checkout of which the test command knows only fake parts."""
    root = tmp_path / "a checkout"
    root.mkdir()
    return FakeParts(root)
