"""The hub's API as the organiser's commands use it, on the server itself."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from organiser.hub.settings import HubSettings
from workshop.core.errors import WorkshopError

SECONDS = 30.0


@dataclass(frozen=True)
class Client:
    """Calls the hub, past any proxy of the network."""

    api: str
    token: str
    hint: str = "'systemctl status workshop-hub' shows why"
    """What to do when the hub does not answer."""

    @classmethod
    def of(cls, hub: HubSettings) -> Client:
        """Return the client of this machine's hub."""
        return cls(hub.api, hub.secret("cli-token"))

    def call(self, path: str, method: str = "GET") -> tuple[int, Any]:
        """Return status and document.

        Raises WorkshopError when the hub does not answer.
        """
        request = urllib.request.Request(
            f"{self.api}/{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=SECONDS) as answer:
                return answer.status, _document(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, _document(error.read())
        except OSError as error:
            raise WorkshopError(f"the hub does not answer ({error}); {self.hint}") from error

    def free(self, seat: str) -> dict[str, Any]:
        """Free a seat.

        Raises WorkshopError when there is none of that number.
        """
        status, document = self.call(f"seats/{int(seat)}/free", "POST")
        if status != 200:
            raise WorkshopError(str(document.get("message") or f"the hub answered {status}"))
        freed: dict[str, Any] = document
        return freed

    def taken(self) -> list[str]:
        """Return the seats that a browser has."""
        _, document = self.call("seats")
        return [str(each) for each in document.get("taken", [])]

    def ready(self, user: str) -> bool | None:
        """Tell whether a user's server is ready; None when it is neither ready nor on its way."""
        status, document = self.call(f"users/{user}")
        server = document.get("servers", {}).get("") if status == 200 else None
        return bool(server["ready"]) if server else None

    def start(self, user: str) -> None:
        """Ask for a user's server, of which the hub may not know yet.

        Raises WorkshopError with the hub's words when it is refused.
        """
        self.call(f"users/{user}", "POST")
        status, document = self.call(f"users/{user}/server", "POST")
        if status not in (201, 202) and not (status == 400 and "running" in str(document)):
            raise WorkshopError(f"{user}: {document.get('message') or status}")


def _document(body: bytes) -> Any:
    try:
        return json.loads(body) if body else {}
    except ValueError:
        return {}
