"""Start a Theano kernel with the BLAS threads that were chosen here.

``python -P -m workshop.machine.kernel ARGUMENT…`` becomes ``python -m ipykernel_launcher ARGUMENT…``. A
BLAS reads its variable when it is loaded, so it is set before. -P: nothing that lies in the notebook's
folder is taken for a module of ours.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from workshop.core import processors
from workshop.core.errors import WorkshopError
from workshop.core.settings import load_settings
from workshop.machine.tuning import choice

VARIABLE = "OPENBLAS_NUM_THREADS"


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
    processors.keep_giving_way()
    command = [sys.executable, "-m", "ipykernel_launcher", *sys.argv[1:]]
    os.execve(sys.executable, command, environment(os.environ))


if __name__ == "__main__":
    main()
