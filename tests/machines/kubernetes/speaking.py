"""The speaker's browser."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from waiting import patience

from organiser.hub.speakerdoor import TOKEN


class Speaker:
    """Has typed the organiser's code into the page of the speaker's view."""

    def __init__(self, view: str, code: str) -> None:
        """Type the code. view: the page's address, with a slash at its end."""
        self.view, self.token = view, ""
        self.token = str(self._ask("enter", {"code": code})["token"])

    def _ask(self, path: str, words: object = None) -> dict[str, Any]:
        data = None if words is None else json.dumps(words).encode()
        request = urllib.request.Request(self.view + path, data, {TOKEN: self.token})
        with urllib.request.urlopen(request, timeout=patience(60)) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def state(self) -> dict[str, Any]:
        """Return what the page shows."""
        return self._ask("state")

    def act(self, **words: Any) -> None:
        """Press one of the page's buttons."""
        self._ask("act", words)
