"""Where code of a lesson runs: in a notebook's kernel or not, with somebody before it or not."""

from __future__ import annotations

import os
import sys

HEADLESS = "LESSONKIT_HEADLESS"
"""Set in the environment of a lesson that nobody watches."""


def in_notebook() -> bool:
    """Say whether a notebook's kernel runs this code."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")


def nobody_there() -> bool:
    """Tell whether no learner sits before this notebook."""
    return HEADLESS in os.environ or not in_notebook()
