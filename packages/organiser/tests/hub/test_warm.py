from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from organiser.hub import warm as warm_module
from organiser.hub.client import Client
from organiser.hub.warm import warm
from workshop.core.errors import WorkshopError


@dataclass
class Hub:
    """Starts servers that take as many looks as their seat's number says."""

    looks: dict[str, int] = field(default_factory=dict)
    most: int = 0
    refuses: tuple[str, ...] = ()
    dies: tuple[str, ...] = ()

    def start(self, user: str) -> None:
        if user in self.refuses:
            raise WorkshopError(f"{user}: no")
        self.looks[user] = int(user[-1])
        self.most = max(self.most, len(self.looks))

    def ready(self, user: str) -> bool | None:
        self.looks[user] -= 1
        if self.looks[user] <= 0:
            del self.looks[user]
            return None if user in self.dies else True
        return False


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm_module, "LOOK_SECONDS", 0)


def start(hub: Hub, numbers: list[str], at_once: int) -> tuple[warm_module.Warmed, list[str]]:
    told: list[str] = []
    return warm(hub, numbers, at_once, told.append), told  # type: ignore[arg-type]


def test_all_seats_start_and_never_too_many_at_once() -> None:
    hub, numbers = Hub(), [f"{each:03d}" for each in range(1, 20)]
    done, told = start(hub, numbers, 3)
    assert sorted(done.ready) == sorted(told) == numbers
    assert not done.failed
    assert hub.most == 3


def test_seats_that_fail_are_named_and_hold_up_nobody() -> None:
    hub = Hub(refuses=("seat-002",), dies=("seat-003",))
    done, told = start(hub, ["001", "002", "003", "004"], 1)
    assert sorted(done.ready) == ["001", "004"]
    assert done.failed["002"] == "seat-002: no"
    assert "classroom-seat@003" in done.failed["003"]
    assert len(told) == 4


def test_a_hub_that_is_down_is_named() -> None:
    with pytest.raises(WorkshopError, match="workshop-hub"):
        Client("http://127.0.0.1:9/hub/api", "x").taken()
