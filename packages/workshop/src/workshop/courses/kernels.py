"""The kernels of a course: for each an environment, made by uv of wheels with known hashes; its kernelspec.

Nothing of a wheel is run while it is installed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from workshop.core import programs
from workshop.core.errors import WorkshopError
from workshop.core.files import write_whole
from workshop.core.settings import Settings
from workshop.courses.course import Course, Kernel

WHOLE = ".workshop-whole"
"""In an environment: everything of its lock is installed."""
DATA = "COURSE_DATA"
"""In a kernel's environment: the folder that holds a folder for each data set of the course."""
CAUSE = re.compile(r"(?m)^\s*(?:error|cause|× |╰─▶ |├─▶ )\s*:?\s*(.+)$")


def make_environments(
    course: Course, into: Path, settings: Settings, say: Callable[[str], None]
) -> dict[str, Path]:
    """Make the environment of each of a course's own kernels; what is whole already is left alone.

    Returns the environments by the kernels' names. Raises WorkshopError when one cannot be had.
    """
    made = {}
    for kernel in course.kernels:
        if kernel.is_own:
            lock = course.folder / kernel.lock
            digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
            place = into / f"{kernel.name}-{digest}"
            if not (place / WHOLE).is_file():
                say(f"{kernel.name}: installing its packages")
                _make(kernel, lock, place, settings)
            made[kernel.name] = place
    return made


def _make(kernel: Kernel, lock: Path, place: Path, settings: Settings) -> None:
    base = getattr(sys, "_base_executable", None) or sys.executable
    _uv(kernel, settings, "venv", "--clear", "--no-project", "--python", base, str(place))
    wheels = settings.stick / "wheels" if settings.stick else None
    sync = [
        "pip", "sync", "--python", str(place / "bin" / "python"), "--require-hashes",
        "--only-binary", ":all:", str(lock.absolute()),
    ]  # fmt: skip
    if wheels is None or not wheels.is_dir():
        _uv(kernel, settings, *sync)
    else:
        sync += ["--find-links", str(wheels)]
        try:  # where the stick has all of it, no network is asked
            _uv(kernel, replace(settings, offline=True), *sync)
        except WorkshopError:
            if settings.offline:
                raise
            _uv(kernel, settings, *sync)
    write_whole(place / WHOLE, "")


def _uv(kernel: Kernel, settings: Settings, *words: str) -> None:
    """Run uv; raises WorkshopError that says why a kernel's environment cannot be had."""
    variables = {
        "UV_NO_PROGRESS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_SYSTEM_CERTS": "true",
        "NO_COLOR": "1",
    }
    cache = settings.cache / "uv"
    if os.access(cache, os.W_OK):  # where another account set up, it is that one's alone
        variables["UV_CACHE_DIR"] = str(cache)
    if settings.ca_bundle:
        variables["SSL_CERT_FILE"] = str(settings.ca_bundle)
    if settings.offline:
        variables["UV_OFFLINE"] = "true"
    done = subprocess.run(
        [programs.find_uv(settings), *words],
        capture_output=True, text=True, errors="replace", cwd="/", check=False,
        env={**os.environ, **variables},
    )  # fmt: skip
    if done.returncode:
        raise WorkshopError(f"cannot install the packages of the kernel {kernel.name}: {said(done.stderr)}")


def said(text: str) -> str:
    """Return uv's first complaint and its last cause, in one line."""
    joined = re.sub(r"\n\s+│?\s*(?=[a-z(])", " ", text.partition("hint:")[0])  # it breaks its lines
    causes = CAUSE.findall(joined)
    return "; ".join(dict.fromkeys(causes[:1] + causes[-1:])) or programs.last_line(text) or "uv failed"


def register(course: Course, environments: dict[str, Path], specs: Path, data: Path) -> None:
    """Register the kernels with Jupyter."""
    for kernel in course.kernels:
        if kernel.name in environments:
            document = {
                "argv": [
                    str(environments[kernel.name] / "bin" / "python"),
                    "-m", "ipykernel_launcher", "-f", "{connection_file}",
                ],
                "display_name": kernel.display,
                "language": "python",
                "metadata": {"debugger": True, "course": course.name},
                "env": {DATA: str(data)},
            }  # fmt: skip
            write_whole(specs / kernel.name / "kernel.json", json.dumps(document, indent=1) + "\n")


def require_free_kernels(course: Course, specs: Path) -> None:
    """Raise WorkshopError when another course has a kernel of the same name."""
    for kernel in course.kernels:
        owner = _owner(specs / kernel.name / "kernel.json") if kernel.is_own else ""
        if owner not in ("", course.name):
            raise WorkshopError(
                f"the course {owner} already has a kernel called {kernel.name}; rename the kernel, or remove "
                f"that course first: 'workshop course remove {owner}'"
            )


def unregister(name: str, specs: Path, keep: frozenset[str] = frozenset()) -> None:
    """Take a course's kernelspecs away, but for those that are kept."""
    for spec in specs.glob("*/kernel.json"):
        if _owner(spec) == name and spec.parent.name not in keep:
            shutil.rmtree(spec.parent, ignore_errors=True)


def _owner(spec: Path) -> str:
    """Return the course that registered a kernel; empty for none."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return str(json.loads(spec.read_text(encoding="utf-8")).get("metadata", {}).get("course") or "")
    return ""
