"""A class comes: what is lost is judged here; what takes time is told, for a busy machine takes longer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from machines.load.conftest import SEATS
from machines.load.room import Room
from machines.local.bed import FIGURES

from benchmarks.classroom.bench import HUB_MB, PROCESSOR_SECONDS, SEAT_MB

pytestmark = [pytest.mark.machine, pytest.mark.release, pytest.mark.xdist_group("load")]

ALONE = ("--peer", "none")
COLD = 50
TRAINING = 27


def told(what: str, found: Any) -> None:
    """Keep figures for the end of the report."""
    FIGURES.append(f"{what}: {json.dumps(found)}")


def test_a_hundred_come_within_a_minute_to_seats_that_run(room: Room) -> None:
    only = ("--no-cold", "--no-faults", "--no-theano")
    found = room.bench("--seats", str(SEATS), "--within", "60", *ALONE, *only)["warm"]
    told(f"{SEATS} come within 60 s to seats that run", found)
    assert found["people"] == SEATS
    assert (found["failed"], found["saw_429"], found["saw_errors"]) == (0, 0, 0), found
    assert found["hub_mb"] <= HUB_MB
    assert found["seat_mb"] <= SEAT_MB


def test_all_who_train_end_right_beside_one_that_never_stops_allocating(room: Room) -> None:
    only = ("--no-cold", "--no-faults", "--no-theano", "--within", "0")
    found = room.bench("--seats", "2", "--train", str(TRAINING), *ALONE, *only)["trained"]
    told(f"{TRAINING} train, one of them without end", found)
    assert found["ended_right"] == TRAINING - 1, found
    assert "kernel died" in found["endless"], found
    assert found["its_seat_again"] == "2", found


def test_faults_take_nothing_from_anybody(room: Room) -> None:
    found = room.bench("--seats", "4", "--within", "0", "--no-cold", *ALONE)
    told("first Theano cell, seconds", found["first_theano_seconds"])
    told("faults", found["faults"])
    assert {each["name"]: each["lost"] for each in found["faults"]} == dict.fromkeys(
        (each["name"] for each in found["faults"]), 0
    )
    assert all(each["back_seconds"] is not None for each in found["faults"]), found


def test_all_come_at_once_to_seats_that_rest(room: Room) -> None:
    only = ("--no-faults", "--no-theano", "--within", "0")
    found = room.bench("--seats", str(COLD), *ALONE, *only)["cold"]["workshop"]
    told(f"{COLD} come at once, and no seat runs", found)
    assert (found["failed"], found["saw_429"], found["saw_errors"]) == (0, 0, 0), found
    assert found["processor_seconds_each"] <= PROCESSOR_SECONDS
    assert found["seat_mb"] <= SEAT_MB
