"""What a machine cannot give: a test is skipped visibly, or fails where nothing may be skipped (.ci/run)."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

NOTHING_IS_SKIPPED = os.environ.get("WORKSHOP_TEST_REQUIRED") == "all"


def lacking(why: str) -> NoReturn:
    """Skip for want of something; fail where WORKSHOP_TEST_REQUIRED is ``all``."""
    if NOTHING_IS_SKIPPED:
        pytest.fail(f"must not be skipped: {why}")
    pytest.skip(why)
