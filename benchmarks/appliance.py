"""``workshop bench appliance``: verify beside sha256sum, packing beside qemu-img."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from benchmarks.scratch import scratch_folder
from organiser.appliance import ovf
from organiser.appliance.machine import load_machine
from organiser.appliance.pack import Clock, wrap
from organiser.appliance.vmdk.layout import GRAIN
from organiser.appliance.vmdk.write import write_vmdk
from workshop.errors import WorkshopError
from workshop.output import console, messages, print_json
from workshop.system import programs

app = typer.Typer()

RATIO = 0.7
"""Of sha256sum's speed: what verify must reach at least."""
NO_SYSTEM = "disk.partitions"
"""The one check that a disk of random bytes fails, after everything that takes time."""
HALF = GRAIN // 2
"""Of each grain so much is random: the disk compresses to a half, as an installed system does."""


@app.command()
def appliance(
    gigabytes: Annotated[float, typer.Option(min=0.01, help="Size of the OVA, 10^9 bytes.")] = 3.0,
    rounds: Annotated[int, typer.Option(min=1, help="Timings are medians of so many.")] = 3,
    without_peer: Annotated[
        bool, typer.Option("--without-peer", help="Leave out packing by qemu-img, which takes minutes.")
    ] = False,
    scratch: Annotated[Path | None, typer.Option(help="A folder on the disk to measure on.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Pack a disk and verify the OVA; needs about four times the OVA's size on the disk.

    Exit 1 when verify is slower than 0.7 times sha256sum.
    """
    with scratch_folder(scratch) as folder:
        report = measure(folder, int(gigabytes * 1e9), rounds, not without_peer)
    if json:
        print_json(report)
    else:
        for line in lines(report):
            console.print(line, markup=False, highlight=False)
    if not report["passed"]:
        raise typer.Exit(1)


def measure(folder: Path, size: int, rounds: int, peer: bool) -> dict[str, Any]:
    """Return every figure; bytes and seconds."""
    _say(f"writing a disk of {2 * size / 1e9:.1f} GB")
    raw = write_disk(folder / "disk.raw", size)
    report: dict[str, Any] = {"disk_bytes": raw.stat().st_size, "processors": os.cpu_count()}
    if peer:
        report["qemu_img"] = time_peer(raw, folder)
    _say("packing it")
    report["pack"], ova = time_pack(raw, folder)
    report["ova_bytes"] = ova.stat().st_size
    report["warm"] = race(ova, rounds, cold=False)
    report["cold"] = race(ova, rounds, cold=True)
    report["passed"] = report["warm"]["ratio"] >= RATIO and report["cold"]["ratio"] >= RATIO
    return report


def _say(text: str) -> None:
    messages.print(text, markup=False, highlight=False)


def write_disk(path: Path, size: int) -> Path:
    """Write a raw disk that compresses to about ``size`` bytes."""
    text = (b"The deep learning workshop. " * (HALF // 28 + 1))[:HALF]
    with path.open("wb") as file:
        for _ in range(max(1, size // HALF)):
            file.write(os.urandom(HALF) + text)
    return path


def time_pack(raw: Path, folder: Path) -> tuple[dict[str, float], Path]:
    """Make an OVA of the disk, which is used up; return seconds by step, and the OVA."""
    description = ovf.Description(load_machine(), "0", ovf.SYSTEMS["debian"])
    clock = Clock(_say)
    done = wrap(raw, folder / "bench.ova", description, epoch=0, clock=clock)
    return clock.seconds, done.ova


def time_peer(raw: Path, folder: Path) -> dict[str, Any]:
    """Time the same disk through qemu-img's writer and ours, both to a VMDK alone."""
    try:
        program = programs.find("qemu-img")
    except WorkshopError as error:
        return {"trouble": str(error)}
    theirs, ours = folder / "peer.vmdk", folder / "ours.vmdk"
    _say("compressing it by qemu-img")
    options = ["convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=streamOptimized"]
    peer = _timed([program, *options, str(raw), str(theirs)]).seconds
    _say("compressing it ourselves")
    started = time.perf_counter()
    write_vmdk(raw, ours)
    mine = time.perf_counter() - started
    report = {
        "seconds": round(peer, 1),
        "ours_seconds": round(mine, 1),
        "bytes": theirs.stat().st_size,
        "ours_bytes": ours.stat().st_size,
    }
    theirs.unlink()
    ours.unlink()
    return report


def race(ova: Path, rounds: int, *, cold: bool) -> dict[str, Any]:
    """Time sha256sum and verify in turns; ``cold``: the file is not in memory beforehand."""
    _say(f"verifying it, {'from the disk' if cold else 'from memory'}")
    verify = [sys.executable, "-m", "workshop", "appliance", "verify", "--json", str(ova)]
    contestants: dict[str, list[str]] = {"sha256sum": ["sha256sum", str(ova)], "verify": verify}
    times: dict[str, list[Timing]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, command in contestants.items():
            (_forget if cold else _recall)(ova)
            times[name].append(_timed(command))
    row: dict[str, Any] = {}
    for name, timings in times.items():
        row[f"{name}_seconds"] = round(statistics.median(each.seconds for each in timings), 2)
        row[f"{name}_cpu_seconds"] = round(statistics.median(each.cpu for each in timings), 2)
    return row | {"ratio": round(row["sha256sum_seconds"] / row["verify_seconds"], 2)}


class Timing(NamedTuple):
    """How long a command took, and how long processors worked on it."""

    seconds: float
    cpu: float


def _timed(command: Sequence[str]) -> Timing:
    """Time a command; WorkshopError when it fails, but for the verdict that the disk has no system inside."""
    before, started = _cpu_of_children(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and _faults(done.stdout) != {NO_SYSTEM}:
        raise WorkshopError(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-200:]}")
    return Timing(time.perf_counter() - started, _cpu_of_children() - before)


def _faults(printed: str) -> set[str]:
    """Return the checks that failed, as verify prints them; none when it printed something else."""
    try:
        return {each["name"] for each in json.loads(printed)["checks"] if not each["ok"]}
    except (ValueError, KeyError, TypeError):
        return set()


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _forget(path: Path) -> None:
    """Ask the kernel to drop a file from memory."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _recall(path: Path) -> None:
    """Read a file, so that it is in memory."""
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 22):
            pass


def lines(report: dict[str, Any]) -> Iterator[str]:
    """Yield the figures."""
    gigabytes = report["disk_bytes"] / 1e9
    if peer := report.get("qemu_img"):
        if "trouble" in peer:
            yield f"qemu-img: {peer['trouble']}"
        else:
            yield (
                f"a disk of {gigabytes:.1f} GB to VMDK: {peer['ours_seconds']:.0f} s, "
                f"{peer['ours_bytes'] / 1e9:.2f} GB; by qemu-img {peer['seconds']:.0f} s, "
                f"{peer['bytes'] / 1e9:.2f} GB"
            )
    steps = ", ".join(f"{step} {seconds:.0f} s" for step, seconds in report["pack"].items())
    yield f"packed to an OVA of {report['ova_bytes'] / 1e9:.2f} GB: {steps}"
    for kind, where in (("warm", "from memory"), ("cold", "from the disk")):
        row = report[kind]
        yield (
            f"verify {where}: {row['verify_seconds']:.2f} s ({row['verify_cpu_seconds']:.2f} s of CPU); "
            f"sha256sum {row['sha256sum_seconds']:.2f} s ({row['sha256sum_cpu_seconds']:.2f} s); "
            f"{row['ratio']:.2f} times its speed"
        )
    yield "the bar is met" if report["passed"] else f"missed: verify at {RATIO} times sha256sum's speed"
