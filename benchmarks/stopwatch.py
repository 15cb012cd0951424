"""Run one command and write what it took into a file: ``stopwatch.py FILE COMMAND…``.

It is a process of its own, and a small one, because a new process inherits the peak memory of the one that
started it. FILE gets a JSON object: ``status``, ``seconds``, ``cpu_seconds``, ``peak_mb`` (see ``Cost``).
"""

import json
import os
import subprocess
import sys
import time


def main() -> None:
    """Do what the command line says; leave the command's output alone."""
    began = time.perf_counter()
    process = subprocess.Popen(sys.argv[2:])
    _, status, used = os.wait4(process.pid, 0)
    took = {
        "status": os.waitstatus_to_exitcode(status),
        "seconds": time.perf_counter() - began,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss * 1024 / 1e6,
    }
    with open(sys.argv[1], "w", encoding="utf-8") as file:  # noqa: PTH123  (pathlib takes memory)
        json.dump(took, file)


if __name__ == "__main__":
    main()
