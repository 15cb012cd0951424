"""Start a Theano kernel with the BLAS threads that were chosen here, and with its memory as it is best had.

``python -P -m workshop.machine.kernel ARGUMENT…`` becomes ``python -m ipykernel_launcher ARGUMENT…``. A
BLAS reads its variable when it is loaded, so it is set before. -P: nothing that lies in the notebook's
folder is taken for a module of ours.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from workshop import priority
from workshop.errors import WorkshopError
from workshop.machine.tuning import choice
from workshop.settings import load_settings

VARIABLE = "OPENBLAS_NUM_THREADS"
COLLECTING = 10_000, 20, 20
"""When Python looks for garbage in a circle. A graph of Theano is hundreds of thousands of objects that stay:
looking at them each time that there are a quarter more takes a sixth of what building a network takes."""
LARGE_PAGES = {"PYTHONMALLOC": "malloc", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""Has Python's objects lie in pages of 2 MB: its own allocator does not ask Linux for them, the C library's
does. To find a small page again costs a virtual machine most, the more so the busier its host is."""
ASKED_FOR = Path("/sys/kernel/mm/transparent_hugepage/enabled")
PROCESSORS = Path("/proc/cpuinfo")


def large_pages() -> dict[str, str]:
    """Return the variables that have a kernel ask for large pages: on a virtual machine that gives them so.

    Elsewhere they are empty. Without a hypervisor little is gained, and the C library's allocator costs some
    small objects more; where Linux gives large pages to everybody, nobody need ask. Arm's processors do not
    say whether there is a hypervisor.
    """
    try:
        asked = "[madvise]" in ASKED_FOR.read_text(encoding="ascii")
        virtual = re.search(r"^flags\b.*\bhypervisor\b", PROCESSORS.read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return {}
    return dict(LARGE_PAGES) if asked and virtual else {}


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a kernel: what was given, with the chosen threads.

    Whatever is wrong with the choice is said on standard error; a kernel starts all the same.
    """
    try:
        chosen = choice.read(load_settings())
    except WorkshopError as error:
        print(f"BLAS threads: {error}", file=sys.stderr)
        return dict(given)
    if chosen is None or not chosen.fits:
        return dict(given)
    return {**given, VARIABLE: str(chosen.threads)}


def main() -> None:
    """Become the kernel."""
    priority.keep_giving_way()
    collecting = f"--IPKernelApp.exec_lines=__import__('gc').set_threshold{COLLECTING}"
    command = [sys.executable, "-m", "ipykernel_launcher", *sys.argv[1:], collecting]
    os.execve(sys.executable, command, large_pages() | environment(os.environ))


if __name__ == "__main__":
    main()
