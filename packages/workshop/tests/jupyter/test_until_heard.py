"""A kernel is asked on each channel, again and again, until it speaks of one of the requests."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from workshop.jupyter import channels
from workshop.jupyter.channels import UntilHeard


class Socket:
    def __init__(self, name: str) -> None:
        self.name, self.closed = name, False

    def close(self) -> None:
        self.closed = True


class Kernel:
    """Both its manager and the page's session; it counts the calls."""

    def __init__(self) -> None:
        self.sockets = [Socket("shell"), Socket("control")]
        self.calls: list[tuple[str, str]] = []

    def connect_shell(self) -> Socket:
        return self.sockets[0]

    def connect_control(self) -> Socket:
        return self.sockets[1]

    def send(self, socket: Socket, kind: str) -> dict[str, Any]:
        self.calls.append((socket.name, kind))
        return {"header": {"msg_id": f"call {len(self.calls)}"}}


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "ASK_EVERY_SECONDS", 0.01)


def test_a_kernel_that_says_nothing_is_given_up() -> None:
    async def call() -> None:
        kernel = Kernel()
        roll = UntilHeard(kernel, kernel)
        asked = asyncio.create_task(roll.until_heard(0.1))
        while not asked.done():
            roll.hear("another page's")
            await asyncio.sleep(0.01)
        assert not await asked
        assert len(kernel.calls) > 2
        assert all(socket.closed for socket in kernel.sockets)

    asyncio.run(asyncio.wait_for(call(), 30))
