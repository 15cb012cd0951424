"""One thread and more on a machine that somebody measured, recorded: what a reader's own chart lies beside.

It runs the cells of the notebook *BLAS* themselves. From a checkout, in the environment theano, best while
the machine does nothing else; on one that is never quiet, ``chrt`` goes before all other programs::

    python -m workshop.teach.blas.recording                    # if it is missing
    python -m workshop.teach.blas.recording --again size       # anew
    chrt --rr 1 python -m workshop.teach.blas.recording --again size
    nice -n -20 python -m workshop.teach.blas.recording --again lessons

(Neighbours would wait in line behind a product of ``chrt``'s; with ``nice`` both take turns, as on a machine
of one's own.) What is recorded lies in ``recorded.json`` beside this file, with the machine and its load.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from workshop.teach import recordings
from workshop.teach.recordings import Piece

COMMAND = "python -m workshop.teach.blas.recording"
FILE = Path(__file__).with_name("recorded.json")
NOTEBOOK = Path("9-tools/10-blas.ipynb")
CELLS = ("parameters", "imports", "start", "squares")
"""The cells that measure products of squares, in their order."""
LESSONS = (
    *CELLS[:-1],
    *("exercise-fewest", "search", "exercise-paired", "referee", "busy", "busy-table"),
)
"""The cells that measure what the lessons compute, alone and beside neighbours."""
QUARTILES = ("shares", "longer")
BILLION = 1e9


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def curves(pieces: Mapping[str, Piece]) -> dict[str, Sequence[float]]:
    """Return GFLOP/s over the matrices' size, a curve for each number of threads."""
    return dict(pieces["size"]["gflops"]) if "size" in pieces else {}


def quartiles(pieces: Mapping[str, Piece], what: str) -> dict[str, Sequence[float]]:
    """Return a lower quartile, a median and an upper one over the rounds, for each number of threads.

    what: ``shares`` of the best speed, or how many times as long, ``longer``, a step takes beside neighbours.
    """
    return dict(pieces["lessons"][what]) if "lessons" in pieces else {}


def where(pieces: Mapping[str, Piece], name: str = "size") -> str:
    """Say on which machine a piece was recorded, and when."""
    if (piece := pieces.get(name)) is None:
        return f"not recorded yet; {COMMAND} does it, in a checkout"
    nice = f", with nice {piece['nice']}" if piece.get("nice") else ""
    quiet = "before all other programs" if piece["first"] else f"at a load of {piece['load']}{nice}"
    return (
        f"{'dashed: ' if name == 'size' else ''}recorded {piece['day']} on {piece['cores']} cores of an "
        f"{piece['processor']}, OpenBLAS for {piece['core']}, {quiet}"
    )


def processor(text: str) -> str:
    """Return the processor's name out of the text of /proc/cpuinfo, or else the machine's kind."""
    found = re.search(r"(?m)^model name\s*:\s*(.+)$", text)
    return found[1].strip() if found else platform.machine()


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces, each as what makes it."""
    return {"size": _size, "lessons": _lessons}


def _size() -> Piece:
    load = _load()
    names = recordings.play(NOTEBOOK, CELLS, seed=1)
    names["running"].close()
    table = names["by_size"]
    rates = zip(table.labels(), table.medians() / BILLION, strict=True)
    return {
        "sides": list(names["workloads"].SQUARES),
        "gflops": {label: [round(float(rate), 1) for rate in speeds] for label, speeds in rates},
        **_machine(names, load),
    }


def _lessons() -> Piece:
    load = _load()
    names = recordings.play(NOTEBOOK, LESSONS, seed=1)
    table = names["table"]
    rates = zip(table.labels(), table.medians() / BILLION, strict=True)
    return {
        "workloads": list(table.workloads),
        "gflops": {label: [round(float(rate), 1) for rate in speeds] for label, speeds in rates},
        **{what: {label: _rounded(three) for label, three in names[what].items()} for what in QUARTILES},
        "step_ms": _step_ms(names),
        "picked": names["picked"],
        "rounds": [len(names[each].rates) for each in ("table", "beside")],
        **_machine(names, load),
    }


def _step_ms(names: recordings.Names) -> dict[str, list[float]]:
    """Return what a step of training takes alone and beside neighbours, for each number of threads."""
    step, tables = names["step"], [names["alone"], names["beside"]]
    work = 1000 * names["workloads"].flops(step)
    return {
        names["choose"].called(threads): _rounded([work / table.rate(threads, step) for table in tables])
        for threads in names["counts"]
    }


def _rounded(numbers: Sequence[float]) -> list[float]:
    return [round(float(number), 3) for number in numbers]


def _load() -> float:
    return round(os.getloadavg()[0], 1)


def _machine(names: recordings.Names, load: float) -> Piece:
    """Say what it was measured on, and before whom."""
    known, libraries = Path("/proc/cpuinfo"), names["libraries"]
    libraries.of_theano()  # only the processes that measured have loaded it, here it would be NumPy's
    return {
        "processor": processor(known.read_text(encoding="utf-8") if known.is_file() else ""),
        "cores": names["cores"],
        "core": libraries.loaded()[0].core,
        "load": load,
        "first": os.sched_getscheduler(0) in (os.SCHED_FIFO, os.SCHED_RR),
        "nice": os.getpriority(os.PRIO_PROCESS, 0),
    }


if __name__ == "__main__":
    recordings.main("one thread and more", FILE, jobs())
