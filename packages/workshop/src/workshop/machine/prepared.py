"""Parts of Theano itself that are compiled once for the machine, not by every account for its own.

Theano compiles three parts of itself when it is first imported, or first scans: the same for everybody, and
a fifth of what a first lesson waits for. Set-up makes them (``workshop.machine.prepare``) and lays them
beside this file, with the header that all other modules begin with. ``theano_patches`` lays a copy of this
file into Theano's package and lets each part ask :func:`lend`; so it imports nothing of ours.

Whoever uses them runs Theano from the same folder, so nobody trusts anybody anew. Where they are missing, or
were made for another Python or NumPy, Theano compiles as ever.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import os
import sys
import warnings
from pathlib import Path

PARTS = ("cutils_ext", "lazylinker_ext", "scan_perform")
"""Each is a package of its name with a module of its name."""
FOLDER = "prepared-"
ANEW = "WORKSHOP_COMPILES_THEANO_ITSELF"
"""The environment variable of whoever makes them."""


def folder(theano: Path, numpy: str) -> Path:
    """Return where the parts of an installed Theano are, which need not be there; ``numpy``: its version."""
    parts = f"{sys.version}\0{numpy}"
    return theano / "gof" / f"{FOLDER}{hashlib.sha256(parts.encode()).hexdigest()[:16]}"


def here() -> Path:
    """Return that folder of the Theano in whose package this file lies."""
    import numpy as np

    return folder(Path(__file__).resolve().parents[1], np.__version__)


def lend(name: str) -> None:
    """Import a part, so that Theano finds it imported when it looks for it in the account's folder."""
    place = here()
    if ANEW in os.environ or name in sys.modules or not (place / name / "__init__.py").is_file():
        return
    sys.path.insert(0, str(place))
    try:
        # As where Theano itself imports them.
        with contextlib.suppress(ImportError), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="numpy.ndarray size changed")
            importlib.import_module(f"{name}.{name}")
            return
    finally:
        sys.path.remove(str(place))
    sys.modules.pop(name, None)
