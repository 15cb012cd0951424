"""A vote from its first line to its end: two listeners, the deck, and what is told of it."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from workshop.core.errors import WorkshopError
from workshop.core.hosts import HostCheck
from workshop.core.ports import bind
from workshop.core.settings import Settings
from workshop.site.build import build_site
from workshop.site.presentation import read_presentation
from workshop.site.server import answer, make_application
from workshop.site.status import Probe, services
from workshop.site.votes.ballots import Ballots
from workshop.site.votes.questions import questions_of
from workshop.site.votes.room import Page, Room
from workshop.site.votes.wall import Desk, Wall
from workshop.sync.button import UpdateButton

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Plan:
    """What the speaker asked for."""

    source: Path
    workshop: str
    address: str = LOOPBACK
    """Where phones are listened to."""
    port: int = 8083
    deck_port: int = 8084
    per_address: int = 250


@dataclass(frozen=True)
class Opened:
    """What is open, to be told to the speaker."""

    deck: str
    """The address of the deck; with its key, so only for the speaker."""
    room: str
    """What phones type."""
    is_network: bool
    went_on: bool
    """Whether votes of a process that was killed were taken up."""


def network_address(wanted: str = "") -> str:
    """Return the address at which phones reach this machine: ``wanted``, else the only one that it has.

    Raises WorkshopError where there is none, several, or ``wanted`` is none of them.
    """
    found = [
        each.address
        for name in sorted(psutil.net_if_addrs())
        for each in psutil.net_if_addrs()[name]
        if each.family == socket.AF_INET and _is_for_phones(each.address)
    ]
    if wanted:
        if wanted in found:
            return wanted
        raise WorkshopError(
            f"{wanted} is not an address of this machine; it has {', '.join(found) or 'none'}"
        )
    if not found:
        raise WorkshopError("this machine is not in a network; join the room's Wi-Fi or open a hotspot")
    if len(found) > 1:
        raise WorkshopError(
            f"this machine has several addresses; name the room's: --address {' or '.join(found)}"
        )
    return found[0]


def _is_for_phones(address: str) -> bool:
    found = ipaddress.ip_address(address)
    return not (found.is_loopback or found.is_link_local or found.is_unspecified)


def state_file() -> Path:
    """Return where this account's vote lies while it runs."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "deep-learning-workshop" / "votes" / "votes.jsonl"


def hold_vote(plan: Plan, settings: Settings, ready: Callable[[Opened], None]) -> dict[str, Any]:
    """Hold the vote until the deck is closed or the process is told to end; return the votes by question.

    ``ready`` is called once both listeners answer.
    Raises WorkshopError when there is no such deck, it asks nothing, a port is taken, or a vote is running.
    """
    presentation = read_presentation(plan.source)
    workshop = presentation.workshops.get(plan.workshop)
    if workshop is None:
        raise WorkshopError(f"there is no deck {plan.workshop!r}; 'workshop slides list' lists them")
    questions = questions_of(presentation, workshop)
    if not questions:
        raise WorkshopError(
            f"the deck {plan.workshop} has no questions for the room; see 'Let the room vote' in "
            f"docs/howto/on-the-day.md"
        )
    page = Page(plan.source / "presentation" / "slides")
    room_sockets, deck_sockets = bind(plan.address, plan.port), bind(LOOPBACK, plan.deck_port)
    ballots = Ballots(state_file(), questions, plan.per_address)
    room = Room(ballots, questions, page, plan.address, room_sockets, plan.per_address)
    # Phones wait for this one; the deck is on the wall already when a killed process is started again.
    room.start()
    site = state_file().parent / "site"
    build_site(plan.source, site, settings)
    is_network = plan.address != LOOPBACK
    desk = Desk(ballots, questions, room, f"{plan.address}:{plan.port}", is_network)
    opened = Opened(
        f"http://{LOOPBACK}:{plan.deck_port}/slides/{plan.workshop}/index.html#votes={ballots.key}",
        f"http://{plan.address}:{plan.port}",
        is_network,
        ballots.was_running,
    )
    asyncio.run(_serve_deck(site, deck_sockets, desk, settings, lambda: ready(opened)))
    room.stop()
    results = ballots.results()
    ballots.end()
    return {
        name: {"title": questions[name].title, "choices": list(questions[name].choices), "votes": votes}
        for name, votes in results.items()
    }


async def _serve_deck(
    site: Path, sockets: list[socket.socket], desk: Desk, settings: Settings, ready: Callable[[], None]
) -> None:
    application = make_application(
        site.resolve(), HostCheck(LOOPBACK), Probe(services(settings)), UpdateButton(settings), settings,
        [(r"/api/votes", Wall)],
    )  # fmt: skip
    application.settings["desk"] = desk
    await answer(application, sockets, ready, desk.presence.is_over)
