"""What a seat tells the hub for the speaker's view: the lesson that is open and, if wanted, what is solved.

A name of the participant's own goes nowhere: only notebooks that the workshop delivered are named.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.ioloop import PeriodicCallback
from tornado.web import authenticated

from organiser.hub.homes import COURSES, folder_and_state, seat_name
from organiser.hub.warden import FULL, WORDS
from workshop.core.cgroups import V1, V2, taken
from workshop.sync.request import is_open

SHARE = ".workshop-share"
"""In a seat's home; while it is there, the speaker sees what is solved."""
EVERY_SECONDS = 20.0
ANSWER = "application/vnd.lessonkit.answer+json"
"""The part of a check's output that says what it found (``lessonkit.checks``)."""
MOST_BYTES = 20_000_000
"""Larger notebooks are not searched."""


def lesson_at(sessions: Iterable[Mapping[str, Any]], delivered: Iterable[str]) -> str:
    """Return the delivered notebook that a browser shows and that ran something last; empty for none."""
    known = set(delivered)
    shown = [each for each in sessions if each.get("path") in known and is_open(dict(each))]
    return str(max(shown, key=lambda each: str(each["kernel"].get("last_activity")))["path"]) if shown else ""


@dataclass
class Solved:
    """Which exercises a folder's notebooks have solved, by what their checks said when they were saved."""

    folder: Path
    _known: dict[str, tuple[int, frozenset[str]]] = field(default_factory=dict)

    def exercises(self, delivered: Iterable[str]) -> list[str]:
        """Return the names of the exercises; a notebook is read again only when it was saved."""
        found: set[str] = set()
        for path in delivered:
            if path.endswith(".ipynb"):
                found |= self._of(path)
        return sorted(found)

    def _of(self, path: str) -> frozenset[str]:
        try:
            status = (self.folder / path).lstat()
            if self._known.get(path, (0, frozenset()))[0] != status.st_mtime_ns:
                text = (self.folder / path).read_bytes() if status.st_size <= MOST_BYTES else b"{}"
                self._known[path] = status.st_mtime_ns, frozenset(solved_in(json.loads(text)))
            return self._known[path][1]
        except (OSError, ValueError, RecursionError):
            return frozenset()


def solved_in(notebook: Any) -> Iterable[str]:
    """Yield the exercises that a notebook's saved outputs call right; of a damaged one what can be read."""
    for cell in _listed(notebook, "cells"):
        for output in _listed(cell, "outputs"):
            data = output.get("data") if isinstance(output, dict) else None
            record = data.get(ANSWER) if isinstance(data, dict) else None
            if isinstance(record, dict) and record.get("answer") == "right":
                yield str(record.get("exercise"))


def _listed(value: Any, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def delivered_in(home: Path) -> list[str]:
    """Return the notebooks that the workshop and courses delivered, by their paths in the home's folder."""
    from workshop.sync.state import Manifest

    found = set(Manifest(folder_and_state(home)[1]).entries)
    for state in (home / COURSES).glob("*/notebooks"):
        found |= {f"{state.parent.name}/{path}" for path in Manifest(state).entries}
    return sorted(found)


def pod_memory(root: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Return the bytes that this pod takes, less what the system would give back: what `kubectl top` shows.

    None where the node does not let a container see it.
    """
    found = taken(root, V2)
    return taken(root / "memory", V1) if found is None else found


class Reporter:
    """Tells the hub, every now and then, and hears what the organiser says to all."""

    def __init__(self, server: Any, home: Path, environment: Mapping[str, str] = os.environ) -> None:
        """Take the server whose seat it is."""
        self._server, self._home = server, home
        self._number = seat_name(home, environment).removeprefix("seat-")
        self._is_pod = "KUBERNETES_SERVICE_HOST" in environment
        self._solved = Solved(folder_and_state(home)[0])
        self._api = environment.get("JUPYTERHUB_API_URL", "")
        self._token = environment.get("JUPYTERHUB_API_TOKEN", "")
        self.message: dict[str, Any] = {}

    async def report(self) -> dict[str, Any]:
        """Return what is told."""
        sessions = await self._server.session_manager.list_sessions()
        delivered = delivered_in(self._home)
        told: dict[str, Any] = {"lesson": lesson_at(sessions, delivered)}
        if (self._home / SHARE).exists():
            told["solved"] = self._solved.exercises(delivered)
        if self._is_pod and (memory := pod_memory()) is not None:
            told["memory"] = memory
        return told

    async def tell(self) -> None:
        """Tell the hub; it may be away just now."""
        request = HTTPRequest(
            f"{self._api}/seats/{self._number}/report",
            method="POST",
            headers={"Authorization": f"token {self._token}"},
            body=json.dumps(await self.report()),
            request_timeout=10,
        )
        with contextlib.suppress(OSError, HTTPClientError, ValueError):
            answer = await AsyncHTTPClient().fetch(request)
            self.message = json.loads(answer.body).get("message") or {}

    def own(self) -> dict[str, Any]:
        """Return what this seat alone has to know: that its writes are refused; else nothing."""
        with contextlib.suppress(OSError):
            since = (FULL / self._number).stat().st_mtime_ns
            return {"id": f"full-{since}", "text": WORDS, "own": True}
        return {}

    def start(self) -> None:
        """Begin, where there is a hub."""
        if self._api and self._token:
            PeriodicCallback(self.tell, EVERY_SECONDS * 1000, jitter=0.2).start()


class Message(APIHandler):
    """``workshop/api/message``: what the organiser says to all, for the page and for JupyterLab."""

    _track_activity = False

    @authenticated
    def get(self) -> None:
        """Answer with the message and its number; with nothing while there is none."""
        self.set_header("Cache-Control", "no-store")
        reporter: Reporter = self.settings["workshop_reporter"]
        self.finish(json.dumps(reporter.own() or reporter.message))
