"""One thread and more on a machine that somebody measured, recorded: what a reader's own chart lies beside.

It runs the cells of the notebook *BLAS* themselves. From a checkout, in the environment theano, best while
the machine does nothing else; on one that is never quiet, ``chrt`` goes before all other programs::

    python -m workshop.teach.blas.recording                    # if it is missing
    python -m workshop.teach.blas.recording --again size       # anew
    chrt --rr 1 python -m workshop.teach.blas.recording --again size

What is recorded lies in ``recorded.json`` beside this file, with the machine and its load.
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
"""The cells that measure, in their order."""
BILLION = 1e9


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def curves(pieces: Mapping[str, Piece]) -> dict[str, Sequence[float]]:
    """Return GFLOP/s over the matrices' size, a curve for each number of threads."""
    return dict(pieces["size"]["gflops"]) if "size" in pieces else {}


def where(pieces: Mapping[str, Piece]) -> str:
    """Say on which machine it was recorded, and when."""
    if (piece := pieces.get("size")) is None:
        return f"not recorded yet; {COMMAND} does it, in a checkout"
    quiet = "before all other programs" if piece["first"] else f"at a load of {piece['load']}"
    return (
        f"dashed: recorded {piece['day']} on {piece['cores']} cores of an {piece['processor']}, "
        f"OpenBLAS for {piece['core']}, {quiet}"
    )


def processor(text: str) -> str:
    """Return the processor's name out of the text of /proc/cpuinfo, or else the machine's kind."""
    found = re.search(r"(?m)^model name\s*:\s*(.+)$", text)
    return found[1].strip() if found else platform.machine()


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces, each as what makes it."""
    return {"size": _size}


def _size() -> Piece:
    load, known = round(os.getloadavg()[0], 1), Path("/proc/cpuinfo")
    names = recordings.play(NOTEBOOK, CELLS, seed=1)
    names["running"].close()
    table = names["by_size"]
    rates = zip(table.labels(), table.medians() / BILLION, strict=True)
    return {
        "sides": list(names["workloads"].SQUARES),
        "gflops": {label: [round(float(rate), 1) for rate in speeds] for label, speeds in rates},
        "processor": processor(known.read_text(encoding="utf-8") if known.is_file() else ""),
        "cores": names["cores"],
        "core": names["libraries"].loaded()[0].core,
        "load": load,
        "first": os.sched_getscheduler(0) in (os.SCHED_FIFO, os.SCHED_RR),
    }


if __name__ == "__main__":
    recordings.main("one thread and more", FILE, jobs())
