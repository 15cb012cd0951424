"""``workshop bench thumbdrive``: bytes of a second update, and the speed beside cp, sync and sha256sum."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from benchmarks.scratch import scratch_folder
from organiser.thumbdrive.drives import Place
from organiser.thumbdrive.layout import CLOSING, SUMS
from organiser.thumbdrive.ownership import write_own
from organiser.thumbdrive.staged import read_staged
from organiser.thumbdrive.sums import format_sums
from organiser.thumbdrive.transfer import forget
from organiser.thumbdrive.watch import Watch
from organiser.thumbdrive.write import write_stick
from workshop.output import console, messages, print_json
from workshop.system.files import hash_file

app = typer.Typer()

MOST = 1.05
"""Bytes that a second update may write for each that changed."""
SMALL_FILES = 400
SMALL_BYTES = 250_000
CHANGED_PART = 50
"""One part in so many of the large file changes."""


@app.command()
def thumbdrive(
    megabytes: Annotated[int, typer.Option(min=20, help="Size of the large file.")] = 500,
    rounds: Annotated[int, typer.Option(min=1, help="Timings are medians of so many.")] = 3,
    scratch: Annotated[Path | None, typer.Option(help="A folder on the stick or disk to measure on.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Write a stick, change a little, write it again; and do the first by cp, sync and sha256sum.

    Both write and then read back everything: ours from the disk. The peer's reading comes from the
    cache, and so proves nothing; it is measured a second time with its files put out of the cache.
    Exit 1 when the bar is missed.
    """
    with scratch_folder(scratch) as folder:
        report = measure(folder, megabytes << 20, rounds)
    if json:
        print_json(report)
    else:
        for line in lines(report):
            console.print(line, markup=False, highlight=False)
    if report["ratio"] > MOST:
        messages.print(f"missed: {report['ratio']:.3f} bytes for each that changed, not {MOST}")
        raise typer.Exit(1)


def measure(folder: Path, large: int, rounds: int) -> dict[str, Any]:
    """Return sizes in bytes and times in seconds of first writes, of the peer's, and of a second update."""
    stage = folder / "stage"
    fill(stage, large)
    total = sum(entry.bytes for entry in read_staged(stage).values())
    ours, peer, fair = [], [], []
    for number in range(rounds):
        ours.append(_timed(partial(_write, stage, folder / f"ours-{number}")))
        peer.append(_timed(partial(_peer, stage, folder / f"peer-{number}")))
        shutil.rmtree(folder / f"peer-{number}")
        fair.append(_timed(partial(_peer, stage, folder / f"peer-{number}", from_disk=True)))
        shutil.rmtree(folder / f"peer-{number}")
        if number:
            shutil.rmtree(folder / f"ours-{number}")
    changed = _change(stage)
    started = time.monotonic()
    written = _write(stage, folder / "ours-0")
    return {
        "bytes": total,
        "seconds": round(median(ours), 3),
        "peer_seconds": round(median(peer), 3),
        "peer_from_disk_seconds": round(median(fair), 3),
        "changed": changed,
        "written": written,
        "ratio": round(written / changed, 4),
        "update_seconds": round(time.monotonic() - started, 3),
    }


def _timed(work: Callable[[], Any]) -> float:
    """Return how long it took, beginning with nothing left to be flushed."""
    os.sync()
    started = time.monotonic()
    work()
    return time.monotonic() - started


def fill(stage: Path, large: int) -> None:
    """Make a staged folder: one large file, and small ones as wheels and data are."""
    dice = random.Random(1)
    (stage / "wheels").mkdir(parents=True)
    with (stage / "workshop.ova").open("wb") as file:
        for _ in range(large >> 20):
            file.write(dice.randbytes(1 << 20))
    for number in range(SMALL_FILES):
        (stage / "wheels" / f"package-{number}.whl").write_bytes(dice.randbytes(dice.randrange(SMALL_BYTES)))
    _close(stage)


def _close(stage: Path) -> None:
    files = [
        path
        for path in stage.rglob("*")
        if path.is_file() and path.name not in (SUMS, ".workshop-thumbdrive")
    ]
    names = {path.relative_to(stage).as_posix(): hash_file(path) for path in files}
    (stage / SUMS).write_bytes(format_sums(names))
    write_own(stage, [*names, *CLOSING])


def _change(stage: Path) -> int:
    """Change a part of the large file and some small ones, add one, remove one; return the bytes changed."""
    dice = random.Random(2)
    large = stage / "workshop.ova"
    length = large.stat().st_size // CHANGED_PART
    with large.open("r+b") as file:
        file.seek(large.stat().st_size // 3)
        file.write(dice.randbytes(length))
    small = sorted((stage / "wheels").iterdir())
    for path in small[:3]:
        path.write_bytes(dice.randbytes(path.stat().st_size))
    (stage / "wheels" / "new.whl").write_bytes(dice.randbytes(SMALL_BYTES))
    small[-1].unlink()
    _close(stage)
    return length + sum(path.stat().st_size for path in small[:3]) + SMALL_BYTES


def _write(stage: Path, stick: Path) -> int:
    stick.mkdir(exist_ok=True)
    return write_stick(stage, Place(stick), read_staged(stage), Watch()).written


def _peer(stage: Path, stick: Path, from_disk: bool = False) -> None:
    subprocess.run(["cp", "--recursive", "--preserve=timestamps", stage, stick], check=True)
    subprocess.run(["sync", "--file-system", stick], check=True)
    if from_disk:
        for path in stick.rglob("*"):
            forget(path)
    subprocess.run(["sha256sum", "--check", "--quiet", SUMS], cwd=stick, check=True)


def lines(report: dict[str, Any]) -> list[str]:
    """Return the report for a person."""

    def speed(seconds: float) -> str:
        return f"{seconds:.2f} s, {report['bytes'] / 1e6 / seconds:.0f} MB/s"

    return [
        f"first write of {report['bytes'] / 1e6:.0f} MB with reading back: {speed(report['seconds'])}",
        f"  cp, sync and sha256sum: {speed(report['peer_seconds'])}",
        f"  the same, sha256sum reading from the disk: {speed(report['peer_from_disk_seconds'])}",
        f"second update: {report['changed'] / 1e6:.2f} MB changed, {report['written'] / 1e6:.2f} MB written "
        f"(× {report['ratio']:.3f}) in {report['update_seconds']:.2f} s",
    ]
