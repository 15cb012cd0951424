"""``workshop bench fleet``: what machines at home cost the git server that they ask for news."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.fleet.machines import LESSON, NAME, Machine, Organiser, all_at_once
from benchmarks.fleet.server import Server, Use, find_lighttpd, serve
from benchmarks.scratch import scratch_folder
from workshop.errors import WorkshopError
from workshop.output import console, messages, print_json
from workshop.settings import find_checkout

app = typer.Typer()

HOUR = 3600.0
KINDS = {"git": "git http-backend", "files": "plain files"}
FIRST, NOTHING, ONE, REPACKED = "the first time", "nothing new", "one new revision", "packed anew"
SHARE = 0.1
"""The bar: machines with nothing new may take so much of one processor in their hour."""


@dataclass(frozen=True)
class Case:
    """What machines cost the server, all of them together."""

    kind: str
    what: str
    machines: int
    use: Use
    seconds: float


@app.command()
def fleet(
    machines: Annotated[int, typer.Option(min=1, help="So many really ask.")] = 20,
    at_once: Annotated[int, typer.Option(min=1, help="So many of them at a time.")] = 4,
    fleet: Annotated[int, typer.Option(min=1, help="The arithmetic is for so many, in one hour.")] = 1000,
    lighttpd: Annotated[Path | None, typer.Option(help="The web server; default: the one on PATH.")] = None,
    scratch: Annotated[Path | None, typer.Option(help="A folder with 2 GB free.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Let machines update themselves from a server on this one, over TLS, in all that is real but Ansible.

    The repository has this checkout's history and signed revisions. The server is lighttpd, once with git's
    own program behind it and once with plain files. Processor seconds are the server's, with every git that
    it starts. Exit 1 when the whole fleet, with nothing new, takes more than a tenth of one processor.
    """
    program = find_lighttpd(lighttpd)
    checkout = find_checkout(LESSON)
    with scratch_folder(scratch) as folder:
        report = summarise(measure(checkout, folder, program, machines, at_once), fleet)
    report["versions"] = versions(program)
    if json:
        print_json(report)
    else:
        for line in lines(report):
            console.print(line, markup=False, highlight=False)
    if not report["passed"]:
        raise typer.Exit(1)


def measure(checkout: Path, folder: Path, lighttpd: Path, machines: int, at_once: int) -> list[Case]:
    """Let machines ask for the first time, with nothing new, with one new revision, and after a repack."""
    organiser = Organiser(folder)
    messages.print("an organiser's repository", markup=False, highlight=False)
    organiser.begin(checkout)
    cases: list[Case] = []
    with serve(organiser.repositories, folder / "server", lighttpd) as server, trusting(server.certificate):
        groups = {kind: _first(server, kind, organiser, machines, cases) for kind in KINDS}

        def ask(what: str, revision: int) -> None:
            for kind, group in groups.items():
                cases.append(_ask(server, kind, what, group, at_once, revision))

        ask(NOTHING, 1)
        organiser.release(2)
        ask(ONE, 2)
        organiser.release(3)
        organiser.repack()
        ask(REPACKED, 3)
    return cases


def _first(
    server: Server, kind: str, organiser: Organiser, machines: int, cases: list[Case]
) -> list[Machine]:
    """Let one machine take everything; return so many machines in its state."""
    machine = Machine(
        organiser.folder / "machines" / kind / "0", server.address(kind, NAME), organiser.signers
    )
    cases.append(_ask(server, kind, FIRST, [machine], 1, 1))
    copies = [machine.copy(machine.prefix.with_name(str(number))) for number in range(1, machines)]
    return [machine, *copies]


def _ask(server: Server, kind: str, what: str, machines: list[Machine], at_once: int, revision: int) -> Case:
    messages.print(f"{KINDS[kind]}, {what}: {len(machines)} machines", markup=False, highlight=False)
    with server.measured() as use:
        seconds, have = all_at_once(machines, at_once)
    if have != {f"v2026.{revision}"}:
        raise WorkshopError(f"machines have {', '.join(sorted(have))}, not v2026.{revision}")
    return Case(kind, what, len(machines), use, seconds)


@contextmanager
def trusting(certificate: Path) -> Iterator[None]:
    """Let git on this machine trust the server's certificate, as a company's is trusted."""
    name = "GIT_SSL_CAINFO"
    before = os.environ.get(name)
    os.environ[name] = str(certificate)
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def summarise(cases: list[Case], fleet: int) -> dict[str, Any]:
    """Return each case for one machine and, by arithmetic, for the fleet."""
    rows = [
        {
            "server": KINDS[case.kind],
            "case": case.what,
            "machines": case.machines,
            "processor_ms": round(1000 * case.use.processor / case.machines, 2),
            "sent_bytes": round(case.use.sent / case.machines),
            "received_bytes": round(case.use.received / case.machines),
            "connections": round(case.use.requests / case.machines, 2),
            "server_memory_mb": round(case.use.memory / 1e6, 1),
            "answered_a_second": round(case.machines / case.seconds, 1),
            "fleet_processor_seconds": round(case.use.processor / case.machines * fleet, 1),
            "fleet_share_of_an_hour": round(case.use.processor / case.machines * fleet / HOUR, 5),
            "fleet_sent_mb": round(case.use.sent / case.machines * fleet / 1e6, 2),
        }
        for case in cases
    ]
    shares = [float(str(row["fleet_share_of_an_hour"])) for row in rows if row["case"] == NOTHING]
    return {"fleet": fleet, "cases": rows, "passed": max(shares) <= SHARE}


def versions(lighttpd: Path) -> str:
    """Say what was measured with."""
    said = subprocess.run([lighttpd, "-v"], capture_output=True, text=True, check=False).stdout
    git = subprocess.check_output(["git", "--version"], text=True).strip()
    return f"{said.split(' ')[0].replace('/', ' ')}, {git}"


def lines(report: dict[str, Any]) -> list[str]:
    """Return the report for a person."""
    found = [
        f"{report['versions']}; each machine, and {report['fleet']} of them in one hour by arithmetic",
        f"{'server':17} {'case':17} {'ms':>8} {'sent':>11} {'conn.':>6} {'MB then':>8}"
        f" | {'seconds':>8} {'of a core':>9} {'MB sent':>9}",
    ]
    for row in report["cases"]:
        found.append(
            f"{row['server']:17} {row['case']:17} {row['processor_ms']:8.2f} {row['sent_bytes']:11,}"
            f" {row['connections']:6.1f} {row['server_memory_mb']:8.1f} |"
            f" {row['fleet_processor_seconds']:8.1f} {row['fleet_share_of_an_hour']:9.2%}"
            f" {row['fleet_sent_mb']:9.1f}"
        )
    return found
