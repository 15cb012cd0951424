"""``workshop bench votes``: a room votes, the process is killed midway and started again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Annotated, Any

import psutil
import typer

from benchmarks.scratch import scratch_folder
from benchmarks.votes.voters import Voter, a_room, ask, vote_all
from workshop.errors import WorkshopError
from workshop.output import console, print_json
from workshop.site.votes.ballots import Ballots
from workshop.site.votes.questions import Question

app = typer.Typer()

HOST = "127.0.0.1"
P95_SECONDS = 0.2
START_SECONDS = 300.0
NAME = "bench"
QUESTION = Question(NAME, "Which one?", ("the first", "the second", "the third"))


@dataclass
class Trial:
    """What a room went through."""

    voters: list[Voter]
    counts: list[int]
    """The votes at the end, as the wall shows them."""
    kept: list[int]
    """The same, read from the file after a last kill."""
    down_seconds: float
    """From the kill until the page answered again; 0 where nothing was killed."""
    processor_seconds: float
    """Which the page's processes used for requests, without their starts."""


@app.command()
def votes(
    phones: Annotated[int, typer.Option(min=1)] = 200,
    seconds: Annotated[float, typer.Option(help="Within which all of them begin to vote.")] = 10.0,
    kill: Annotated[bool, typer.Option("--kill/--no-kill", help="Kill -9 the process midway.")] = True,
    seed: int = 1,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Let phones vote on loopback, each twice, and kill the process midway. Exit 1 when a bar is missed.

    Latency is that of the requests that were answered, the page and both votes of each phone. What the kill
    costs is told apart: how long nobody answered, and how long phones waited for their vote to be confirmed.
    """
    report = summarise(asyncio.run(hold(phones, seconds, kill, seed)))
    if json:
        print_json(report)
    else:
        for name, value in report.items():
            console.print(f"{name:22} {value}", markup=False, highlight=False)
    if not report["passed"]:
        raise typer.Exit(1)


async def hold(phones: int, seconds: float, kill: bool, seed: int) -> Trial:
    """Start the process, let the room vote, kill the process at half of the time and start it again."""
    voters = a_room(phones, seconds, len(QUESTION.choices), seed)
    with scratch_folder() as folder:
        process = Process(folder)
        try:
            await process.start()
            down = 0.0
            voting = asyncio.create_task(vote_all(voters, HOST, process.port, NAME, len(QUESTION.choices)))
            if kill:
                await asyncio.sleep(seconds / 2)
                began = time.monotonic()
                process.kill()
                await process.start()
                down = time.monotonic() - began
            await voting
            answer = json.loads(await ask(HOST, process.port, {"voter": "the-wall-of-the-room"}))
        finally:
            process.kill()
        ballots = Ballots(process.file, {NAME: QUESTION}, phones)
        return Trial(voters, answer["votes"], ballots.counts(NAME), down, process.used)


class Process:
    """The page for phones in a process of its own, with its question open."""

    def __init__(self, folder: Path) -> None:
        """Choose a port that is free."""
        self.file = folder / "votes.jsonl"
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = int(probe.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None
        self._used_by_start = 0.0
        self.used = 0.0
        """Processor seconds of those that were killed, without their starts."""

    async def start(self) -> None:
        """Start it and wait until it answers; WorkshopError where it does not."""
        command = [sys.executable, "-m", "benchmarks.votes.alone", str(self.file), str(self.port)]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._process = subprocess.Popen(command, env=environment)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(OSError, ValueError):
                await ask(HOST, self.port, None)
                self._used_by_start = self._processor()
                return
            await asyncio.sleep(0.02)
        raise WorkshopError("the voting page did not start; run it by hand: workshop slides votes")

    def kill(self) -> None:
        """Kill it, as nothing may."""
        if self._process is not None and self._process.poll() is None:
            self.used += self._processor() - self._used_by_start
            self._process.kill()
            self._process.wait()

    def _processor(self) -> float:
        """Return the processor seconds of the process that runs."""
        assert self._process is not None
        times = psutil.Process(self._process.pid).cpu_times()
        return times.user + times.system


def summarise(trial: Trial) -> dict[str, Any]:
    """Return the figures, and whether the bars are met."""
    taken = [each for voter in trial.voters for each in voter.seconds]
    p95 = quantiles(taken, n=20, method="inclusive")[-1]
    cast = Counter(voter.choice for voter in trial.voters)
    expected = [cast[number] for number in range(len(QUESTION.choices))]
    true = sum(voter.confirmed == voter.after == voter.choice for voter in trial.voters)
    passed = p95 <= P95_SECONDS and trial.counts == trial.kept == expected and true == len(trial.voters)
    return {
        "phones": len(trial.voters),
        "requests": len(taken),
        "unanswered": sum(voter.failed for voter in trial.voters),
        "median_ms": round(1000 * median(taken), 1),
        "p95_ms": round(1000 * p95, 1),
        "slowest_ms": round(1000 * max(taken), 1),
        "processor_ms_each": round(1000 * trial.processor_seconds / len(taken), 2),
        "down_ms": round(1000 * trial.down_seconds),
        "longest_wait_ms": round(1000 * max(voter.waited for voter in trial.voters)),
        "cast": expected,
        "counted": trial.counts,
        "kept_after_a_kill": trial.kept,
        "confirmed_and_once": true,
        "passed": passed,
    }
