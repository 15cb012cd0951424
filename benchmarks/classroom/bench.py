"""``workshop bench classroom``: a class logs in at once, then comes to warmed seats; beside other hubs."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, quantiles
from typing import Annotated, Any

import typer

from benchmarks.classroom import faults
from benchmarks.classroom.people import Browser, Person, SeenError, all_come
from benchmarks.classroom.sides import OURS, Peer, Side, Workshop, debian, littlest, workshop
from benchmarks.classroom.training import LESSON, Trained, cells_of, train
from benchmarks.classroom.usage import Memory, Stopwatch, memory
from benchmarks.scratch import scratch_folder
from workshop.errors import WorkshopError
from workshop.lessons.catalogue import Profile
from workshop.output import console, messages, print_json

app = typer.Typer()

MOST_SEATS = 200
ARRIVAL_SECONDS = 3.0
PROCESSOR_SECONDS = 3.2
SEAT_MB = 110.0
HUB_MB = 350.0
THEANO_SECONDS = 7.0
BACK_SECONDS = 10.0
PEERS = ("littlest", "debian")
THEANO = """import theano, theano.tensor as T
x = T.matrix(); w = theano.shared(__import__("numpy").ones((4, 3), "float32"))
f = theano.function([x], T.nnet.softmax(T.dot(x, w)))
f([[1, 2, 3, 4]]).shape"""


@dataclass
class Cold:
    """All log in at once, and no seat runs."""

    people: list[Person]
    processor_seconds: float
    memory: Memory


@dataclass
class Warm:
    """All come one after the other, to seats that run."""

    people: list[Person]
    processor_seconds: float
    memory: Memory
    """Of seats that nobody has used yet; of hub and proxy when all have come."""


@dataclass
class Trial:
    """What was measured on one side."""

    cold: Cold | None = None
    warm: Warm | None = None
    """Of ours."""
    theano: float | None = None
    """Seconds of a seat's first Theano cell."""
    theano_error: str = ""
    """Why it did not come."""
    trained: Trained | None = None
    """All but one train a lesson, and that one allocates without end."""
    faults: list[faults.Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Parts:
    """What our side is measured by, besides faults."""

    cold: bool
    within: float
    theano: bool
    cells: Sequence[tuple[str, bool]]
    training: int
    """How many train these cells."""


@app.command()
def classroom(
    seats: Annotated[int, typer.Option(min=2, max=MOST_SEATS, help="People and seats.")] = 50,
    within: Annotated[float, typer.Option(help="Seconds in which all come to warmed seats; 0: not.")] = 60.0,
    peer: Annotated[
        list[str] | None, typer.Option(help=f"Beside {' and '.join(PEERS)} (all), or `none`.")
    ] = None,
    break_things: Annotated[
        bool, typer.Option("--faults/--no-faults", help="Kill hub and proxy, fill the disk, reload …")
    ] = True,
    theano: Annotated[bool, typer.Option("--theano/--no-theano", help="A seat's first Theano cell.")] = True,
    training: Annotated[
        int, typer.Option("--train", min=0, max=MOST_SEATS, help="Seats that train at once; 0: none.")
    ] = 0,
    lesson: Annotated[str, typer.Option(help="Which lesson they train.")] = LESSON,
    profile: Annotated[Profile, typer.Option(help="How much of it.")] = Profile.FAST,
    cold: Annotated[bool, typer.Option("--cold/--no-cold", help="All at once to seats that rest.")] = True,
    scratch: Annotated[Path | None, typer.Option(help="A folder for the peers' packages, kept.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Let a class come to this machine's classroom, in turns with its peers. Exit 1 when a bar is missed.

    As root on a classroom's server whose door is on loopback, before a class: it refuses where a seat is
    taken, needs the cards that are still in their folder, and frees all seats at the end. Each person is a
    browser of its own that loads what pages name; all of them are in this process, whose processor time is
    not counted. Hubs take turns, and no two run at once. Each part can be left out, so that a long run can be
    cut into short ones.
    """
    if os.geteuid() != 0:
        raise WorkshopError("units and accounts are root's: run this with sudo, on the classroom's server")
    wanted = list(PEERS) if peer is None else [each for each in peer if each != "none"]
    if unknown := set(wanted) - set(PEERS):
        raise WorkshopError(f"no such peer: {', '.join(unknown)}; there are {', '.join(PEERS)}")
    with scratch_folder() as folder:
        parts = Parts(cold, within, theano, cells_of(lesson, profile) if training else [], training)
        trials = measure(seats, parts, wanted, break_things, scratch or folder)
    report = summarise(trials)
    if json:
        print_json(report)
    else:
        show(report)
    if not report["passed"]:
        raise typer.Exit(1)


def measure(
    seats: int, parts: Parts, peers: Sequence[str], break_things: bool, scratch: Path
) -> dict[str, Trial]:
    """Let each side have its class."""
    needed = [seats, parts.training + 1 if parts.training else 0, faults.BROWSERS if break_things else 0]
    ours = workshop(max(needed))
    ours.people, everybody = ours.people[:seats], ours.people
    makes = {"littlest": littlest, "debian": debian}
    others: list[Peer] = []
    trials = {OURS: Trial()}
    try:
        for name in peers if parts.cold else ():
            messages.print(f"installing {name}", markup=False)
            others.append(makes[name](seats, scratch / name))
        ours.start()
        if parts.cold:
            _say(f"{seats} log in at once, and no seat runs: {OURS}")
            trials[OURS].cold = come_cold(ours)
        if parts.within:
            _say(f"{seats} come within {parts.within:.0f} s to seats that run")
            trials[OURS].warm = come_warm(ours, parts.within)
        if parts.theano:
            _say("a seat's first Theano cell")
            trials[OURS].theano, trials[OURS].theano_error = first_theano(ours)
        if parts.training:
            _say(f"{parts.training} work at once: all train, but one allocates without end; one more writes")
            ours.people = everybody
            trials[OURS].trained = train(ours, parts.training, parts.cells)
        if break_things:
            ours.people = everybody
            trials[OURS].faults = faults.try_all(ours, _say)
        ours.stop()
        for other in others:
            _say(f"{seats} log in at once, and no seat runs: {other.name}")
            trials[other.name] = Trial()
            try:
                other.start()
                trials[other.name].cold = come_cold(other)
            finally:
                other.stop()
                other.remove()
    finally:
        ours.start()
        ours.free()
    return trials


def _say(text: str) -> None:
    messages.print(text, markup=False, highlight=False)


def come_cold(side: Side) -> Cold:
    """Let all log in at once with no seat running; look at the memory while all seats idle."""
    side.cold()
    people = [Person(each.name, each.secret) for each in side.people]
    watch = Stopwatch.started()
    asyncio.run(all_come(side.address, people, 0.0))
    seconds = watch.seconds()
    return Cold(people, seconds, memory(side.accounts(), side.signs))


def come_warm(side: Workshop, within: float) -> Warm:
    """Let all log in to seats that run, one after the other, each until the output of `1+1`."""
    for number, why in side.warm().items():
        _say(f"seat {int(number)} did not start: {why}")
    idle = memory(side.accounts(), side.signs)
    people = [Person(each.name, each.secret) for each in side.people]

    async def first_cell(browser: Browser) -> None:
        result = await browser.cell(await browser.start_kernel("python3"), "1+1")
        if result != "2":
            raise SeenError(f"1+1 is {result!r}")
        assert browser.person.began is not None
        browser.person.cell_seconds = time.monotonic() - browser.person.began

    watch = Stopwatch.started()
    asyncio.run(all_come(side.address, people, within, first_cell))
    return Warm(people, watch.seconds(), Memory(memory(side.accounts(), side.signs).hub, idle.seats))


def first_theano(side: Workshop) -> tuple[float | None, str]:
    """Return the seconds of a seat's first Theano cell, kernel included; or why it failed."""
    side.free()
    person = Person(side.people[0].name, side.people[0].secret)
    found: list[float] = []

    async def cell(browser: Browser) -> None:
        began = time.monotonic()
        result = await browser.cell(await browser.start_kernel("theano"), THEANO)
        if result != "(1, 3)":
            raise SeenError(f"the first Theano cell is {result!r}")
        found.append(time.monotonic() - began)

    asyncio.run(all_come(side.address, [person], 0.0, cell))
    return (found[0], "") if found else (None, person.errors[-1])


def parts_of(seconds: Sequence[float]) -> dict[str, float | None]:
    """Return the median, the 95th percentile and the longest."""
    parts = quantiles(seconds, n=20, method="inclusive") if len(seconds) > 1 else [*seconds] * 20
    return {
        "p50": round(parts[9], 2) if seconds else None,
        "p95": round(parts[-1], 2) if seconds else None,
        "longest": round(max(seconds), 2) if seconds else None,
    }


def told(people: Sequence[Person], seconds: Callable[[Person], float | None]) -> dict[str, Any]:
    """Return how long people waited, and what they saw."""
    waited = [each for each in map(seconds, people) if each is not None]
    errors = [error for person in people for error in person.errors]
    return {
        "people": len(people),
        "failed": len(people) - len(waited),
        "saw_429": sum(person.too_many for person in people),
        "saw_errors": len(errors),
        "first_error": errors[0] if errors else "",
    } | parts_of(waited)


def of_memory(found: Memory) -> dict[str, float | None]:
    """Return the figures of hub and proxy together, and of one idle seat."""
    return {
        "seat_mb": round(mean(found.seats), 1) if found.seats else None,
        "hub_mb": round(found.hub, 1),
    }


def of_class(found: Cold | Warm, seconds: Callable[[Person], float | None]) -> dict[str, Any]:
    """Return the figures of a class that came."""
    came = sum(seconds(person) is not None for person in found.people)
    each = {"processor_seconds_each": round(found.processor_seconds / came, 2) if came else None}
    return told(found.people, seconds) | each | of_memory(found.memory)


def summarise(trials: dict[str, Trial]) -> dict[str, Any]:
    """Return the figures, and the bars that are missed."""
    ours = trials[OURS]
    report: dict[str, Any] = {
        "cold": {
            name: of_class(each.cold, lambda person: person.seconds)
            for name, each in trials.items()
            if each.cold
        }
    }
    if ours.warm:
        report["warm"] = of_class(ours.warm, lambda person: person.cell_seconds)
    if ours.theano is not None:
        report["first_theano_seconds"] = round(ours.theano, 2)
    if ours.theano_error:
        report["first_theano_error"] = ours.theano_error
    if (trained := ours.trained) is not None:
        report["trained"] = {
            "seats": len(trained.people),
            "ended_right": trained.ended,
            "seconds": round(trained.seconds, 1),
            "most_mb": round(trained.most_mb),
            "who_writes": parts_of(trained.typed) | {"cells": len(trained.typed)},
            "endless": trained.endless,
            "its_seat_again": trained.endless_again,
            "first_error": trained.errors[0] if trained.errors else "",
        }
    report["faults"] = [
        {
            "name": each.name,
            "back_seconds": each.back_seconds and round(each.back_seconds, 1),
            "lost": each.lost,
            "why": each.why,
        }
        for each in ours.faults
    ]
    report["missed"] = missed(report)
    report["passed"] = not report["missed"]
    return report


def missed(report: dict[str, Any]) -> list[str]:
    """Return a line for each bar that is missed."""
    found = missed_cold(report["cold"]) if report["cold"] else []
    if warm := report.get("warm"):
        if warm["failed"] or warm["p95"] > ARRIVAL_SECONDS:
            found.append(f"warm: p95 {warm['p95']} s, at most {ARRIVAL_SECONDS:g}; {warm['failed']} failed")
        found += above(warm, {"seat_mb": SEAT_MB, "hub_mb": HUB_MB})
    if report.get("first_theano_seconds", 0.0) > THEANO_SECONDS:
        found.append(f"first Theano cell {report['first_theano_seconds']} s, at most {THEANO_SECONDS:g}")
    if error := report.get("first_theano_error"):
        found.append(f"first Theano cell: {error}")
    if trained := report.get("trained"):
        if trained["ended_right"] < trained["seats"] - 1:
            found.append(f"{trained['ended_right']} of {trained['seats'] - 1} who train ended right")
        if "kernel died" not in trained["endless"] or trained["its_seat_again"] != "2":
            found.append(f"an endless allocation: {trained['endless'] or 'went on'}")
    for fault in report["faults"]:
        back = fault["back_seconds"]
        if fault["lost"] or back is None or back > BACK_SECONDS:
            found.append(f"{fault['name']}: back in {back} s, {fault['lost']} lost {fault['why']}".rstrip())
    return found


def missed_cold(cold: dict[str, Any]) -> list[str]:
    """Return a line for each bar that a class which came at once missed."""
    mine, found = cold[OURS], []
    others = {name: each for name, each in cold.items() if name != OURS}
    if mine["failed"] or mine["saw_429"]:
        found.append(f"cold: {mine['failed']} failed, {mine['saw_429']} errors 429")
    for name, other in others.items():
        for part in ("p50", "p95"):
            if mine[part] is None or (
                other[part] is not None and not other["failed"] and mine[part] > other[part]
            ):
                found.append(f"cold: {part} {mine[part]} s, {name} {other[part]} s")
    found += above(mine, {"processor_seconds_each": PROCESSOR_SECONDS, "seat_mb": SEAT_MB, "hub_mb": HUB_MB})
    return found


def above(figures: dict[str, Any], most: dict[str, float]) -> list[str]:
    """Return a line for each figure that there is none of, or that is above what it may be."""
    return [
        f"{name} {figures[name]}, at most {limit:g}"
        for name, limit in most.items()
        if figures[name] is None or figures[name] > limit
    ]


def show(report: dict[str, Any]) -> None:
    """Print the figures."""
    for name, each in report["cold"].items():
        for what, value in each.items():
            console.print(f"{name:9} {what:23} {value}", markup=False, highlight=False)
    for name in ("warm", "first_theano_seconds", "first_theano_error", "trained", "faults"):
        if name in report:
            console.print(f"{name}: {report[name]}", markup=False, highlight=False)
    for line in report["missed"]:
        console.print(f"missed: {line}", markup=False, highlight=False)
