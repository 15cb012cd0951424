"""JupyterHub's spawner: each seat's server is a systemd unit, which the hub starts without being root.

jupyterhub-systemdspawner makes transient units, for which the hub must be root, and notices a server that
dies at once only after ``start_timeout``. Here the units are files of root's (role hub-service), whose limits
and isolation the hub cannot change, and polkit lets the hub's account start and stop them and nothing else.
"""

from __future__ import annotations

import asyncio
import os
import time
from typing import ClassVar

from jupyterhub.spawner import Spawner

from organiser.hub.returning import Returning
from organiser.hub.seats import seat_of
from organiser.hub.settings import FIRST_PORT
from organiser.hub.units import Manager, write_environment
from workshop.core.errors import WorkshopError

ADDRESS = "127.0.0.1"
LOOK_SECONDS = 0.2
CRASHING_SECONDS = 5.0
"""For which a server may end again and again before it listens: systemd would start it anew for ever."""
KEPT = ("JUPYTERHUB_", "JPY_")
"""How the variables begin that the hub gives a server; the hub's own are none of the seat's business."""


class SeatSpawner(Returning, Spawner):  # type: ignore[misc]
    """Starts and stops the unit of a seat."""

    manager: ClassVar[Manager] = Manager()
    starting: ClassVar[asyncio.Semaphore | None] = None
    """Who may start at once: the others wait on their page instead of being turned away."""

    @property
    def seat(self) -> str:
        """Return the seat's number."""
        return seat_of(self.user.name)

    def seat_environment(self) -> dict[str, str]:
        """Return what the seat's server needs to know of the hub."""
        return {name: str(value) for name, value in self.get_env().items() if value and name.startswith(KEPT)}

    async def start(self) -> tuple[str, int]:
        """Start the unit, and return address and port as soon as it listens.

        Raises WorkshopError when the unit ends instead.
        """
        if SeatSpawner.starting is None:
            SeatSpawner.starting = asyncio.Semaphore(2 * (os.cpu_count() or 1))
        self.ip, self.port = ADDRESS, FIRST_PORT + int(self.seat)
        async with SeatSpawner.starting:
            write_environment(self.seat, self.seat_environment())
            await self.manager.start(self.seat)
            await self._listens()
        return self.ip, self.port

    async def _listens(self) -> None:
        """Wait until the server listens; ``start_timeout`` ends the waiting."""
        crashed = float("inf")
        while True:
            try:
                _, writer = await asyncio.open_connection(ADDRESS, self.port)
            except OSError:
                there, now = self.seat in await self.manager.active(), time.monotonic()
                crashes = self.seat in self.manager.crashing
                if crashes:
                    crashed = min(crashed, now)
                if not there or (crashes and now - crashed > CRASHING_SECONDS):
                    why = await self.manager.result(self.seat)
                    raise WorkshopError(
                        f"seat {int(self.seat)} did not start ({why}); "
                        f"'journalctl -u classroom-seat@{self.seat}' shows why"
                    ) from None
                await asyncio.sleep(LOOK_SECONDS)
            else:
                writer.close()
                return

    async def get_url(self) -> str:
        """Return where the server is, or will be: a hub that died meanwhile wrote down another port."""
        return f"http://{ADDRESS}:{FIRST_PORT + int(self.seat)}{self.server.base_url}"

    async def stop(self, now: bool = False) -> None:
        """Stop the unit, with all its kernels."""
        await self.manager.stop(self.seat)

    async def poll(self) -> int | None:
        """Return None while the unit runs, else 0."""
        try:
            return None if self.seat in await self.manager.active() else 0
        except ValueError:  # a user that is no seat has no unit
            return 0
