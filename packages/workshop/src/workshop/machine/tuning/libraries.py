"""Which BLAS libraries a process has loaded, whose they are, and what is wrong with them if anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop.machine.lines import Line, green, red, yellow

INSTALL = "install libopenblas-dev (Debian) or openblas-devel (Fedora), then run set-up again"
CONFIGURE = "THEANORC must name set-up's etc/theanorc, whose [blas] says ldflags = -lopenblas"
FAST = {"openblas": "OpenBLAS", "mkl": "MKL", "blis": "BLIS", "flexiblas": "FlexiBLAS"}
REFERENCE = ("libblas.so", "libcblas.so", "librefblas")
OLD_CORES = frozenset(
    [
        "generic",
        "katmai",
        "coppermine",
        "northwood",
        "prescott",
        "banias",
        "core2",
        "penryn",
        "dunnington",
        "nehalem",
        "atom",
        "athlon",
        "opteron",
        "opteron_sse3",
        "barcelona",
        "bobcat",
    ]
)
"""What OpenBLAS takes a processor for that it believes to be older than 2011, in lower case."""


@dataclass(frozen=True)
class Library:
    """One BLAS that is loaded."""

    user: str
    """Who uses it: Theano, NumPy or SciPy."""
    name: str
    version: str
    core: str
    """The kind of processor that its code was chosen for."""
    threads: int
    threading: str
    """How it makes threads: pthreads, openmp, or disabled."""
    path: str


def loaded(information: Iterable[Mapping[str, Any]] | None = None) -> list[Library]:
    """Return the BLAS libraries of this process, Theano's first.

    information: what ``threadpoolctl.threadpool_info()`` says; it is asked when None.
    """
    if information is None:
        from threadpoolctl import threadpool_info

        information = threadpool_info()
    found = [_library(entry) for entry in information if entry["user_api"] == "blas"]
    return sorted(found, key=lambda library: (library.user != "Theano", library.user))


def _library(entry: Mapping[str, Any]) -> Library:
    """Read one entry of threadpoolctl's; wheels bring their own library in a folder of theirs."""
    folder = Path(entry["filepath"]).parent.name
    user = {"numpy.libs": "NumPy", "scipy.libs": "SciPy"}.get(folder, "Theano")
    return Library(
        user=user,
        name=FAST.get(entry["internal_api"], entry["internal_api"]),
        version=entry.get("version") or "of an unknown version",
        core=entry.get("architecture") or "an unknown core",
        threads=entry["num_threads"],
        threading=entry.get("threading_layer") or "unknown",
        path=entry["filepath"],
    )


def judge(flags: str, libraries: Iterable[Library], maps: str, features: Iterable[str]) -> list[Line]:
    """Say what Theano's products run on.

    flags: Theano's ``config.blas.ldflags``. maps: the text of ``/proc/self/maps``. features: the
    processor's, as ``/proc/cpuinfo`` names them.
    """
    if not flags.strip():
        return [red("Theano's BLAS", "none: every product goes the long way through NumPy", CONFIGURE)]
    mine = [library for library in libraries if library.user == "Theano"]
    if not mine:
        slow = next((name for name in REFERENCE if name in maps), "")
        found = f"{slow}, the reference implementation, which is slow" if slow else f"unknown ({flags})"
        return [red("Theano's BLAS", found, INSTALL)]
    library = mine[0]
    text = f"{library.name} {library.version} for {library.core}, {library.threads} of its threads in use"
    return [green("Theano's BLAS", text), *_doubts(library, set(features))]


def _doubts(library: Library, features: set[str]) -> list[Line]:
    """Say what makes a good library slower than it could be."""
    doubts = []
    if library.threading == "disabled":
        doubts.append(yellow("threads", "this build has one thread only, whatever one chooses", INSTALL))
    if library.core.lower() in OLD_CORES:
        if "avx2" in features:
            text = f"it takes this processor for {library.core}, which leaves most of its speed unused"
            doubts.append(yellow("core", text, "try OPENBLAS_CORETYPE=Haswell in the kernel's environment"))
        else:
            text = f"{library.core}: this (virtual) processor has no AVX2"
            doubts.append(
                yellow("core", text, "a virtual machine can be given its host's own processor type")
            )
    return doubts


def of_theano() -> list[Line]:
    """Load what Theano multiplies with into this process, and judge it."""
    import numpy as np
    import theano

    tiny = np.ones((2, 2), dtype=np.float32)
    left, right = theano.tensor.fmatrices("left", "right")
    theano.function([left, right], theano.tensor.dot(left, right))(tiny, tiny)
    maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
    return judge(theano.config.blas.ldflags, loaded(), maps, _features())


def _features() -> set[str]:
    """Return what the processor can do, as Linux names it."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    lines = (line.partition(":") for line in text.splitlines())
    return set(next((value for name, _, value in lines if name.strip() == "flags"), "").split())
