"""Do Jupyter and TensorBoard answer, is the data there? Asked by the server itself, so that no page needs
leave to ask."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.simple_httpclient import HTTPTimeoutError, SimpleAsyncHTTPClient

from workshop import datasets
from workshop.core import ports, servers
from workshop.core.servers import Service
from workshop.core.settings import Settings

PATIENCE_S = 2.0
KEEP_S = 1.0
SILENT_LOOKS = 5
"""So often in a row a service that was up may be silent before it counts as down: it may be busy."""
MOST_BYTES = 100_000


def services(settings: Settings) -> list[Service]:
    """Return the services whose lights the start page shows: all but the one that serves it."""
    return servers.services(settings)[1:]


def data_state(data: Path) -> dict[str, Any]:
    """Return ``{"state": "up" | "down", "missing": [data set, ...]}``; down too when nothing was fetched."""
    missing = datasets.missing(data)
    return {"state": "up" if missing == [] else "down", "missing": missing or []}


class Probe:
    """Asks the services, at most once a second, however many pages are open."""

    def __init__(self, asked: list[Service]) -> None:
        """Remember which services to ask."""
        self._services = asked
        self._lock = asyncio.Lock()
        self._known: dict[str, Any] = {}
        self._asked_at = float("-inf")
        self._silences: dict[str, int] = {}

    async def states(self) -> dict[str, Any]:
        """Return ``{name: {"port": int, "state": "up" | "down" | "unexpected"}}``.

        *unexpected*: another account has the port, or a program that does not answer as this service does.
        """
        async with self._lock:
            if time.monotonic() - self._asked_at > KEEP_S:
                states = await asyncio.gather(*(_state(service) for service in self._services))
                self._known = {
                    name: {"port": service.port, "state": self._judge(name, state)}
                    for service, state in zip(self._services, states, strict=True)
                    if (name := service.name.removeprefix("workshop-"))
                }
                self._asked_at = time.monotonic()
            return self._known

    def _judge(self, name: str, state: str) -> str:
        """Let a service that was up be silent for some looks; one that refuses is down at once."""
        if state != "silent":
            self._silences[name] = 0
            return state
        self._silences[name] = self._silences.get(name, 0) + 1
        was_up = self._known.get(name, {}).get("state") == "up"
        return "up" if was_up and self._silences[name] < SILENT_LOOKS else "down"


async def _state(service: Service) -> str:
    """Ask one service: "up", "silent", "unexpected" for an answer of the wrong kind, for all else "down"."""
    # It could answer just as ours does, and then ask for the token.
    if ports.is_anothers(service):
        return "unexpected"
    client = SimpleAsyncHTTPClient(force_instance=True, max_body_size=MOST_BYTES)
    request = HTTPRequest(service.url, connect_timeout=PATIENCE_S, request_timeout=PATIENCE_S)
    try:
        response = await client.fetch(request)
    except HTTPTimeoutError:
        return "silent"
    except HTTPClientError as error:
        # 599 is Tornado's own: the connection was closed.
        return "down" if error.code == 599 else "unexpected"
    except Exception:
        # Refused, reset, unreachable, an answer that is not HTTP: in each case no page can use it.
        return "down"
    finally:
        client.close()
    return "up" if service.is_ours(response.body) else "unexpected"
