"""The seats' systemd units, which the hub may start, stop and look at: by polkit, without being root."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from workshop.core.errors import WorkshopError

UNITS = "classroom-seat@"
RUN = Path("/run/classroom")
"""Root's folder; in it is a file for each seat that only the hub writes: the environment of its unit."""
ENDED = "auto-restart"
"""What systemd calls a unit that has ended by itself and that it is about to start again."""
FRESH_SECONDS = 1.0
"""How long one look at all units counts."""


def unit(seat: str) -> str:
    """Return the unit of a seat."""
    return f"{UNITS}{seat}.service"


def quoted(value: str) -> str:
    """Return a value as systemd's EnvironmentFile reads it back.

    Raises WorkshopError for what no file of lines can carry.
    """
    if any(ord(each) < 32 for each in value):
        raise WorkshopError(f"an environment variable cannot hold {value!r}")
    escaped = value
    for each in '\\"`$':
        escaped = escaped.replace(each, "\\" + each)
    return f'"{escaped}"'


def write_environment(seat: str, environment: dict[str, str], folder: Path = RUN) -> None:
    """Write the environment of a seat's unit into its file, which must be there.

    Raises WorkshopError when it is not: then nobody made the seat.
    """
    text = "".join(f"{name}={quoted(value)}\n" for name, value in sorted(environment.items()))
    try:
        descriptor = os.open(folder / f"{seat}.env", os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW)
    except OSError as error:
        raise WorkshopError(
            f"seat {int(seat)} is not ready on this machine ({error.strerror}); "
            "run 'workshop classroom seats'"
        ) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


@dataclass
class Manager:
    """systemd, asked as seldom as possible: one look at all hundred seats serves for a second."""

    systemctl: str = "systemctl"
    crashing: frozenset[str] = frozenset()
    """The seats whose server had ended by itself at the last look, and that are about to be started again."""
    _active: frozenset[str] = frozenset()
    _looked: float = -FRESH_SECONDS
    """When the last look began: what has changed since then, it may not have seen."""
    _changed: float = -FRESH_SECONDS
    """When a seat was started or stopped last."""

    async def active(self) -> frozenset[str]:
        """Return the numbers of the seats whose unit runs or is being started."""
        now = time.monotonic()
        if self._changed < self._looked and now - self._looked < FRESH_SECONDS:
            return self._active
        states = "--state=active,activating,reloading"
        text = await self._run("list-units", "--plain", "--no-legend", states, f"{UNITS}*")
        found = frozenset(seats_in(text))
        # Looks overlap when many seats start: the one that began last counts.
        if now > self._looked:
            self._active, self._looked = found, now
            self.crashing = frozenset(seats_in(text, ENDED))
        return found

    async def start(self, seat: str) -> None:
        """Start a seat's unit anew.

        Raises WorkshopError with systemd's words when it does not start.
        """
        try:
            await self._run("restart", unit(seat))
        finally:
            self._changed = time.monotonic()

    async def stop(self, seat: str) -> None:
        """Stop a seat's unit; nothing happens when it does not run."""
        try:
            await self._run("stop", unit(seat))
        finally:
            self._changed = time.monotonic()

    async def result(self, seat: str) -> str:
        """Return how a unit ended, in systemd's words: ``oom-kill``, ``exit-code`` …"""
        return (await self._run("show", "--property=Result", "--value", unit(seat))).strip()

    async def _run(self, *words: str) -> str:
        process = await asyncio.create_subprocess_exec(
            self.systemctl,
            "--no-ask-password",
            "--no-pager",
            *words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        said, complained = await process.communicate()
        if process.returncode:
            lines = complained.decode(errors="replace").strip().splitlines() or ["it said nothing"]
            raise WorkshopError(f"systemctl {' '.join(words)}: {lines[0]}")
        return said.decode(errors="replace")


def seats_in(listed: str, state: str = "") -> list[str]:
    """Return the seats that ``systemctl list-units --plain --no-legend`` printed, all or those of a state."""
    rows = [line.split() for line in listed.splitlines() if line.strip()]
    names = [row[0] for row in rows if not state or row[3:4] == [state]]
    return [name.removeprefix(UNITS).removesuffix(".service") for name in names if name.startswith(UNITS)]
