"""A class comes: what is lost is judged; what takes time is reported, for a busy machine takes longer."""

from __future__ import annotations

import json

import pytest
from machines.load.conftest import SEATS
from machines.load.room import Room
from machines.local.bed import FIGURES

pytestmark = [pytest.mark.machine, pytest.mark.release, pytest.mark.xdist_group("load")]

SEAT_MB = 110.0
HUB_MB = 350.0
CPU_SECONDS = 3.2
"""Of hub, proxy and seats, for each person who comes."""


def test_a_hundred_come_at_once_to_seats_that_rest(room: Room) -> None:
    found = room.bench("--seats", str(SEATS), "--no-peer")["sides"]["workshop"]
    FIGURES.append(f"{SEATS} come at once, and no seat runs: {json.dumps(found)}")
    assert (found["failed"], found["errors"]) == (0, 0), found
    assert found["cpu_seconds_each"] <= CPU_SECONDS
    assert found["hub_mb"] <= HUB_MB
    assert found["seat_mb"] <= SEAT_MB
