"""A file's name: people choose by it, and so does the stick's page.

A copy to which a browser or a file manager has given a number (``NAME (1).ova``, ``NAME.utm-2.zip``) counts
the same.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from organiser.appliance.architecture import AMD64, ARM64, Architecture

KINDS = {"ova": "an OVA", "utm": "a machine for UTM", "wsl": "a distribution for WSL", "oci": "an image"}
"""What each form is called."""
ENDS = {
    "ova": re.compile(r"\.ova$"),
    "utm": re.compile(r"\.utm[^.]*\.zip$"),
    "wsl": re.compile(r"\.wsl$"),
    "oci": re.compile(r"\.oci[^.]*\.tar$"),
}
"""The name's end, by which their readers know them, too."""
READERS_END = {"ova": ".ova", "utm": ".utm.zip", "wsl": ".wsl", "oci": ".oci.tar"}
WORDS = {AMD64: "amd64|x86[_-]64|x64", ARM64: "arm64|aarch64"}
SEVERAL = "multi"
"""In the name of an image for both."""
ALONE = {"utm": ARM64}
"""Forms that are made for one processor: there a name without a processor means that one."""


def form_of(path: Path) -> str | None:
    """Return which form a file is by its name, as its reader sees it; None when none knows it."""
    return next((form for form, end in ENDS.items() if end.search(path.name.lower())), None)


def claimed(path: Path) -> tuple[Architecture, ...]:
    """Return the processors that a name claims: without a word x86, as it always was."""
    name = path.name.lower()
    found = tuple(kind for kind, words in WORDS.items() if _has(name, words))
    if _has(name, SEVERAL):
        return (AMD64, ARM64)
    return found or (ALONE.get(form_of(path) or "", AMD64),)


def _has(name: str, words: str) -> bool:
    return re.search(rf"(?<![a-z0-9])({words})(?![a-z0-9])", name) is not None


def real_form(path: Path) -> str | None:
    """Return which form a file is by how it begins; None when it is none, or too damaged to tell."""
    with path.open("rb") as file:
        head = file.read(4)
    if head == b"PK\3\4":
        return "utm"
    if head[:2] == b"\x1f\x8b":
        return "wsl"
    try:
        with tarfile.open(path, "r:") as tar:
            first = tar.next()
    except (tarfile.TarError, EOFError, ValueError):
        return None
    if first is None:
        return None
    if first.name.lower().endswith(".ovf"):
        return "ova"
    return "oci" if first.name.split("/")[0] in ("oci-layout", "index.json", "blobs") else None


def form(path: Path) -> Iterator[str]:
    """Yield what is wrong with the end of a file's name."""
    said, real = form_of(path), real_form(path)
    if said is None and real is None:
        yield f"its name ends with none of {', '.join(READERS_END.values())}: give it the name that it had"
    elif real is not None and real != said:
        yield f"it is {KINDS[real]}: give it a name that ends with {READERS_END[real]}"


def processor(path: Path, real: Sequence[Architecture | None]) -> Iterator[str]:
    """Yield what is wrong with the processor in a file's name. real: that of each system inside."""
    names = [kind.name if kind else "no processor that is known" for kind in real]
    if tuple(real) != claimed(path):
        yield f"it is for {' and '.join(names)}, its name means {' and '.join(k.name for k in claimed(path))}"
