"""What a learner predicted, kept for the learner alone.

One small file for each question, in the account's own state folder: readable by that account only, outside
the notebooks, which are saved, synced and handed on. It is still there after the kernel was restarted.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import Any

from workshop.system.files import written_whole

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


def folder() -> Path:
    """Return where this account's predictions lie; the folder need not be there."""
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    return state / "deep-learning-workshop" / "predictions"


def keep(name: str, value: float | str) -> bool:
    """Keep the answer to a question in place of an earlier one; return whether it could be kept."""
    place = folder()
    document = {"value": value, "day": time.strftime("%Y-%m-%d")}
    try:
        place.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        place.chmod(PRIVATE_FOLDER)
        with written_whole(place / f"{name}.json", PRIVATE_FILE) as file:
            file.write(json.dumps(document).encode() + b"\n")
    except OSError:
        return False
    return True


def kept(name: str) -> Any:
    """Return the answer that was kept, as JSON gives it; None where there is none that can be read."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return json.loads((folder() / f"{name}.json").read_text(encoding="utf-8"))["value"]
    return None


def forget(name: str) -> None:
    """Remove the answer to a question."""
    with contextlib.suppress(OSError):
        (folder() / f"{name}.json").unlink()
