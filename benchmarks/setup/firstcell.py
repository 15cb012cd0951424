"""Open a lesson up to its first cell that compiles: ``firstcell.py NOTEBOOK``.

Runs in the environment ``jupyter`` of a machine that was set up. Prints a JSON object: ``seconds`` from the
kernel's start to that cell's result, ``cpu_seconds`` and ``peak_mb`` of the kernel and its compilers.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from jupyter_client.manager import start_new_kernel

PATIENCE_SECONDS = 900.0


def first_cells(notebook: Path) -> list[str]:
    """Return the code of the lesson's short path, up to the first cell that compiles a Theano function."""
    cells: list[str] = []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code" and "short-path" in cell["metadata"].get("tags", []):
            cells.append("".join(cell["source"]))
            if "theano.function(" in cells[-1]:
                return cells
    sys.exit(f"{notebook} compiles nothing on its short path")


def run_cells(cells: list[str]) -> dict[str, float]:
    """Start a kernel, run the cells one after the other, and return what that took."""
    began = time.monotonic()
    manager: Any
    client: Any
    manager, client = start_new_kernel(kernel_name="theano", startup_timeout=PATIENCE_SECONDS)
    try:
        for cell in cells:
            reply = client.execute_interactive(cell, timeout=PATIENCE_SECONDS, output_hook=lambda _: None)
            if reply["content"]["status"] != "ok":
                sys.exit(f"a cell failed: {reply['content'].get('evalue', '')[:300]}")
        seconds = time.monotonic() - began
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    # The kernel has ended and was waited for, so it counts as a child.
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_seconds, peak_mb = used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mb": peak_mb}


if __name__ == "__main__":
    print(json.dumps(run_cells(first_cells(Path(sys.argv[1])))))
