"""For whose computers a stick is: which files, and whose installers, each kind of computer needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from organiser.appliance.architecture import ARCHITECTURES
from organiser.appliance.verify.naming import claimed, form_of
from workshop.core.errors import WorkshopError


@dataclass(frozen=True)
class Computer:
    """One kind of computer."""

    title: str
    processor: str
    """Debian's word for it; a Linux on this computer, also as a guest, is for the same."""
    files: tuple[tuple[str, str], ...] = ()
    """Form and processor of each file for it, the one to try first first."""
    virtualbox: str = ""
    """The system of the VirtualBox that it needs; nothing where it needs none."""
    sets_itself_up: bool = False
    """Whether local mode, from the stick, runs on the computer itself."""


COMPUTERS = {
    "mac-arm": Computer(
        "Macs with Apple Silicon", "arm64", (("utm", "arm64"), ("ova", "arm64")), "macos-arm"
    ),
    "mac-intel": Computer("Macs with Intel", "amd64", (("ova", "amd64"),), "macos-intel"),
    "windows": Computer("Windows on Intel or AMD", "amd64", (("ova", "amd64"), ("wsl", "amd64")), "windows"),
    "windows-arm": Computer("Windows on Arm", "arm64", (("wsl", "arm64"),)),
    "linux": Computer("Linux on Intel or AMD", "amd64", (("ova", "amd64"),), "linux", sets_itself_up=True),
    "linux-arm": Computer("Linux on Arm, such as a Raspberry Pi", "arm64", sets_itself_up=True),
}
SUFFIXES = {"ova": ".ova", "utm": ".utm.zip", "wsl": ".wsl"}


def parse(words: Sequence[str]) -> tuple[str, ...]:
    """Return kinds given one by one or with commas; WorkshopError names one that is unknown."""
    names = tuple(dict.fromkeys(filter(None, (name.strip() for name in ",".join(words).split(",")))))
    if words and not names:
        raise WorkshopError(f"--for names no computer; choose from {', '.join(COMPUTERS)}, or leave it out")
    if unknown := [name for name in names if name not in COMPUTERS]:
        raise WorkshopError(
            f"there is no kind of computer {unknown[0]!r}; choose from {', '.join(COMPUTERS)}"
        )
    return names


def files_of(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return form and processor of all the files that these kinds need, each once."""
    return list(dict.fromkeys(file for name in names for file in COMPUTERS[name].files))


def processors_of(names: Sequence[str]) -> tuple[str, ...]:
    """Return the processors for which local mode comes along; without a kind x86 only, as it always was."""
    return tuple(sorted({COMPUTERS[name].processor for name in names})) or ("amd64",)


def fits(name: str, form: str, processor: str) -> bool:
    """Tell whether a file is for a processor in a form, by its name as ``appliance verify`` reads it."""
    path = Path(name)
    return form_of(path) == form and claimed(path) == (ARCHITECTURES[processor],)


def systems_of(names: Sequence[str]) -> set[str]:
    """Return the systems of the VirtualBox installers that these kinds need."""
    return {COMPUTERS[name].virtualbox for name in names} - {""}
