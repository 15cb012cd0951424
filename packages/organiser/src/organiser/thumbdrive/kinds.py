"""For whose computers a stick is: which files, and whose installers, each kind of computer needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workshop.errors import WorkshopError


@dataclass(frozen=True)
class Kind:
    """One kind of computer."""

    title: str
    files: tuple[tuple[str, str], ...]
    """Form and processor of each file for it, the one to try first first."""
    virtualbox: str = ""
    """The system of the VirtualBox that it needs; nothing where it needs none."""


KINDS = {
    "mac-arm": Kind("Macs with Apple Silicon", (("utm", "arm64"), ("ova", "arm64")), "macos-arm"),
    "mac-intel": Kind("Macs with Intel", (("ova", "amd64"),), "macos-intel"),
    "windows": Kind("Windows on Intel or AMD", (("ova", "amd64"), ("wsl", "amd64")), "windows"),
    "windows-arm": Kind("Windows on Arm", (("wsl", "arm64"),)),
    "linux": Kind("Linux on Intel or AMD", (("ova", "amd64"),), "linux"),
}
SUFFIXES = {"ova": ".ova", "utm": ".utm.zip", "wsl": ".wsl"}


def parse(words: Sequence[str]) -> tuple[str, ...]:
    """Return kinds given one by one or with commas; WorkshopError names one that is unknown."""
    names = list(dict.fromkeys(name.strip() for word in words for name in word.split(",") if name.strip()))
    if unknown := [name for name in names if name not in KINDS]:
        raise WorkshopError(f"there is no kind of computer {unknown[0]!r}; choose from {', '.join(KINDS)}")
    return tuple(names)


def files_of(kinds: Sequence[str]) -> list[tuple[str, str]]:
    """Return form and processor of all the files that these kinds need, each once."""
    return list(dict.fromkeys(file for kind in kinds for file in KINDS[kind].files))


def systems_of(kinds: Sequence[str]) -> set[str]:
    """Return the systems of the VirtualBox installers that these kinds need."""
    return {KINDS[kind].virtualbox for kind in kinds} - {""}
