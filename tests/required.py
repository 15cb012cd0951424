"""What a machine cannot give: a test is skipped visibly, or fails where nothing may be skipped (.ci/run)."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def lacking(part: str, why: str) -> NoReturn:
    """Skip for want of something; fail where WORKSHOP_TEST_REQUIRED names the part of the test, or all."""
    if {"all", part} & set(os.environ.get("WORKSHOP_TEST_REQUIRED", "").split()):
        pytest.fail(f"must not be skipped: {why}")
    pytest.skip(why)
