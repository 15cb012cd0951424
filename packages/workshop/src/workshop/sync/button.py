"""The buttons of the page about the participant's notebooks: update, undo, take along, bring.

The start page is for every account of the machine, so it only shows what is new. A sync is started by
Jupyter's page, for those who are logged in there: one at a time, in a process of its own. The organiser's
address is asked unasked only where set-up allows it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from workshop.core.errors import WorkshopError
from workshop.core.programs import last_line
from workshop.core.settings import Settings
from workshop.sync.participant import Notebooks, bringing, my_notebooks, packing
from workshop.sync.updates import silence

EVERY_S = 6 * 3600.0
"""The address is asked no more often, however many pages are opened."""
PATIENCE_S = 1800.0


class UpdateButton:
    """Knows what is new, and runs one sync at a time."""

    def __init__(self, settings: Settings) -> None:
        """Remember the machine; nothing is asked yet."""
        self.settings = settings
        self._news: dict[str, Any] | None = None
        self._asked_at = float("-inf")
        self._asking: asyncio.Task[None] | None = None
        self._running = False

    async def state(self) -> dict[str, Any]:
        """Return whether notebooks can be updated, and what is new as far as is known.

        ``looking`` tells that the address is being asked just now; ``command`` what gives a machine one;
        ``silence`` for how long nothing new came.
        """
        mine = None
        with suppress(WorkshopError):  # a choice that cannot be read is made anew by the same command
            mine = _mine(self.settings)
        if mine is None:
            return {"can": False, "command": "workshop update source set" if self.settings.prefix else ""}
        if mine.updates.check_online and time.monotonic() - self._asked_at > EVERY_S:
            self._asked_at = time.monotonic()
            self._asking = asyncio.create_task(self._look(mine))
        looking = self._asking is not None and not self._asking.done()
        return {"can": True, "looking": looking, "news": self._news, "silence": silence(self.settings)}

    async def _look(self, mine: Notebooks) -> None:
        """Ask the address what is new; whatever goes wrong is no news."""
        try:
            status, document = await run(mine, "look")
        except (TimeoutError, OSError, ValueError):
            status, document = 1, {}
        changed = status == 0 and document["changed"]
        self._news = {key: document[key] for key in ("revision", "news")} if changed else None

    async def do(self, verb: str) -> dict[str, Any]:
        """Update or undo; return sync's document.

        Raises WorkshopError with the line that says why not; also while another one is at work.
        """
        with self._alone():
            mine = _mine(self.settings)
            if mine is None:
                raise WorkshopError("this machine has no address for updates; plug in the organiser's stick")
            document = await _ended(run(mine, verb), "the update")
            self._news = None
            return document

    async def pack(self) -> dict[str, Any]:
        """Pack the notebooks for another machine; return what :attr:`packed` got. Raises as ``do``."""
        with self._alone():
            file = self.packed
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise WorkshopError(f"nothing was packed: {error.strerror} ({error.filename})") from error
            return await _ended(_sync(packing(self.settings, file)), "packing")

    async def bring(self, packed: bytes) -> dict[str, Any]:
        """Take up what another machine packed; return sync's document. Raises as ``do``."""
        with self._alone():
            file = self.packed.with_name("brought.zip")
            request = bringing(self.settings, file)
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.touch(mode=0o600)
                file.write_bytes(packed)
                return await _ended(_sync(["--request"], request.as_json()), "bringing notebooks")
            except WorkshopError as error:
                raise WorkshopError(str(error).replace(str(file), "the file")) from error
            except OSError as error:
                raise WorkshopError(f"nothing was imported: {error.strerror}") from error
            finally:
                with suppress(OSError):
                    file.unlink()

    @property
    def packed(self) -> Path:
        """The file for another machine, while it is there: on the disk, which /tmp may not be."""
        if self.settings.prefix is None:
            raise WorkshopError("this machine was not set up; run set-up first")
        return self.settings.prefix / "state/packed.zip"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self._running:
            raise WorkshopError("an update is already running; wait until it has finished")
        self._running = True
        try:
            yield
        finally:
            self._running = False


async def _ended(sync: Awaitable[tuple[int, dict[str, Any]]], what: str) -> dict[str, Any]:
    try:
        status, document = await sync
    except (TimeoutError, OSError, ValueError) as error:
        raise WorkshopError(f"{what} did not finish; nothing is lost, try again") from error
    if status:
        raise WorkshopError(document["error"])
    return document


def _mine(settings: Settings) -> Notebooks | None:
    """Return the notebooks of a machine that has an address for updates."""
    if settings.prefix is None:
        return None
    mine = my_notebooks(settings)
    return mine if mine.updates.url else None


async def run(mine: Notebooks, verb: str) -> tuple[int, dict[str, Any]]:
    """Look, update or undo by ``workshop update``; return its status and its document, or an ``error``."""
    request = mine.undoing() if verb == "undo" else replace(mine.request(), dry_run=verb == "look")
    return await _sync(["--request"], request.as_json())


async def _sync(words: Sequence[str], said: str = "") -> tuple[int, dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "workshop",
        "sync",
        *words,
        "--json",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(said.encode()), PATIENCE_S)
    except BaseException:
        process.kill()
        raise
    if process.returncode:
        why = last_line(err.decode(errors="replace")) or "sync failed"
        return process.returncode, {"error": why.removeprefix("workshop: ")}
    document: dict[str, Any] = json.loads(out)
    return 0, document
