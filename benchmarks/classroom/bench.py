"""``workshop bench classroom``: a class logs in at once, on this machine's classroom and on Debian's hub."""

from __future__ import annotations

import asyncio
import os
from statistics import quantiles
from typing import Annotated, Any

import typer

from benchmarks.classroom.people import all_come
from benchmarks.classroom.servers import Server, classroom, debian
from benchmarks.measuring import finish, say
from benchmarks.scratch import scratch_folder
from workshop.core.errors import WorkshopError

app = typer.Typer()


@app.command(name="classroom", epilog="Example: workshop bench classroom --seats 50")
def bench_classroom(
    seats: Annotated[int, typer.Option(min=2, help="People and seats.")] = 50,
    peer: Annotated[bool, typer.Option("--peer/--no-peer", help="Then on Debian's jupyterhub.")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Let a class log in at once to this machine's classroom, then to Debian's hub.

    As root on a classroom's server whose door is on loopback, before a class: it refuses where a seat is
    taken, needs the cards that are still in their folder, and frees all seats at the end. Each person is a
    browser of its own that loads what pages name. No two hubs run at once. Exit 1 when somebody saw an error
    or waited longer than at Debian's.
    """
    if os.geteuid() != 0:
        raise WorkshopError("units and accounts are root's: run this with sudo, on the classroom's server")
    sides: dict[str, dict[str, Any]] = {}
    with classroom(seats) as server:
        sides["workshop"] = come("workshop", server)
    if peer:
        with scratch_folder() as folder, debian(seats, folder) as server:
            sides["debian"] = come("debian", server)
    report = {"seats": seats, "sides": sides, "missed": missed(sides)}
    rows = [f"{name:9} {what:18} {value}" for name, each in sides.items() for what, value in each.items()]
    finish(report, rows, json)


def come(name: str, server: Server) -> dict[str, Any]:
    """Let all log in; return how long they waited, what they saw, and what the server used."""
    say(f"{len(server.people)} log in: {name}")
    before, _, _ = server.usage()
    asyncio.run(all_come(server.address, server.people))
    after, hub_mb, seat_mb = server.usage()
    waited = [person.seconds for person in server.people if person.seconds is not None]
    errors = [error for person in server.people for error in person.errors]
    parts = quantiles(waited, n=20, method="inclusive") if len(waited) > 1 else []
    return {
        "failed": len(server.people) - len(waited),
        "errors": len(errors),
        "first_error": errors[0] if errors else "",
        "p50": round(parts[9], 2) if parts else None,
        "p95": round(parts[-1], 2) if parts else None,
        "cpu_seconds_each": round((after - before) / len(server.people), 2),
        "hub_mb": round(hub_mb, 1),
        "seat_mb": round(seat_mb, 1),
    }


def missed(sides: dict[str, dict[str, Any]]) -> list[str]:
    """Return a line for each bar that our classroom missed."""
    ours, peer = sides["workshop"], sides.get("debian")
    found = [f"{ours['failed']} failed, {ours['errors']} errors"] if ours["failed"] or ours["errors"] else []
    if peer and not peer["failed"]:
        slower = [part for part in ("p50", "p95") if ours[part] is None or ours[part] > peer[part]]
        found += [f"{part} {ours[part]} s, Debian's hub {peer[part]} s" for part in slower]
    return found
