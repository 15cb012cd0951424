"""The speaker's browser."""

from __future__ import annotations

import http.cookiejar
import json
import re
import urllib.parse
import urllib.request
from typing import Any

from waiting import patience


class Speaker:
    """Has typed the organiser's code into the hub's page."""

    def __init__(self, hub: str, code: str) -> None:
        """Open the page, and type the code."""
        self.address = f"{hub}/hub/speaker"
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        page = self._open(self.address).decode()
        found = re.search(r'name="_xsrf" value="([^"]+)"', page)
        assert found, page
        self._open(self.address, urllib.parse.urlencode({"code": code, "_xsrf": found[1]}).encode())
        page = self._open(self.address).decode()
        mark = re.search(r'<meta name="xsrf" content="([^"]+)"', page)
        assert mark, "the code was not taken"
        self.mark = mark[1]

    def _open(self, address: str, data: bytes | None = None, **headers: str) -> bytes:
        request = urllib.request.Request(address, data=data, headers=headers)
        with self.opener.open(request, timeout=patience(60)) as answer:
            read: bytes = answer.read()
            return read

    def state(self) -> dict[str, Any]:
        """Return what the page shows."""
        found: dict[str, Any] = json.loads(self._open(f"{self.address}/state"))
        return found

    def act(self, **words: Any) -> None:
        """Press one of the page's buttons."""
        sent = json.dumps(words).encode()
        self._open(
            f"{self.address}/act", sent, **{"X-XSRFToken": self.mark, "Content-Type": "application/json"}
        )
