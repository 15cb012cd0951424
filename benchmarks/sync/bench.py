"""``workshop bench sync``: kills, random edits, odd shapes, and speed beside nbgitpuller."""

from __future__ import annotations

import random
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.scratch import scratch_folder
from benchmarks.sync.crash_trials import kill_many
from benchmarks.sync.fuzz_edits import faults_of, random_pair
from benchmarks.sync.fuzz_shapes import try_shapes
from benchmarks.sync.hostile import MEGABYTES, try_hostile
from benchmarks.sync.hostile import SECONDS as BOUND_S
from benchmarks.sync.nbdime_oracle import ask_oracle, install
from benchmarks.sync.nbgitpuller_race import NOTEBOOKS, Course, Timing
from workshop.output import console, messages, print_json
from workshop.sync.request import Request, perform

app = typer.Typer()

SECONDS = 0.5
"""Of the processor: by the clock it is as much on a machine that does nothing else."""
RATIO = 5.0
OFFLINE_SECONDS = 10.0


@app.command()
def sync(
    kills: Annotated[int, typer.Option(min=0, help="So many syncs are killed.")] = 500,
    pairs: Annotated[int, typer.Option(min=0, help="So many pairs of edits are merged.")] = 10_000,
    shapes: Annotated[
        int, typer.Option(min=0, help="So many syncs meet odd notebooks, folders and answers of git.")
    ] = 10_000,
    hostile: Annotated[
        bool, typer.Option("--hostile/--no-hostile", help="Sync with repositories made to hurt.")
    ] = True,
    oracle: Annotated[int, typer.Option(min=0, help="So many merges are compared with nbdime's.")] = 10_000,
    rounds: Annotated[int, typer.Option(min=1, help="Timings are medians of so many.")] = 5,
    seed: Annotated[int, typer.Option(help="Begins the random numbers.")] = 1,
    without_peer: Annotated[
        bool,
        typer.Option(
            "--without-peer", help="Leave nbgitpuller and nbdime out, which need a package registry."
        ),
    ] = False,
    scratch: Annotated[Path | None, typer.Option(help="A folder on the disk to measure on.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Kill syncs, merge edits, try odd shapes and hostile repositories; time a sync beside nbgitpuller's.

    Exit 1 when a bar is missed.
    """
    with scratch_folder(scratch) as folder:
        folder.chmod(0o711)  # some of the odd shapes are met by an account without rights
        report = measure(folder, kills, pairs, shapes, rounds, seed, not without_peer, hostile, oracle)
    report["missed"] = list(missed(report))
    if json:
        print_json(report)
    else:
        for line in lines(report):
            console.print(line, markup=False, highlight=False)
    if report["missed"]:
        raise typer.Exit(1)


def measure(
    folder: Path,
    kills: int,
    pairs: int,
    shapes: int,
    rounds: int,
    seed: int,
    peer: bool,
    hostile: bool = False,
    oracle: int = 0,
) -> dict[str, Any]:
    """Return every figure; parts of which none is wanted are left out."""
    report: dict[str, Any] = {}
    if kills:
        _say(f"killing {kills} syncs")
        report["kills"] = asdict(kill_many(folder / "kills", kills, random.Random(seed)))
    if pairs:
        _say(f"merging {pairs} pairs of edits")
        report["pairs"] = try_pairs(folder / "pairs", pairs, seed)
    if shapes:
        _say(f"trying {shapes} odd shapes")
        report["shapes"] = try_shapes(folder / "shapes", shapes, seed)
    if hostile:
        _say("syncing with repositories made to hurt")
        costs = try_hostile(folder / "hostile")
        report["hostile"] = {
            "repositories": len(costs),
            "megabytes": max(each.megabytes for each in costs),
            "processor_seconds": round(max(each.seconds for each in costs), 1),
            "faults": [each.fault for each in costs if each.fault],
        }
    if peer and oracle:
        _say(f"comparing {oracle} merges with nbdime's")
        report["oracle"] = asdict(ask_oracle(install(_made(folder / "oracle") / "peer"), oracle, seed))
    if peer:
        _say(f"timing syncs of {NOTEBOOKS} notebooks")
        report |= time_syncs(Course(_made(folder / "course")), rounds)
    report["offline_seconds"] = round(time_offline(_made(folder / "offline")), 2)
    return report


def _say(text: str) -> None:
    messages.print(text, markup=False, highlight=False)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def try_pairs(folder: Path, times: int, seed: int) -> dict[str, Any]:
    """Merge random pairs of edits; return how many went wrong, and how."""
    faults: list[str] = []
    for number in range(times):
        place = _made(folder / str(number))
        found = list(faults_of(random_pair(random.Random(f"{seed}/{number}")), place))
        faults += [f"pair {number}: {each}" for each in found]
        shutil.rmtree(place)
    return {"pairs": times, "faulty": len({each.partition(":")[0] for each in faults}), "faults": faults[:20]}


def time_syncs(course: Course, rounds: int) -> dict[str, Any]:
    """Time both with untouched notebooks and with notebooks that were all run since the last sync."""
    untouched = course.time(rounds, lambda: None)
    ran = course.time(rounds, course.run_all)
    return {"untouched": _timing(untouched), "ran": _timing(ran)}


def _timing(timing: Timing) -> dict[str, float]:
    return {
        "seconds": round(timing.ours.seconds, 3),
        "nbgitpuller_seconds": round(timing.peers.seconds, 3),
        "work": round(timing.ours.work, 3),
        "nbgitpuller_work": round(timing.peers.work, 3),
        "ratio": round(timing.ratio, 1),
    }


def time_offline(folder: Path) -> float:
    """Return the seconds until a sync gives up on a server that takes the call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/workshop.git"
        started = time.perf_counter()
        report = perform(Request(url, folder / "mine", folder / "state", allow_unsigned=True))
    assert report.offline
    return time.perf_counter() - started


def missed(report: dict[str, Any]) -> Iterator[str]:
    """Yield each bar that was missed."""
    kills, pairs = report.get("kills"), report.get("pairs")
    if kills and (kills["lost"] or kills["invalid"] or kills["healed"] < kills["kills"]):
        yield "kills: nothing lost, nothing invalid, all healed"
    if pairs and pairs["faulty"]:
        yield "pairs: nothing lost, all valid, a second sync at rest"
    if (shapes := report.get("shapes")) and shapes["faulty"]:
        yield "shapes: no traceback, nothing lost, good files delivered, odd ones named"
    if (hostile := report.get("hostile")) and hostile["faults"]:
        yield f"hostile: at most {MEGABYTES} MB and {BOUND_S:.0f} processor seconds, and a line that says why"
    if (oracle := report.get("oracle")) and oracle["faults"]:
        yield "oracle: where nbdime merges without a conflict, both merges say the same"
    for state in ("untouched", "ran"):
        if state in report and report[state]["work"] > SECONDS:
            yield f"{state}: at most {SECONDS} s of the processor"
        if state in report and report[state]["ratio"] < RATIO:
            yield f"{state}: at least {RATIO:.0f} times as fast as nbgitpuller"
    if report["offline_seconds"] >= OFFLINE_SECONDS:
        yield f"offline: under {OFFLINE_SECONDS:.0f} s"


def lines(report: dict[str, Any]) -> Iterator[str]:
    """Yield the figures beside their bars."""
    if kills := report.get("kills"):
        yield (
            f"kill -9 at {kills['kills']} moments ({kills['at_work']} while files were written): "
            f"{kills['lost']} lost, {kills['invalid']} invalid, {kills['healed']} healed by the next run"
        )
        yield from kills["faults"][:20]
    if pairs := report.get("pairs"):
        yield f"{pairs['pairs']} random pairs of edits: {pairs['faulty']} at fault"
        yield from pairs["faults"]
    if shapes := report.get("shapes"):
        yield f"{shapes['shapes']} odd notebooks, folders and answers of git: {shapes['faulty']} at fault"
        yield from shapes["faults"]
    if oracle := report.get("oracle"):
        yield (
            f"{oracle['pairs']} merges beside nbdime's: {oracle['agreed']} the same, {len(oracle['faults'])} "
            f"not, {oracle['both_gave_up']} conflicts for both, {oracle['nbdime_gave_up']} for nbdime alone, "
            f"{oracle['we_gave_up']} for us alone"
        )
        yield from oracle["faults"][:20]
    if hostile := report.get("hostile"):
        yield (
            f"{hostile['repositories']} syncs with repositories made to hurt: at most "
            f"{hostile['megabytes']} MB and {hostile['processor_seconds']:.1f} processor seconds"
        )
        yield from hostile["faults"]
    titles = {
        "untouched": "untouched since the last sync",
        "ran": "all run since the last sync, 40 MB of outputs",
    }
    for state, title in titles.items():
        if state in report:
            row = report[state]
            yield (
                f"nothing new, {NOTEBOOKS} notebooks {title}: {row['seconds']:.2f} s, "
                f"nbgitpuller {row['nbgitpuller_seconds']:.2f} s; processor {row['work']:.3f} s and "
                f"{row['nbgitpuller_work']:.3f} s, {row['ratio']:.1f} times as fast"
            )
    yield f"a server that says nothing: offline after {report['offline_seconds']:.1f} s"
    yield from (f"missed: {each}" for each in report["missed"])
    if not report["missed"]:
        yield "every bar is met"
