"""Asking a kernel that starts for a sign of life until what it publishes is heard."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

ASK_EVERY_SECONDS = 0.5


class RollCall:
    """Requests for a kernel's information, repeated until an answer comes by the way of outputs.

    A kernel's outputs go to those who have subscribed; whoever connects too late misses what came before
    (ZeroMQ guide, chapter 5, "the late joiner"). The answers to the requests themselves go to sockets of our
    own and are dropped.
    """

    def __init__(self, manager: Any, session: Any) -> None:
        """Prepare to ask the kernel of a kernel manager in the name of a page's session."""
        self._session = session
        self._sockets = [manager.connect_shell(), manager.connect_control()]
        self._asked: set[str] = set()
        self._heard = asyncio.Event()

    def hear(self, request: str) -> None:
        """Learn that the kernel spoke, on the way of outputs, of a request."""
        if request in self._asked:
            self._heard.set()

    async def until_heard(self, seconds: float) -> bool:
        """Ask again and again, at most for so long; return whether the kernel was heard."""
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while not self._heard.is_set():
                        self._ask()
                        await self._heard_soon()
        finally:
            for socket in self._sockets:
                socket.close()
        return self._heard.is_set()

    def _ask(self) -> None:
        for socket in self._sockets:
            request = self._session.send(socket, "kernel_info_request")
            self._asked.add(request["header"]["msg_id"])

    async def _heard_soon(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._heard.wait(), ASK_EVERY_SECONDS)
