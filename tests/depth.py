"""How much of a test is run: what the normal run needs, or with ``WORKSHOP_FULL=1`` all of it."""

from __future__ import annotations

import os
from typing import TypeVar

Amount = TypeVar("Amount")

FULL = os.environ.get("WORKSHOP_FULL") == "1"


def by_depth(normal: Amount, full: Amount) -> Amount:
    """Return ``full`` in a run of full depth, else ``normal``."""
    return full if FULL else normal
