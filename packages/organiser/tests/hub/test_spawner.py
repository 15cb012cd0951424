"""How long the hub waits for a seat's server, and what it says of one that does not come."""

from __future__ import annotations

import asyncio
import socket
from types import SimpleNamespace

import pytest
from free_ports import free_port

pytest.importorskip("jupyterhub")

from organiser.hub import spawner
from organiser.hub.spawner import SeatSpawner
from workshop.core.errors import WorkshopError


class Units:
    """A systemd whose units are as they are told to be."""

    def __init__(self, *, active: bool = True, crashing: bool = False) -> None:
        self.states = frozenset({"001"} if active else ())
        self.crashing = frozenset({"001"} if crashing else ())

    async def active(self) -> frozenset[str]:
        return self.states

    async def result(self, seat: str) -> str:
        return "exit-code"


def wait(units: Units, port: int) -> None:
    seat = SimpleNamespace(seat="001", port=port, manager=units)
    asyncio.run(SeatSpawner._listens(seat))  # type: ignore[arg-type]


@pytest.fixture
def nobody() -> int:
    """A port on which nobody listens."""
    return free_port()


@pytest.mark.parametrize("units", [Units(active=False), Units(crashing=True)])
def test_a_server_that_ends_or_ends_again_and_again_is_given_up_with_the_reason(
    units: Units, nobody: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spawner, "CRASHING_SECONDS", 0.3)
    with pytest.raises(
        WorkshopError, match=r"did not start \(exit-code\); 'journalctl -u classroom-seat@001'"
    ):
        wait(units, nobody)


def test_a_server_that_ended_once_and_comes_is_waited_for() -> None:
    class Comes(Units):
        """Is started again at the second look, and listens then."""

        async def active(self) -> frozenset[str]:
            if not self.crashing:
                door.listen()
            self.crashing = frozenset()
            return self.states

    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        wait(Comes(crashing=True), door.getsockname()[1])


def test_a_hub_that_died_while_a_seat_started_finds_it_where_it_listens() -> None:
    # What JupyterHub writes down at first is a port by chance.
    seat = SimpleNamespace(seat="017", server=SimpleNamespace(base_url="/user/seat-017/", port=41721))
    assert asyncio.run(SeatSpawner.get_url(seat)) == "http://127.0.0.1:20017/user/seat-017/"  # type: ignore[arg-type]
