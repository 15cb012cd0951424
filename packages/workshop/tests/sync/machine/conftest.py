"""What the tests of pulling share."""

from pathlib import Path

import pytest

from sync.machine.bed import PullBed


@pytest.fixture
def bed(tmp_path: Path) -> PullBed:
    return PullBed(tmp_path)
