"""``workshop bench setup``: set-up from nothing beside the same by hand, and again beside an older one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from benchmarks.scratch import scratch_folder
from benchmarks.setup.race import Run, Trial, remove
from workshop.errors import WorkshopError
from workshop.output import console, messages, print_json
from workshop.settings import find_checkout

app = typer.Typer()

OUTSIDE = "before and after Ansible"
RATIO = 2.5
AIM = 1.6
OF_BEFORE = 0.5
"""What setting up again may take of an older checkout's time."""


@dataclass(frozen=True)
class Result:
    """What one trial took."""

    first: Run
    second: Run
    peer_seconds: float


@dataclass(frozen=True)
class Pair:
    """Setting up again with nothing to do, by this checkout and by an older one, in turns."""

    now: Run
    before: Run


@app.command()
def setup(
    repeat: Annotated[int, typer.Option(min=1, help="Do it all so often; medians count.")] = 1,
    before: Annotated[
        Path | None,
        typer.Option(help="An older checkout: set both up, then again in turns, and leave the peer out."),
    ] = None,
    scratch: Annotated[
        Path | None, typer.Option(help="A folder on the disk to measure on, with 12 GB free.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the scratch folder, with its log.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Set this checkout up from nothing, with cold caches, beside its peer.

    The peer is `uv venv` and `uv pip sync` of the same locked environments and `workshop data fetch`
    of the same data, one after the other. Then set-up runs a second time. Exit 1 when a bar is missed.
    """
    checkout = find_checkout("local/setup.bash")
    if before is not None and not (before / "local/setup.bash").is_file():
        raise WorkshopError(f"{before} has no local/setup.bash; name a checkout of this repository")
    with scratch_folder(scratch, keep=keep, keep_failed=True) as folder:
        if before is not None:
            report = summarise_pairs(measure_pairs(checkout, before.resolve(), folder, repeat))
        else:
            report = summarise(measure(checkout, folder, repeat))
    if json:
        print_json(report)
    elif before is not None:
        _print_pairs(report)
    else:
        _print(report)
    if not report["passed"]:
        raise typer.Exit(1)


def measure(checkout: Path, folder: Path, repeat: int) -> list[Result]:
    """Make ``repeat`` trials; every other one starts with the peer, so that no side has warmer servers."""
    results: list[Result] = []
    tools: tuple[Path, Path] | None = None
    for number in range(repeat):
        trial = Trial(checkout, folder / str(number))
        trial.scratch.mkdir()
        try:
            peer = trial.peer(*tools) if tools is not None and number % 2 else None
            _say(f"trial {number + 1} of {repeat}: set-up from nothing")
            first = trial.set_up()
            _say(f"  {first.seconds:.0f} s; again")
            second = trial.set_up()
            tools = tools or trial.tools()
            _say(f"  {second.seconds:.0f} s, changed={second.changed}; the peer")
        finally:
            # The peer is not to share the processor with services, and with what compiles in the background.
            trial.stop()
        results.append(Result(first, second, trial.peer(*tools) if peer is None else peer))
        _say(f"  {results[-1].peer_seconds:.0f} s")
        if number:  # the first one's interpreter may be in use by the peers of the others
            remove(trial.scratch)
    return results


def measure_pairs(checkout: Path, before: Path, folder: Path, repeat: int) -> list[Pair]:
    """Set both checkouts up, then ``repeat`` times both again; every other time the older one is first.

    Services and warming of both go on meanwhile, so that both find the same machine.
    """
    now, older = Trial(checkout, folder / "now"), Trial(before, folder / "before")
    pairs: list[Pair] = []
    with ExitStack() as cleanup:
        for trial in (now, older):
            trial.scratch.mkdir()
            cleanup.callback(trial.stop)
            _say(f"set-up of {trial.checkout} from nothing")
            _say(f"  {trial.set_up().seconds:.0f} s")
        for number in range(repeat):
            order = (older, now) if number % 2 else (now, older)
            again = {trial: trial.set_up() for trial in order}
            pairs.append(Pair(again[now], again[older]))
            _say(f"again: {again[now].seconds:.1f} s, before {again[older].seconds:.1f} s")
    return pairs


def summarise_pairs(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Return the medians of both, what the one takes of the other, and whether the bars are met."""
    of_before = median(pair.now.seconds / pair.before.seconds for pair in pairs)
    changed = max(pair.now.changed for pair in pairs)
    return {
        "second_run_seconds": round(median(pair.now.seconds for pair in pairs), 1),
        "second_run_work": round(median(pair.now.work for pair in pairs), 1),
        "before_seconds": round(median(pair.before.seconds for pair in pairs), 1),
        "before_work": round(median(pair.before.work for pair in pairs), 1),
        "of_before": round(of_before, 3),
        "work_of_before": round(median(pair.now.work / pair.before.work for pair in pairs), 3),
        "second_run_changed": changed,
        "passed": of_before <= OF_BEFORE and changed == 0,
        "profile": profile(sorted(pairs, key=lambda pair: pair.now.seconds)[(len(pairs) - 1) // 2].now),
        "pairs": [[round(pair.now.seconds, 1), round(pair.before.seconds, 1)] for pair in pairs],
    }


def _say(text: str) -> None:
    messages.print(text, markup=False, highlight=False)


def summarise(results: Sequence[Result]) -> dict[str, Any]:
    """Return the medians, the profile of the median first run, and whether the bars are met."""
    ordered = sorted(results, key=lambda result: result.first.seconds)
    middle = ordered[(len(ordered) - 1) // 2].first
    ratio = median(result.first.seconds / result.peer_seconds for result in results)
    changed = max(result.second.changed for result in results)
    return {
        "setup_seconds": round(median(result.first.seconds for result in results), 1),
        "peer_seconds": round(median(result.peer_seconds for result in results), 1),
        "ratio": round(ratio, 3),
        "setup_work": round(median(result.first.work for result in results), 1),
        "second_run_seconds": round(median(result.second.seconds for result in results), 1),
        "second_run_work": round(median(result.second.work for result in results), 1),
        "second_run_changed": changed,
        "passed": ratio <= RATIO and changed == 0,
        "profile": profile(middle),
        "trials": [
            {
                "setup_seconds": round(result.first.seconds, 1),
                "second_run_seconds": round(result.second.seconds, 1),
                "peer_seconds": round(result.peer_seconds, 1),
            }
            for result in results
        ],
    }


def profile(run: Run) -> list[dict[str, Any]]:
    """Return where a run's time went, by role, the longest first, each with its longest tasks."""
    roles: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for part in run.parts:
        roles[part.role or "play"].append((part.task, part.seconds))
    inside = sum(part.seconds for part in run.parts)
    roles[OUTSIDE] = [("uv, the control environment, the doctor", max(0.0, run.seconds - inside))]
    rows = [
        {
            "part": role,
            "seconds": round(sum(seconds for _, seconds in tasks), 1),
            "longest": [
                {"task": task, "seconds": round(seconds, 1)}
                for task, seconds in sorted(tasks, key=lambda each: -each[1])[:3]
            ],
        }
        for role, tasks in roles.items()
    ]
    return sorted(rows, key=lambda row: -float(str(row["seconds"])))


def _print(report: dict[str, Any]) -> None:
    """Print the figures beside their bars, then the profile."""
    lines = [
        f"set-up from nothing   {report['setup_seconds']:7.1f} s",
        f"the same by hand      {report['peer_seconds']:7.1f} s",
        f"ratio                 {report['ratio']:7.2f}    at most {RATIO}, aim {AIM}",
        f"second run            {report['second_run_seconds']:7.1f} s  "
        f"changed={report['second_run_changed']}, at most 0",
        f"in processor seconds  {report['setup_work']:7.1f}    again {report['second_run_work']:.1f}",
    ]
    _print_profile(report, lines)


def _print_pairs(report: dict[str, Any]) -> None:
    """Print what both take, then the profile."""
    lines = [
        f"second run            {report['second_run_seconds']:7.1f} s  "
        f"changed={report['second_run_changed']}, at most 0",
        f"before                {report['before_seconds']:7.1f} s",
        f"of it                 {report['of_before']:7.2f}    at most {OF_BEFORE}",
        f"in processor seconds  {report['second_run_work']:7.1f}    before {report['before_work']:.1f}: "
        f"{report['work_of_before']:.2f}",
    ]
    _print_profile(report, lines)


def _print_profile(report: dict[str, Any], lines: list[str]) -> None:
    """Print lines, and where the time went."""
    lines += ["", "where set-up's time goes:"]
    for row in report["profile"]:
        longest = ", ".join(f"{each['task']} {each['seconds']:.1f}" for each in row["longest"])
        lines.append(f"{row['seconds']:7.1f} s  {row['part']}: {longest}")
    for line in lines:
        console.print(line, markup=False, highlight=False)
