"""This machine's Chromium without a window: it prints a page, or says what a page has become."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from workshop.errors import WorkshopError

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_SECONDS = 120
SETTLE_MS = 8_000
"""How much of its own time Chromium gives a page before it is done with it."""


def find_browser() -> str | None:
    """Return the program, or None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def run_browser(browser: str, address: str, profile: Path, *task: str) -> str:
    """Open ``address`` and do what the options ``task`` say; return what Chromium wrote on stdout.

    Raises WorkshopError when it fails or takes too long.
    """
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        # Pages opened as files may look at their own pictures.
        "--allow-file-access-from-files",
        f"--user-data-dir={profile}",
        f"--virtual-time-budget={SETTLE_MS}",
        *task,
        address,
    ]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise WorkshopError(f"Chromium was not done within {PATIENCE_SECONDS} s; try again") from error
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        raise WorkshopError(f"Chromium failed: {last[0]}")
    return done.stdout.decode(errors="replace")
