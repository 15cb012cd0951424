"""Other programs: found or named in one line, run or quoted in one line, asked with patience."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from workshop.core.errors import WorkshopError
from workshop.core.settings import CHECKOUT, Settings

PACKAGES = {
    "sfdisk": "fdisk (Fedora: util-linux)",
    "mkfs.ext4": "e2fsprogs",
    "mkfs.vfat": "dosfstools",
    "mmd": "mtools",
    "mcopy": "mtools",
    "debugfs": "e2fsprogs",
    "e2fsck": "e2fsprogs",
    "fallocate": "util-linux",
    "hardlink": "util-linux",
    "setquota": "quota",
    "grub-mkimage": "grub-common (Fedora: grub2-tools)",
    "qemu-system-x86_64": "qemu-system-x86 (Fedora: qemu-system-x86-core)",
    "qemu-img": "qemu-utils (Fedora: qemu-img)",
    "VBoxManage": "VirtualBox, from virtualbox.org or the system's packages",
}
"""What brings each program."""
SBIN = ("/usr/sbin", "/sbin")
"""Debian keeps them out of a plain user's PATH."""
OTHER_NAMES = {"grub-mkimage": "grub2-mkimage"}
"""What Fedora calls it."""
Answer = TypeVar("Answer")

announce: Callable[[str], None] | None = None
"""Called with each command before it runs; ``--verbose`` sets this."""

PATIENCE = (3.0, 30.0)
"""Seconds in which the answer must come, at the first attempt and at the second."""


def find(program: str) -> str:
    """Return the program's path; WorkshopError says what to install."""
    if found := _find(program):
        return found
    raise WorkshopError(f"needs {program}; install {PACKAGES.get(program, program)}")


def _find(program: str) -> str | None:
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *SBIN])
    names = (program, OTHER_NAMES.get(program, program))
    return next((found for name in names if (found := shutil.which(name, path=path))), None)


def require(*wanted: str) -> None:
    """Raise WorkshopError, which names all that is missing and what to install, unless all are here."""
    missing = [program for program in wanted if not _find(program)]
    if missing:
        packages = dict.fromkeys(PACKAGES.get(program, program) for program in missing)
        raise WorkshopError(f"needs {', '.join(missing)}; install {', '.join(packages)}")


def find_uv(settings: Settings, checkout: Path = CHECKOUT) -> str:
    """Return the uv program of this machine's set-up or checkout, or the one on PATH."""
    places = [checkout / ".cache" / "uv-venv" / "bin" / "uv"]
    if settings.prefix:
        places.insert(0, settings.prefix / "uv" / "bin" / "uv")
    found = next((str(place) for place in places if place.is_file()), None) or shutil.which("uv")
    if not found:
        raise WorkshopError("uv is not installed; run tools/workshop in a checkout")
    return found


def run(
    program: str, *arguments: str | Path, text: str = "", variables: Mapping[str, str] | None = None
) -> str:
    """Run a program to its end, with ``text`` on its stdin; return its stdout.

    Raises WorkshopError with the last line that it said when it fails.
    """
    command: Sequence[str] = [find(program), *map(str, arguments)]
    if announce:
        announce(f"+ {shlex.join(command)}")
    done = subprocess.run(
        command,
        input=text,
        capture_output=True,
        text=True,
        errors="replace",
        env={**os.environ, "LC_ALL": "C", **(variables or {})},
        check=False,
    )
    if done.returncode:
        why = last_line(done.stderr or done.stdout) or f"status {done.returncode}"
        raise WorkshopError(f"{program} failed: {why}")
    return done.stdout


def last_line(text: str, mark: str = "") -> str:
    """Return the last line that says something, and contains ``mark``, of what a program printed."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip() and mark in line), "")


def patiently(ask: Callable[[float], Answer]) -> Answer:
    """Return what ``ask`` does, given so many seconds; it is called again when the first are not enough.

    A local program that may be busy is asked once soon, and once more with patience, before it counts as
    silent. A refusal is an answer and ends the matter at once: what does not run costs nothing.

    Raises TimeoutError when it is silent to the end, and at once whatever else it raises.
    """
    silence: Exception | None = None
    for seconds in PATIENCE:
        try:
            return ask(seconds)
        except (OSError, subprocess.TimeoutExpired) as error:
            if not is_silence(error):
                raise
            silence = error
    raise TimeoutError("no answer in time") from silence


def is_silence(error: BaseException) -> bool:
    """Tell whether the error means that time ran out; urllib wraps some of these in an error of its own."""
    return isinstance(error, TimeoutError | subprocess.TimeoutExpired) or isinstance(
        getattr(error, "reason", None), TimeoutError
    )
