"""A seat is freed, restarted and shown as what it is: nobody's, off, starting or ready."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("jupyterhub")

from tornado.web import HTTPError

from organiser.hub import seatsapi
from organiser.hub.seatsapi import free_seat
from organiser.hub.speakerdoor import Act

SEAT = "002"
SPAWNERS: dict[str, dict[str, object] | None] = {
    "nobody": None,
    "off": {"active": False, "ready": False},
    "starting": {"active": True, "ready": False, "why": "no room", "node": "a"},
    "ready": {"active": True, "ready": True, "why": "no room", "node": "a"},
}


class Hub:
    """Stands in for a handler of the hub's, and writes down what is done to whom."""

    def __init__(self, state: str, *pending: str) -> None:
        waits = list(pending)

        class Spawner(SimpleNamespace):
            @property
            def pending(self) -> str:
                return waits.pop(0) if waits else ""

        spawner = SPAWNERS[state]
        self.user = SimpleNamespace(spawner=Spawner(**spawner)) if spawner is not None else None
        self.done: list[str] = []
        self.authenticator = SimpleNamespace(door=SimpleNamespace(free=self.free))
        self.speaker = SimpleNamespace(told=lambda number: None)

    def find_user(self, name: str) -> object:
        assert name == f"seat-{SEAT}"
        return self.user

    def free(self, seat: str) -> bool:
        self.done.append(f"free {seat}")
        return self.user is not None

    async def stop_single_user(self, user: object) -> None:
        assert user is self.user
        self.done.append("stop")

    async def spawn_single_user(self, user: object) -> None:
        assert user is self.user
        self.done.append("spawn")

    def _memory(self, number: str, told: object) -> int:
        return 7


@pytest.fixture(autouse=True)
def without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seatsapi, "end_sessions", lambda handler, name: handler.done.append(f"end {name}"))
    monkeypatch.setattr(seatsapi, "LOOK_SECONDS", 0)


@pytest.mark.parametrize("state", SPAWNERS)
def test_a_server_is_stopped_where_one_is(state: str) -> None:
    hub = Hub(state, "spawn", "spawn")
    said = asyncio.run(free_seat(hub, SEAT))
    runs = state in ("starting", "ready")
    assert said == {"seat": SEAT, "was_taken": state != "nobody", "stopped": runs}
    assert hub.done == [f"free {SEAT}", f"end seat-{SEAT}", *(["stop"] if runs else [])]


def test_one_that_neither_comes_nor_goes_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seatsapi, "PENDING_SECONDS", 0)
    hub = Hub("starting", *["spawn"] * 1_000_000)
    with pytest.raises(HTTPError) as refused:
        asyncio.run(free_seat(hub, SEAT))
    assert refused.value.status_code == 409 and "spawn" in str(refused.value)
    assert hub.done == []


@pytest.mark.parametrize("state", SPAWNERS)
def test_a_restart_stops_only_what_runs_and_needs_somebody(state: str) -> None:
    hub: Any = Hub(state)
    if state == "nobody":
        with pytest.raises(HTTPError) as refused:
            asyncio.run(Act._seat(hub, "restart", SEAT))
        assert (refused.value.status_code, hub.done) == (409, [])
    else:
        asyncio.run(Act._seat(hub, "restart", SEAT))
        assert hub.done == [*(["stop"] if state != "off" else []), "spawn"]
